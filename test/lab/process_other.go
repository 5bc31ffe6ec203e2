//go:build !linux

package lab

import "syscall"

// attributes of a process: it doesn't receive Ctrl-C.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
