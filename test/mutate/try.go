package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"time"
)

// A breakage of the source in one place.
type breakage struct {
	// Name in kebab-case.
	Name string

	// File from the root of the repository.
	File string

	// Old text, which the file has exactly once, and New text to replace it.
	Old, New string

	// Promise that it breaks.
	Promise string

	// By is the test that is run first, as package and name: "test/laws TestEnds". It's
	// only faster.
	By string

	// Survives is why no test can catch it, or empty.
	Survives string
}

// apply the breakage to the text of its file.
func (b breakage) apply(text string) (string, error) {
	if n := strings.Count(text, b.Old); n != 1 {
		return "", fmt.Errorf("%s has the old text %d times, not once", b.File, n)
	}
	return strings.Replace(text, b.Old, b.New, 1), nil
}

// A result of a breakage.
type result struct {
	// by is the test that caught it, or empty.
	by string

	// err is what is wrong with the breakage itself.
	err error
}

// bad reports whether a breakage survived unexpectedly, or is invalid.
func (r result) bad(b breakage) bool {
	return r.err != nil || (r.by == "") == (b.Survives == "")
}

func (r result) text(b breakage) string {
	switch {
	case r.err != nil:
		return "WRONG: " + r.err.Error()
	case r.by != "" && b.Survives != "":
		return "caught by " + r.by + ", though it's listed as a survivor: correct the table"
	case r.by != "":
		return "caught by " + r.by
	case b.Survives != "":
		return "survives: " + b.Survives
	default:
		return "SURVIVED: " + b.Promise
	}
}

// A tester runs tests in a copy of the repository.
type tester struct{ copied *os.Root }

// baseline requires that all tests pass without a breakage.
func (t tester) baseline(ctx context.Context, p printer) error {
	start := time.Now()
	by, err := t.test(ctx, "./...")
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil && by != "" {
		err = fmt.Errorf("%s fails without a breakage: correct that first", by)
	}
	if err == nil {
		p.printf("All tests pass without a breakage, in %.0fs.\n", time.Since(start).Seconds())
	}
	return err
}

// try a breakage: apply it, run tests until one fails, and revert it unless keep is set.
func (t tester) try(ctx context.Context, b breakage, keep bool) (r result) {
	was, err := t.copied.ReadFile(b.File)
	if err != nil {
		return result{err: err}
	}
	broken, err := b.apply(string(was))
	if err != nil {
		return result{err: err}
	}
	if err := t.copied.WriteFile(b.File, []byte(broken), 0o600); err != nil {
		return result{err: err}
	}
	defer func() {
		if !keep {
			r.err = errors.Join(r.err, t.copied.WriteFile(b.File, was, 0o600))
		}
	}()
	if out, err := t.command(ctx, "build", "./"+path.Dir(b.File)).CombinedOutput(); err != nil {
		return result{err: fmt.Errorf("it doesn't compile: %s", strings.TrimSpace(string(out)))}
	}
	for _, args := range stages(b) {
		if r.by, r.err = t.test(ctx, args...); r.by != "" || r.err != nil || ctx.Err() != nil {
			return r
		}
	}
	return r
}

// fast packages of tests. Packages that don't depend on the broken file aren't run.
var fast = []string{".", "./internal/access", "./internal/compose", "./internal/karpenter", "./internal/object", "./internal/upgrade"}

// stages are arguments of go test, from the fastest to all tests. Laws come before the golden
// files of examples: a law fails because of the promise, a golden file because of any change.
func stages(b breakage) [][]string {
	var all [][]string
	if pkg, test, ok := strings.Cut(b.By, " "); ok {
		all = append(all, []string{"-run", "^" + test + "$", "./" + pkg})
	}
	own := "./" + path.Dir(b.File)
	if !slices.Contains(fast, own) {
		all = append(all, []string{own})
	}
	return append(all, fast, []string{"./test/laws"}, []string{"./..."})
}

// command of go in the copy. It uses the shared build cache.
func (t tester) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // Packages and tests are those of the table.
	cmd.Dir = t.copied.Name()
	cmd.WaitDelay = 10 * time.Second
	inGroup(cmd)
	return cmd
}

// An event of go test -json: https://pkg.go.dev/cmd/test2json and go help buildjson.
type event struct {
	Action      string `json:"Action"`
	Package     string `json:"Package"`
	Test        string `json:"Test"`
	Output      string `json:"Output"`
	FailedBuild string `json:"FailedBuild"`
	ImportPath  string `json:"ImportPath"`
}

// timed are tests that limit the time of a call. They may fail on a busy machine, so they
// don't count.
const timed = "^(TestHuge|TestCallTimeout)$"

// test runs go test until a test fails, and returns which, or empty if all pass. Tests that
// don't compile are an error.
func (t tester) test(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := t.command(ctx, append([]string{"test", "-json", "-failfast", "-vet=off", "-timeout=30m", "-skip=" + timed}, args...)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return "", err
	}
	by, build := failure(stdout)
	if by != "" {
		cancel() // Further failures don't matter.
	}
	err = cmd.Wait()
	switch {
	case build != "":
		return "", fmt.Errorf("it doesn't compile: %s", strings.TrimSpace(build))
	case by == "" && err != nil:
		return "", fmt.Errorf("cannot run tests: %w: %s", err, strings.TrimSpace(stderr.String()))
	default:
		return by, nil
	}
}

// failure is the first test that fails, or what the compiler prints.
func failure(stdout io.Reader) (by, build string) {
	d := json.NewDecoder(stdout)
	var compiler strings.Builder
	for {
		var e event
		if err := d.Decode(&e); err != nil {
			return "", ""
		}
		switch {
		case e.Action == "build-output":
			compiler.WriteString(e.Output)
		case e.Action == "build-fail":
			return "", cmp.Or(compiler.String(), e.ImportPath)
		case e.Action == "fail" && e.FailedBuild == "":
			return strings.TrimSpace(short(e.Package) + " " + e.Test), ""
		}
	}
}

// short path of a package: from the root of the repository.
func short(pkg string) string {
	const module = "github.com/seafarer-cloud/function-seafarer-cluster"
	return cmp.Or(strings.TrimPrefix(strings.TrimPrefix(pkg, module), "/"), ".")
}
