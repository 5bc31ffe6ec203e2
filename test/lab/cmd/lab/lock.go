package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/crossplane/function-sdk-go/errors"
)

// held is what the lock tells of the lab that holds it.
type held struct {
	pid int
	dir string
}

func (h held) writeTo(f *os.File) error {
	_, err := fmt.Fprintf(f, "%d\n%s\n", h.pid, h.dir)
	return errors.Wrap(err, "cannot write the lock")
}

// readLock tells which lab is up. It's none while one is still starting.
func readLock() (held, error) {
	path, err := lockPath()
	if err != nil {
		return held{}, err
	}
	b, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return held{}, errors.Wrap(err, "cannot read the lock")
	}
	pid, dir, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	n, err := strconv.Atoi(pid)
	if err != nil {
		return held{}, errors.New("the lab is still starting: stop it with Ctrl-C, or try again")
	}
	return held{pid: n, dir: dir}, nil
}

func lockPath() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", errors.Wrap(err, "cannot find a folder for the lock")
	}
	dir := filepath.Join(cache, "seafarer-test")
	return filepath.Join(dir, "lab.lock"), os.MkdirAll(dir, 0o750)
}

// lock that a lab holds for as long as it's up.
func lock() (*os.File, error) {
	path, err := lockPath()
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, errors.Wrap(err, "cannot open the lock")
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close() //nolint:errcheck // Nothing was written.
		return nil, errors.New("there is a lab already: end it with make lab-down")
	}
	return f, errors.Wrap(f.Truncate(0), "cannot empty the lock")
}
