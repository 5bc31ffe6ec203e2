package lab

import "syscall"

// attributes of a process: it doesn't receive Ctrl-C, and is killed if the lab is.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
