//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// inGroup starts a command in its own process group, which is killed as a whole: a killed
// go test doesn't end its tests.
func inGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
