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

// lockInfo is the content of the lock: the running lab.
type lockInfo struct {
	pid int
	dir string
}

func (i lockInfo) writeTo(f *os.File) error {
	_, err := fmt.Fprintf(f, "%d\n%s\n", i.pid, i.dir)
	return errors.Wrap(err, "cannot write the lock")
}

// readLock returns the running lab. It fails while one is starting.
func readLock() (lockInfo, error) {
	path, err := lockPath()
	if err != nil {
		return lockInfo{}, err
	}
	b, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return lockInfo{}, errors.Wrap(err, "cannot read the lock")
	}
	pid, dir, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	n, err := strconv.Atoi(pid)
	if err != nil {
		return lockInfo{}, errors.New("the lab is still starting: stop it with Ctrl-C, or try again")
	}
	return lockInfo{pid: n, dir: dir}, nil
}

func lockPath() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", errors.Wrap(err, "cannot find a folder for the lock")
	}
	dir := filepath.Join(cache, "seafarer-test")
	return filepath.Join(dir, "lab.lock"), os.MkdirAll(dir, 0o750)
}

// lock takes the lock of a running lab.
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
		return nil, errors.New("a lab is running already: stop it with make lab-down")
	}
	return f, errors.Wrap(f.Truncate(0), "cannot empty the lock")
}
