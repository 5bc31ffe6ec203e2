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

// The running lab installs packages itself, because the function is its child
// process. It receives a request by a file and a signal, and responds by a file.
const (
	signalInstall = syscall.SIGUSR1
	fileRequest   = "install"
	fileResponse  = "installed"

	installed = "ok"
)

type installCmd struct {
	Packages string `default:"../../build/package" help:"Folder with the output of make package." type:"existingdir"`
}

// Run the command.
func (c *installCmd) Run() error {
	i, err := readLock()
	if err != nil {
		return errors.Wrap(err, "cannot find a running lab: start one with make lab-up")
	}
	response := filepath.Join(i.dir, fileResponse)
	if err := os.RemoveAll(response); err != nil {
		return errors.Wrap(err, "cannot remove the former response")
	}
	if err := os.WriteFile(filepath.Join(i.dir, fileRequest), []byte(c.Packages), 0o600); err != nil {
		return errors.Wrap(err, "cannot write the request to install packages")
	}
	if err := syscall.Kill(i.pid, signalInstall); err != nil {
		return errors.Wrap(err, "cannot signal the lab")
	}
	fmt.Fprintf(os.Stderr, "lab: installing %s\n", c.Packages)
	const timeout = 10 * time.Minute
	for end := time.Now().Add(timeout); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		b, err := os.ReadFile(filepath.Clean(response))
		switch {
		case err != nil || len(b) == 0:
		case string(b) == installed:
			fmt.Println("Installed. See: kubectl get pkg")
			return nil
		default:
			return errors.New(string(b))
		}
	}
	return errors.Errorf("the lab (process %d) does not respond", i.pid)
}

// installRequests subscribes to requests. Before, the signal would end the lab.
func installRequests() <-chan os.Signal {
	requests := make(chan os.Signal, 1)
	signal.Notify(requests, signalInstall)
	return requests
}

// serveInstalls installs packages on request, until the lab ends.
func serveInstalls(ctx context.Context, l *lab.Lab, requests <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-requests:
			response := installed
			if err := install(ctx, l); err != nil {
				response = "cannot install packages: " + err.Error()
			}
			fmt.Fprintf(os.Stderr, "lab: packages: %s\n", response)
			if err := os.WriteFile(filepath.Join(l.Dir, fileResponse), []byte(response), 0o600); err != nil {
				fmt.Fprintf(os.Stderr, "lab: cannot write the response: %v\n", err)
			}
		}
	}
}

func install(ctx context.Context, l *lab.Lab) error {
	folder, err := os.ReadFile(filepath.Join(l.Dir, fileRequest))
	if err != nil {
		return errors.Wrap(err, "cannot read the request to install packages")
	}
	return l.Install(ctx, strings.TrimSpace(string(folder)))
}
