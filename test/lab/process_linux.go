package lab

import "syscall"

// attributes of a process: it gets no Ctrl-C of its own, and is killed if the lab
// dies without a chance to stop it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
