package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// TestStartedByPerson prints help, rather than an error, if the command is started on a
// terminal without arguments. Otherwise it serves, and fails without certificates.
func TestStartedByPerson(t *testing.T) {
	const help, serves = "Usage: function-seafarer-cluster <command>", "set --tls-server-certs-dir, or --insecure"
	cases := map[string]struct {
		reason   string
		terminal bool
		args     []string
		env      string
		want     string
	}{
		"Terminal":     {reason: "A user needs help.", terminal: true, want: help},
		"Flag":         {reason: "A flag means serve.", terminal: true, args: []string{"--debug-address="}, want: serves},
		"Command":      {reason: "The command is explicit.", terminal: true, args: []string{"serve"}, want: serves},
		"Certificates": {reason: "With certificates in the environment, it's a pod with a terminal.", terminal: true, env: "TLS_SERVER_CERTS_DIR=/nowhere", want: "/nowhere"},
		"NoTerminal":   {reason: "The image runs it without a terminal.", want: serves},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := functionCommand(ctx, tc.args...)
			cmd.Env = slices.DeleteFunc(cmd.Env, func(e string) bool { return strings.HasPrefix(e, envCerts+"=") })
			if tc.env != "" {
				cmd.Env = append(cmd.Env, tc.env)
			}
			var got string
			if tc.terminal {
				got = startTerminal(t, cmd).all()
			} else {
				b, _ := cmd.CombinedOutput()
				got = string(b)
			}
			if !strings.Contains(got, tc.want) {
				t.Errorf("\n%s\nwant %q, got:\n%s", tc.reason, tc.want, got)
			}
			if tc.want == help && strings.Contains(got, "error:") {
				t.Errorf("\n%s\nwant no error, got:\n%s", tc.reason, got)
			}
		})
	}
}

// TestColors requires colors only on terminals, and only if the environment doesn't disable
// them. Without them, the text is the same.
func TestColors(t *testing.T) {
	args := []string{"render", examples.Path("example", "minimal", "claim.yaml")}
	plain, err := functionCommand(t.Context(), args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	if escapes.Match(plain) {
		t.Errorf("without a terminal: want no colors, got %q", plain)
	}
	run := func(env ...string) string {
		cmd := functionCommand(t.Context(), args...)
		cmd.Env = append(cmd.Env, env...)
		return strings.ReplaceAll(startTerminal(t, cmd).all(), "\r\n", "\n")
	}
	colored := run("TERM=xterm", "NO_COLOR=")
	if !escapes.MatchString(colored) {
		t.Errorf("on a terminal: want colors, got %q", colored)
	}
	for _, got := range []string{escapes.ReplaceAllString(colored, ""), run("TERM=xterm", "NO_COLOR=1"), run("TERM=dumb", "NO_COLOR=")} {
		if got != string(plain) {
			t.Errorf("want the text as without a terminal:\n%s\ngot:\n%s", plain, got)
		}
	}
}

// escapes are the sequences that set colors.
var escapes = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// A terminal in which a command runs.
type terminal struct {
	t    *testing.T
	file *os.File
	done chan struct{}

	mu  sync.Mutex
	buf bytes.Buffer
}

func startTerminal(t *testing.T, cmd *exec.Cmd) *terminal {
	t.Helper()
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, file: f, done: make(chan struct{})}
	go term.read()
	t.Cleanup(func() {
		f.Close()
		cmd.Process.Kill()
		cmd.Wait()
		<-term.done
	})
	return term
}

// read until either side closes the terminal.
func (term *terminal) read() {
	defer close(term.done)
	b := make([]byte, 4096)
	for {
		n, err := term.file.Read(b)
		term.mu.Lock()
		term.buf.Write(b[:n])
		term.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// all output of the command until it ends.
func (term *terminal) all() string {
	term.t.Helper()
	select {
	case <-term.done:
	case <-time.After(time.Minute):
		term.t.Fatalf("the command has not ended; output:\n%s", term.text())
	}
	return term.text()
}

func (term *terminal) text() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.buf.String()
}

// enter a command line.
func (term *terminal) enter(line string) {
	term.t.Helper()
	if _, err := term.file.WriteString(line + "\r"); err != nil {
		term.t.Fatal(err)
	}
}

// edit a command line with keys, such as tab, and return the result: it becomes the
// arguments of an echo to a file.
func (term *terminal) edit(keys, file string) string {
	term.t.Helper()
	const start, end = "\x01", "\x05"
	term.enter(keys + start + "echo " + end + " > " + file)
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if b, err := os.ReadFile(file); err == nil && bytes.HasSuffix(b, []byte("\n")) {
			return strings.TrimSpace(string(b))
		}
	}
	term.t.Fatalf("%s wasn't written; terminal:\n%q", file, term.text())
	return ""
}
