package crossplane

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/crossplane/crossplane-runtime/v2/pkg/errors"
)

// envBin overrides the directory of the built binaries.
const envBin = "SEAFARER_TEST_BIN"

// versionVar is the linker variable for the version of core and the CLI. Core compares
// packages' version constraints with it.
const versionVar = "github.com/crossplane/crossplane-runtime/v2/pkg/version.version"

// Binaries under test.
type Binaries struct {
	Core     string // Crossplane core, which contains the render engine.
	CLI      string // The crossplane CLI.
	Function string // The function.
}

// Build the CLI and core at the versions in go.mod, and the function. Only the first build
// is slow.
func Build(t *testing.T) Binaries {
	t.Helper()

	dir := os.Getenv(envBin)
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Fatalf("cannot find a directory to build into: %v", err)
		}

		dir = filepath.Join(cache, "seafarer-test", "bin")
	}

	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatalf("cannot find a directory to build into: %v", err)
	}

	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatalf("cannot make a directory to build into: %v", err)
	}

	out := Binaries{
		Core:     filepath.Join(dir, "crossplane-core"),
		CLI:      filepath.Join(dir, "crossplane"),
		Function: filepath.Join(dir, "function-seafarer-cluster"),
	}

	// Leave time to report a timeout.
	ctx := t.Context()

	if d, ok := t.Deadline(); ok {
		const grace = 10 * time.Second

		var cancel context.CancelFunc

		ctx, cancel = context.WithDeadline(ctx, d.Add(-grace))
		defer cancel()
	}

	// The function first: it's the one that may not compile.
	builds := []struct{ dir, out, module, pkg string }{
		{dir: rootPath, out: out.Function, pkg: "."},
		{dir: ".", out: out.Core, module: "github.com/crossplane/crossplane/v2", pkg: "/cmd/crossplane"},
		{dir: ".", out: out.CLI, module: "github.com/crossplane/cli/v2", pkg: "/cmd/crossplane"},
	}

	for _, b := range builds {
		if err := build(ctx, b.dir, b.out, b.module, b.pkg); err != nil {
			if ctx.Err() != nil {
				err = errors.Wrap(err, "out of time, raise -timeout")
			}

			t.Fatalf("cannot build %s: %v", filepath.Base(b.out), err)
		}
	}

	return out
}

// build a package of the supplied module, with the module's version.
func build(ctx context.Context, dir, out, module, pkg string) error {
	flags := "-s -w"

	if module != "" {
		v, err := run(ctx, dir, nil, "go", "list", "-m", "-f", "{{.Version}}", module)
		if err != nil {
			return errors.Wrapf(err, "cannot find the version of %s", module)
		}

		flags += " -X " + versionVar + "=" + strings.TrimSpace(v)
	}

	done := progress("building " + filepath.Base(out))
	defer done()

	_, err := run(ctx, dir, []string{"CGO_ENABLED=0"}, "go", "build", "-trimpath", "-ldflags", flags, "-o", out, module+pkg)

	return err
}

// progress prints the current step and its duration if it takes long. t.Log would print it
// only after the test.
func progress(what string) func() {
	const interval = 15 * time.Second

	start := time.Now()
	done := make(chan struct{})

	go func() {
		tick := time.NewTicker(interval)
		defer tick.Stop()

		for {
			select {
			case <-done:
				return
			case <-tick.C:
				fmt.Fprintf(os.Stderr, "%s: %s\n", what, time.Since(start).Round(time.Second))
			}
		}
	}()

	return func() { close(done) }
}

// run a command and return its output. If it fails, the error contains its standard error.
func run(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	var stdout, stderr strings.Builder

	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Stdout = &stdout
	cmd.Stderr = &stderr
	cmd.Env = append(append(os.Environ(), "GOWORK=off"), env...)

	if err := cmd.Run(); err != nil {
		return "", errors.Wrapf(err, "%s %s\n%s", filepath.Base(name), strings.Join(args, " "), strings.TrimSpace(stderr.String()))
	}

	return stdout.String(), nil
}
