package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/crossplane/function-sdk-go/errors"
)

type downCmd struct{}

// Run the command.
func (c *downCmd) Run() error {
	path, err := lockPath()
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); os.IsNotExist(err) {
		fmt.Fprintln(os.Stderr, "lab: not running")
		return nil
	}
	i, err := readLock()
	// A running lab has the lock. A killed one has left no process, but maybe its
	// folder.
	f, lerr := lock()
	if lerr == nil {
		defer f.Close() //nolint:errcheck // Nothing was written.
		return errors.Join(removeDir(i.dir), os.Remove(path))
	}
	if err != nil {
		return err
	}
	if err := syscall.Kill(i.pid, syscall.SIGTERM); err != nil {
		return errors.Wrap(err, "cannot stop the lab")
	}
	const timeout = 90 * time.Second
	for end := time.Now().Add(timeout); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if _, err := os.Stat(path); os.IsNotExist(err) {
			return nil
		}
	}
	return errors.Errorf("the lab (process %d) does not end", i.pid)
}

// removeDir removes the folder of a killed lab.
func removeDir(dir string) error {
	if !strings.HasPrefix(filepath.Base(dir), "seafarer-lab-") {
		return nil
	}
	return errors.Wrap(os.RemoveAll(dir), "cannot remove the folder of a killed lab")
}
