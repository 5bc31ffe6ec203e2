package cli

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// TestServeWithoutNetwork starts the function in a new network namespace, in which even
// loopback is down.
func TestServeWithoutNetwork(t *testing.T) {
	answered(t, func(cmd *exec.Cmd) {
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
			UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		}
	})
}
