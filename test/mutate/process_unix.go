//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// inGroup starts a command in a process group of its own, which is killed as a whole: go test
// doesn't end its tests when it's killed.
func inGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
