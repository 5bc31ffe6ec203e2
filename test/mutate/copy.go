package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"strings"
)

// copyTracked copies the tracked files of the work tree to a temporary folder, which the
// caller must remove.
func copyTracked(ctx context.Context) (*os.Root, error) {
	top, err := git(ctx, ".", "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	top = strings.TrimSpace(top)
	files, err := git(ctx, top, "ls-files", "-z")
	if err != nil {
		return nil, err
	}
	from, err := os.OpenRoot(top)
	if err != nil {
		return nil, err
	}
	defer from.Close() //nolint:errcheck // It was only read.
	dir, err := os.MkdirTemp("", "mutate-")
	if err != nil {
		return nil, err
	}
	to, err := os.OpenRoot(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(files, "\x00"), "\x00") {
		if err := copyFile(from, to, name); err != nil {
			return nil, errors.Join(err, remove(to))
		}
	}
	return to, nil
}

// remove a folder and its content.
func remove(r *os.Root) error {
	return errors.Join(r.Close(), os.RemoveAll(r.Name()))
}

// git prints something about the repository that a folder is in.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...) //nolint:gosec // All arguments are constants.
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("cannot run git %s: %w", strings.Join(args, " "), err)
	}
	return string(out), nil
}

// copyFile with its mode. A tracked file that is deleted in the work tree is omitted.
func copyFile(from, to *os.Root, name string) error {
	info, err := from.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := to.MkdirAll(path.Dir(name), 0o750); err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := from.Readlink(name)
		if err != nil {
			return err
		}
		return to.Symlink(target, name)
	}
	b, err := from.ReadFile(name)
	if err != nil {
		return err
	}
	return to.WriteFile(name, b, info.Mode().Perm())
}
