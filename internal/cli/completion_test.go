package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCompletion types into real shells, presses the tab key, and reads the command line.
// Bash is required. Other shells are tested if they are installed.
func TestCompletion(t *testing.T) {
	cases := map[string]struct {
		reason string
		typed  string
		want   string
	}{
		"Command": {reason: "A command is completed.", typed: "function-seafarer-cluster ren\t", want: "function-seafarer-cluster render"},
		"Flag":    {reason: "A flag is completed.", typed: "function-seafarer-cluster render --sim\t", want: "function-seafarer-cluster render --simulate"},
		"Value":   {reason: "A value of a flag is completed.", typed: "function-seafarer-cluster render -o su\t", want: "function-seafarer-cluster render -o summary"},
		"Shell":   {reason: "A value of an argument is completed.", typed: "function-seafarer-cluster completion z\t", want: "function-seafarer-cluster completion zsh"},
		"Claim":   {reason: "A file is completed, as in any command.", typed: "function-seafarer-cluster render claims/my\t", want: "function-seafarer-cluster render claims/my-claim.yaml"},
		"Folder":  {reason: "A folder is completed after a flag.", typed: "function-seafarer-cluster render --observed cla\t", want: "function-seafarer-cluster render --observed claims"},
	}
	shells := map[string][]string{
		"bash": {"--norc", "--noprofile", "-i"},
		"zsh":  {"-f", "-i"},
		"fish": {"--no-config", "--interactive"},
	}
	for shell, args := range shells {
		t.Run(shell, func(t *testing.T) {
			path, err := exec.LookPath(shell)
			if err != nil && shell != "bash" {
				t.Skipf("%s is not installed, so its completion is not tested", shell)
			}
			if err != nil {
				t.Fatal(err)
			}
			term := startShell(t, path, args)
			for name, tc := range cases {
				// A shell may omit the slash.
				got := strings.TrimSuffix(term.edit(tc.typed, filepath.Join(t.TempDir(), "edited")), "/")
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("\n%s\n%s: -want, +got:\n%s", tc.reason, name, diff)
				}
			}
		})
	}
}

// startShell in a folder with a claim, with completions.
func startShell(t *testing.T, path string, args []string) *terminal {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "claims"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "claims", "my-claim.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	shell := filepath.Base(path)
	code, err := functionCommand(t.Context(), "completion", shell).Output()
	if err != nil {
		t.Fatal(err)
	}
	// In a folder whose name needs quotes.
	odd := filepath.Join(dir, "it's here")
	if err := os.Symlink(mustExecutable(t), odd); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := (&CompletionCmd{Shell: shell}).run(&b, odd); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(code), mustExecutable(t)) {
		t.Errorf("completion %s: want the path of the executable, got %s", shell, code)
	}
	file := filepath.Join(dir, "completion")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), envItself+"=1", "TERM=xterm", "PS1=$ ", "HOME="+dir, "LC_ALL=C.UTF-8")
	term := startTerminal(t, cmd)
	term.enter("source completion")
	return term
}

func mustExecutable(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return exe
}
