package lab

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Ctrl-C ends lab up, also while it starts, and leaves no process and no file.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "lab")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./cmd/lab").CombinedOutput(); err != nil {
		t.Fatalf("cannot build the command: %v\n%s", err, out)
	}
	for name, moment := range map[string]string{"ComingUp": "starting Kubernetes", "Up": "The control plane is up."} {
		t.Run(name, func(t *testing.T) {
			temp, cache := t.TempDir(), t.TempDir()
			bin, err := buildDir()
			if err != nil {
				t.Fatal(err)
			}
			gocache, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), binary, "up")
			// Use another lock: another lab may be up.
			cmd.Env = append(os.Environ(), "TMPDIR="+temp, "XDG_CACHE_HOME="+cache, "GOCACHE="+strings.TrimSpace(string(gocache)), "SEAFARER_TEST_BIN="+bin)
			r, w := io.Pipe()
			cmd.Stdout, cmd.Stderr = w, w
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() {
				done <- cmd.Wait()
				w.Close()
			}()
			output := readUntil(r, moment)
			started := processesOf(t, temp)
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatalf("%v; output:\n%s", err, output)
			}
			go io.Copy(io.Discard, r)
			select {
			case err := <-done:
				if err != nil {
					t.Errorf("after Ctrl-C: %v", err)
				}
			case <-time.After(startTimeout):
				cmd.Process.Signal(syscall.SIGKILL)
				t.Fatal("Ctrl-C does not end it")
			}
			if len(started) == 0 {
				t.Errorf("no process was started; output:\n%s", output)
			}
			if left := processesOf(t, temp); len(left) > 0 {
				t.Errorf("remaining processes: %s", strings.Join(left, "\n"))
			}
			for _, dir := range []string{temp, cache} {
				if left, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(left) > 0 { // The pattern is well formed.
					t.Errorf("remaining files: %v", left)
				}
			}
		})
	}
}

// readUntil returns the lines up to the first one that contains the text.
func readUntil(r io.Reader, text string) string {
	var output strings.Builder
	for s := bufio.NewScanner(r); s.Scan(); {
		output.WriteString(s.Text() + "\n")
		if strings.Contains(s.Text(), text) {
			break
		}
	}
	return output.String()
}

// processesOf returns the command lines that contain a folder's path.
func processesOf(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(paths) == 0 {
		t.Skip("/proc is required to list processes")
	}
	var ps []string
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err == nil && bytes.Contains(b, []byte(dir)) {
			ps = append(ps, strings.ReplaceAll(string(b), "\x00", " "))
		}
	}
	return ps
}
