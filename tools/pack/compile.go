package pack

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/crossplane/function-sdk-go/errors"
)

const (
	// goVersionFile, below the root, contains the Go version that releases are built with. It
	// is newer than that in go.mod, for fixes of the standard library.
	goVersionFile = "tools/go-version"

	// versionVariable is the linker variable of the released version.
	versionVariable = "github.com/seafarer-cloud/function-seafarer-cluster/internal/cli.version"
)

// A Compiler of the function. Binaries don't depend on the path of the source.
type Compiler struct {
	// Root of the source.
	Root string

	// Go version to build with, such as 1.27.3. The go command downloads it if it is another.
	Go string

	// Version that the binaries report. None if it is empty.
	Version string
}

// versions that can be released, which are also safe in linker flags.
var versions = regexp.MustCompile(`^v[0-9][0-9A-Za-z.+-]*$`)

func (o Options) compiler() (Compiler, error) {
	if o.Version != "" && !versions.MatchString(o.Version) {
		return Compiler{}, errors.Errorf("cannot release version %q: want one such as v0.1.0", o.Version)
	}
	v, err := goVersion(o.Root)
	return Compiler{Root: o.Root, Go: v, Version: o.Version}, err
}

// goVersion that releases are built with.
func goVersion(root string) (string, error) {
	b, err := os.ReadFile(filepath.Clean(filepath.Join(root, goVersionFile)))
	return strings.TrimSpace(string(b)), errors.Wrap(err, "cannot read the version of Go to build with")
}

// flags omit paths of the machine, debug information, and the state of a repository, which
// may be missing.
func (c Compiler) flags() []string {
	ld := "-s -w"
	if c.Version != "" {
		ld += " -X " + versionVariable + "=" + c.Version
	}
	return []string{"-trimpath", "-buildvcs=false", "-ldflags", ld}
}

// Compile the function for a system and an architecture, as the Dockerfile does: without cgo.
func (c Compiler) Compile(ctx context.Context, system, arch, binary string) error {
	env := []string{"GOTOOLCHAIN=go" + c.Go, "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=", "GOOS=" + system, "GOARCH=" + arch}
	_, err := command(ctx, c.Root, env, "go", append(append([]string{"build"}, c.flags()...), "-o", binary, ".")...)
	return errors.Wrapf(err, "cannot build the function for %s/%s", system, arch)
}
