package docs

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

const (
	// testCommand is the README's second command. It isn't run, because it runs this test.
	testCommand = "go test ./..."

	// program is the name of the command line tool.
	program = "function-seafarer-cluster"

	// goRun is the tool's command in the README, before it's installed.
	goRun = "go run . "

	ciScript = ".ci/run"

	// commandTimeout is long enough to build a command for the first time.
	commandTimeout = 10 * time.Minute

	// omission stands for omitted lines of an output.
	omission = "…"
)

// buildBinary builds the tool once, to the folder of make render, and returns the folder.
var buildBinary = sync.OnceValues(func() (string, error) {
	folder, err := filepath.Abs("build")
	if err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-o", filepath.Join(folder, program), ".").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return folder, nil
})

// run a block, with the tool on the path under its own name.
func (b block) run(tb testing.TB) string {
	tb.Helper()
	folder, err := buildBinary()
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(tb.Context(), commandTimeout)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", strings.ReplaceAll(b.code, goRun, program+" "))
	cmd.Env = append(os.Environ(), "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		tb.Errorf("%s: %v\n%s%s", b.document, err, b.code, &stderr)
	}
	if stdout.Len() == 0 {
		tb.Errorf("%s: no output:\n%s", b.document, b.code)
	}
	return stdout.String() + stderr.String()
}

// TestShellBlocks runs every block of shell, and compares its output with the block of text
// after it.
func TestShellBlocks(t *testing.T) {
	ran := make(map[string]string)
	for _, document := range documents(t) {
		bs := blocks(t, document)
		for i, b := range bs {
			if b.language != shell {
				continue
			}
			isTest := strings.TrimSpace(b.code) == testCommand
			if _, ok := ran[b.code]; !ok && !isTest {
				ran[b.code] = b.run(t)
			}
			if i+1 == len(bs) || bs[i+1].language != text {
				continue
			}
			switch shown := bs[i+1].code; {
			case isTest:
				shownPackages(t, document, shown)
			case !matches(shown, ran[b.code]):
				t.Errorf("%s: %s: want\n%s\ngot\n%s", document, strings.TrimSpace(b.code), shown, ran[b.code])
			}
		}
	}
	if len(ran) == 0 {
		t.Error("no block was run")
	}
}

// matches reports whether an output has the shown lines, in the same order, with other
// lines only at omissions.
func matches(shown, output string) bool {
	pattern := regexp.QuoteMeta(shown)
	pattern = strings.ReplaceAll(pattern, omission+"\n", "(?:.*\n)*?")
	pattern = strings.ReplaceAll(pattern, omission, ".*")
	return regexp.MustCompile("^" + pattern + "$").MatchString(output)
}

func TestMatches(t *testing.T) {
	cases := map[string]struct {
		reason, shown, output string
		want                  bool
	}{
		"Same":      {reason: "The output is shown in full.", shown: "a\nb\n", output: "a\nb\n", want: true},
		"Omitted":   {reason: "Lines are omitted.", shown: "a\n…\nd\n", output: "a\nb\nc\nd\n", want: true},
		"None":      {reason: "An omission may be empty.", shown: "a\n…\nb\n", output: "a\nb\n", want: true},
		"More":      {reason: "The output has another line at the end.", shown: "a\n", output: "a\nb\n"},
		"Different": {reason: "The output has another line.", shown: "a\n…\nc\n", output: "a\nb\n"},
		"Order":     {reason: "The output is in another order.", shown: "…\nb\n…\na\n…\n", output: "a\nb\n"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := matches(tc.shown, tc.output); got != tc.want {
				t.Errorf("\n%s\nmatches(...): want %t, got %t", tc.reason, tc.want, got)
			}
		})
	}
}

// shownPackages are packages of this module.
func shownPackages(t *testing.T, document, shown string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?m)^ok\s+github\.com/seafarer-cloud/function-seafarer-cluster/(\S+)`).FindAllStringSubmatch(shown, -1) {
		if !examples.Exists(m[1]) {
			t.Errorf("%s shows the package %s, which does not exist", document, m[1])
		}
	}
}

// TestTestCommand checks the README's second command: CI begins with it.
func TestTestCommand(t *testing.T) {
	for _, document := range []string{readme, readmeFrench} {
		found := false
		for _, b := range blocks(t, document) {
			found = found || b.language == shell && strings.TrimSpace(b.code) == testCommand
		}
		if !found {
			t.Errorf("%s has no block with %s", document, testCommand)
		}
	}
	fi, err := os.Stat(ciScript)
	if err != nil {
		t.Fatal(err)
	}
	if fi.Mode()&0o111 == 0 {
		t.Errorf("%s cannot be executed", ciScript)
	}
	if !strings.Contains(examples.Read(t, ciScript), testCommand) {
		t.Errorf("%s does not run %s", ciScript, testCommand)
	}
}
