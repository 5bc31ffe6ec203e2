package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/vuln/scan"
)

// The module with the database. None of its code is used: its smallest command is a tool in
// go.mod so that go mod tidy retains the module.
const databaseModule = "golang.org/x/vulndb"

// A database is a folder of OSV entries in JSON, one a file.
type database struct {
	dir     string
	date    time.Time
	entries int
}

// Find the database at the version in go.mod. It is downloaded unless it is in the module
// cache.
func find(ctx context.Context) (database, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", databaseModule)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return database{}, fmt.Errorf("cannot download %s: %w", databaseModule, err)
	}
	var m struct {
		Dir     string `json:"Dir"`
		Version string `json:"Version"`
	}
	if err := json.Unmarshal(out, &m); err != nil {
		return database{}, fmt.Errorf("cannot read what go mod download prints: %w", err)
	}
	// Entries have no dates of their own. The version has that of its commit.
	date, err := module.PseudoVersionTime(m.Version)
	if err != nil {
		return database{}, fmt.Errorf("cannot find the date of %s: %w", databaseModule, err)
	}
	dir := filepath.Join(m.Dir, "data", "osv")
	entries, err := filepath.Glob(filepath.Join(dir, "GO-*.json"))
	if err == nil && len(entries) == 0 {
		err = errors.New("it is empty")
	}
	if err != nil {
		return database{}, fmt.Errorf("cannot read the database in %s: %w", dir, err)
	}
	return database{dir: dir, date: date, entries: len(entries)}, nil
}

// ReleaseVersion of Go, from a file that contains only that.
func releaseVersion(path string) (string, error) {
	b, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return "", fmt.Errorf("cannot read the version of Go: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// Check the main package of a module, as it is built with a version of Go. All that
// govulncheck finds is printed, and is an error.
//
// It looks at packages rather than at functions: the commands are called by reflection,
// which hides the functions that they call.
func check(ctx context.Context, db, root, goVersion string, out io.Writer) error {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(db)}
	cmd := scan.Command(ctx, "-C", root, "-db", u.String(), "-scan", "package", ".")
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOTOOLCHAIN=go"+goVersion, "GOVERSION=go"+goVersion)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot start govulncheck: %w", err)
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("cannot pass the check with Go %s: %w", goVersion, err)
	}
	return nil
}
