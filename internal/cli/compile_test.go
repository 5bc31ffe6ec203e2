package cli

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// fakeGo compiles three packages, or fails. It waits for the file GO_BEGINS.
const fakeGo = `#!/bin/sh
set -eu
while [ ! -e "$GO_BEGINS" ]; do sleep 0.01; done
case $1 in
list) printf 'a\nb/c\nd\n' ;;
build)
  printf 'a\nb/c\n' >&2
  if [ -n "${GO_FAILS:-}" ]; then
    printf '# b/c\nb/c/c.go:1:1: expected package\n' >&2
    exit 1
  fi
  [ "$2 $3" = '-v -o' ]
  mkdir -p "$(dirname "$4")"
  cp "$GO_COMPILES" "$4"
  ;;
esac
`

// A checkout in a separate folder, with the files that make render needs.
type checkout struct {
	dir, begins string
}

func newCheckout(t *testing.T) checkout {
	t.Helper()
	c := checkout{dir: t.TempDir(), begins: filepath.Join(t.TempDir(), "begins")}
	for _, f := range []string{"Makefile", "tools/compile", "example/seafarer-cluster/claim.yaml"} {
		b, err := os.ReadFile(examples.Path(filepath.FromSlash(f)))
		if err != nil {
			t.Fatal(err)
		}
		c.write(t, f, string(b))
	}
	c.write(t, "bin/go", fakeGo)
	return c
}

func (c checkout) write(t *testing.T, file, content string) {
	t.Helper()
	path := filepath.Join(c.dir, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
		t.Fatal(err)
	}
}

// begin the compilation.
func (c checkout) begin(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(c.begins, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// command of a shell in the checkout. Go compiles this test there as the function's
// command.
func (c checkout) command(ctx context.Context, t *testing.T, line string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(ctx, "sh", "-c", line)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(c.dir, "bin")+":"+os.Getenv("PATH"), envItself+"=1", "GO_COMPILES="+mustExecutable(t), "GO_BEGINS="+c.begins, "MAKEFLAGS=", "MAKELEVEL=")
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// TestFirstCommand runs make render without a terminal, and with standard input closed: it
// reports the compilation before it begins, and then prints the summary of the example.
func TestFirstCommand(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is not installed, so the first command cannot run")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := newCheckout(t)
	cmd := c.command(ctx, t, "exec make render <&-")
	var out bytes.Buffer
	cmd.Stdout = &out
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(stderr)
	first, err := r.ReadString('\n')
	if want := "Compiling … (the first time: some 3 minutes on two cores, and downloads)\n"; err != nil || first != want {
		t.Errorf("before it compiles: want %q, got %q, %v", want, first, err)
	}
	c.begin(t)
	var rest bytes.Buffer
	if _, err := rest.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || rest.Len() > 0 {
		t.Fatalf("make render: %v\n%s", err, &rest)
	}
	want, err := os.ReadFile(examples.Path("example", "seafarer-cluster", "summary.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("make render: -want, +got:\n%s", diff)
	}
}

// TestFirstCommandVariables passes CLAIM and ARGS to render.
func TestFirstCommandVariables(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is not installed, so the first command cannot run")
	}
	c := newCheckout(t)
	c.begin(t)
	c.write(t, "claim.yaml", "apiVersion: platform.seafarer.cloud/v1alpha1\nkind: SeafarerCluster\nmetadata: {name: a}\nspec: {region: eu-west-3}\n")
	for line, want := range map[string]string{
		"make render CLAIM=claim.yaml ARGS='-o json'":    "{\n  \"apiVersion\": \"v1\",\n",
		"make render CLAIM=- ARGS='-o yaml' <claim.yaml": "---\napiVersion: ",
		"make graph CLAIM=claim.yaml ARGS='-o dot'":      "digraph {\n",
	} {
		b, err := c.command(t.Context(), t, line).Output()
		if err != nil || !strings.HasPrefix(string(b), want) {
			t.Errorf("%s: want %q, got %.100q, %v", line, want, b, err)
		}
	}
}

// TestCompile reports progress on a terminal, and errors everywhere.
func TestCompile(t *testing.T) {
	const failure = "# b/c\nb/c/c.go:1:1: expected package\n"
	cases := map[string]struct {
		reason   string
		terminal bool
		env      string
		want     []string
		not      string
		fails    bool
	}{
		"NoTerminal":     {reason: "Without a terminal, packages aren't counted.", want: []string{"Compiling …"}, not: "packages"},
		"Terminal":       {reason: "On a terminal they are.", terminal: true, want: []string{"1 of 3 packages", "2 of 3 packages"}},
		"Fails":          {reason: "Errors are passed on, and the exit code.", env: "GO_FAILS=1", want: []string{failure}, not: "packages", fails: true},
		"FailsTerminal":  {reason: "Errors are passed on to a terminal, too.", terminal: true, env: "GO_FAILS=1", want: []string{strings.ReplaceAll(failure, "\n", "\r\n")}, fails: true},
		"CompiledBefore": {reason: "A second compilation is reported as faster.", env: "SECOND=1", want: []string{"Compiling what has changed …\n"}, not: "minutes"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := newCheckout(t)
			c.begin(t)
			if tc.env == "SECOND=1" {
				c.write(t, "build/function-seafarer-cluster", "")
			}
			cmd := c.command(t.Context(), t, "sh tools/compile", tc.env)
			var got string
			if tc.terminal {
				got = startTerminal(t, cmd).all()
				cmd.Wait()
			} else {
				b, _ := cmd.CombinedOutput()
				got = string(b)
			}
			for _, want := range tc.want {
				if !strings.Contains(got, want) {
					t.Errorf("\n%s\nwant %q in %q", tc.reason, want, got)
				}
			}
			if tc.not != "" && strings.Contains(got, tc.not) {
				t.Errorf("\n%s\nwant no %q in %q", tc.reason, tc.not, got)
			}
			if failed := cmd.ProcessState.ExitCode() != 0; failed != tc.fails {
				t.Errorf("\n%s\nwant failure %t, got exit code %d", tc.reason, tc.fails, cmd.ProcessState.ExitCode())
			}
		})
	}
}
