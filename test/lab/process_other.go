//go:build !linux

package lab

import "syscall"

// attributes of a process: it gets no Ctrl-C of its own.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
