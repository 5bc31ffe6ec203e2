package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/crossplane/function-sdk-go/errors"

	lab "github.com/seafarer-cloud/function-seafarer-cluster/test/lab"
)

// The lab that is up installs packages itself, because what it runs ends with it.
// It's told by a signal and a file, and tells by another.
const (
	signalInstall = syscall.SIGUSR1
	fileWanted    = "install"
	fileInstalled = "installed"

	installed = "ok"
)

type installCmd struct {
	Packages string `default:"../../build/package" help:"Folder that make package has written." type:"existingdir"`
}

// Run the command.
func (c *installCmd) Run() error {
	h, err := readLock()
	if err != nil {
		return errors.Wrap(err, "cannot find a lab that is up: start one with make lab-up")
	}
	answer := filepath.Join(h.dir, fileInstalled)
	if err := os.RemoveAll(answer); err != nil {
		return errors.Wrap(err, "cannot remove the former answer")
	}
	if err := os.WriteFile(filepath.Join(h.dir, fileWanted), []byte(c.Packages), 0o600); err != nil {
		return errors.Wrap(err, "cannot tell the lab what to install")
	}
	if err := syscall.Kill(h.pid, signalInstall); err != nil {
		return errors.Wrap(err, "cannot tell the lab to install packages")
	}
	fmt.Fprintf(os.Stderr, "lab: installing %s\n", c.Packages)
	const patience = 10 * time.Minute
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		b, err := os.ReadFile(filepath.Clean(answer))
		switch {
		case err != nil || len(b) == 0:
		case string(b) == installed:
			fmt.Println("Installed. See: kubectl get pkg")
			return nil
		default:
			return errors.New(string(b))
		}
	}
	return errors.Errorf("the lab (process %d) does not answer", h.pid)
}

// installRequests from now on. Before, they would end the lab.
func installRequests() <-chan os.Signal {
	told := make(chan os.Signal, 1)
	signal.Notify(told, signalInstall)
	return told
}

// installAsTold whenever the lab is told to, until it ends.
func installAsTold(ctx context.Context, l *lab.Lab, told <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-told:
			answer := installed
			if err := install(ctx, l); err != nil {
				answer = "cannot install packages: " + err.Error()
			}
			fmt.Fprintf(os.Stderr, "lab: packages: %s\n", answer)
			if err := os.WriteFile(filepath.Join(l.Dir, fileInstalled), []byte(answer), 0o600); err != nil {
				fmt.Fprintf(os.Stderr, "lab: cannot tell so: %v\n", err)
			}
		}
	}
}

func install(ctx context.Context, l *lab.Lab) error {
	folder, err := os.ReadFile(filepath.Join(l.Dir, fileWanted))
	if err != nil {
		return errors.Wrap(err, "cannot tell what to install")
	}
	return l.Install(ctx, strings.TrimSpace(string(folder)))
}
