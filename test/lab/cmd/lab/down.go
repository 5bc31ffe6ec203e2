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
		fmt.Fprintln(os.Stderr, "lab: there is none")
		return nil
	}
	h, err := readLock()
	// A lab that is up holds the lock. One that died left no process, but perhaps
	// its folder.
	f, lerr := lock()
	if lerr == nil {
		defer f.Close() //nolint:errcheck // Nothing was written.
		return errors.Join(buried(h.dir), os.Remove(path))
	}
	if err != nil {
		return err
	}
	if err := syscall.Kill(h.pid, syscall.SIGTERM); err != nil {
		return errors.Wrap(err, "cannot stop the lab")
	}
	const patience = 90 * time.Second
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if _, err := os.Stat(path); os.IsNotExist(err) {
			return nil
		}
	}
	return errors.Errorf("the lab (process %d) does not end", h.pid)
}

// buried is the folder of a lab that died.
func buried(dir string) error {
	if !strings.HasPrefix(filepath.Base(dir), "seafarer-lab-") {
		return nil
	}
	return errors.Wrap(os.RemoveAll(dir), "cannot remove what a dead lab left")
}
