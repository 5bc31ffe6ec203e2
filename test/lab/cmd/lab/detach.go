package main

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/crossplane/function-sdk-go/errors"
)

// envDetached is set for a lab without a terminal.
const envDetached = "SEAFARER_LAB_DETACHED"

func isDetached() bool { return os.Getenv(envDetached) != "" }

// detach runs a lab in another process, shows its output, and returns once the lab
// is up.
func detach(args ...string) error {
	path, err := lockPath()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return errors.Wrap(err, "cannot find this program")
	}
	log, err := os.Create(filepath.Clean(path + ".log"))
	if err != nil {
		return errors.Wrap(err, "cannot create a log")
	}
	defer log.Close()           //nolint:errcheck // The process has its own copy.
	defer os.Remove(log.Name()) //nolint:errcheck // The next one truncates it.

	cmd := exec.Command(self, args...) //nolint:noctx // It outlives this process.
	cmd.Env = append(os.Environ(), envDetached+"=true")
	cmd.Stdout, cmd.Stderr = log, log
	// Its own session: it must not receive the terminal's Ctrl-C.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return errors.Wrap(err, "cannot start the lab")
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	return watch(log.Name(), cmd.Process, ended, interrupted)
}

// watch shows the log of a starting lab, and forwards signals to it.
func watch(log string, p *os.Process, ended <-chan error, interrupted <-chan os.Signal) error {
	f, err := os.Open(filepath.Clean(log))
	if err != nil {
		return errors.Wrap(err, "cannot read the log")
	}
	defer f.Close() //nolint:errcheck // It's read only.
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := io.Copy(os.Stderr, f); err != nil {
			return errors.Wrap(err, "cannot show the log")
		}
		select {
		case err := <-ended:
			io.Copy(os.Stderr, f) //nolint:errcheck // Best effort.
			return errors.Wrap(err, "the lab did not start")
		case s := <-interrupted:
			if err := p.Signal(s); err != nil {
				return errors.Wrap(err, "cannot stop the lab")
			}
			<-ended //nolint:errcheck // It was signaled.
			return errors.Errorf("stopped by %s", s)
		case <-tick.C:
			if i, err := readLock(); err == nil && i.pid == p.Pid {
				_, err := io.Copy(os.Stderr, f)
				return err
			}
		}
	}
}
