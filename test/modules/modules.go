// Package modules finds the files of Go modules whose CRDs are tested against. It's
// a helper for tests.
package modules

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"

	"github.com/crossplane/function-sdk-go/errors"
)

// Modules of which only CRDs are of interest, in versions that go.mod doesn't pin.
// Of the first nothing is compiled in. Of the second an older version is: a newer
// one needs a library that provider-aws isn't built with.
var pins = map[string]pin{
	"github.com/aws/karpenter-provider-aws": {
		version: "v1.14.1",
		sum:     "h1:WGtIQTQcxpElYMdWfWuPwaF2+9muR+hYhPZsTtoY8Gs=",
	},
	"github.com/crossplane-contrib/provider-kubernetes": {
		version: "v1.3.1",
		sum:     "h1:hiTNUET9DJDb9dl87oIyEXvRdxJtef3qswd16AI3CQs=",
	},
}

type pin struct {
	version, sum string
}

// A Module is a version of a Go module.
type Module struct {
	Version string `json:"Version"`
	Dir     string `json:"Dir"`
	Sum     string `json:"Sum"`
}

// Find a module: that of go.mod in a folder, or one whose version is pinned here.
// The latter is downloaded unless it's in the module cache.
func Find(ctx context.Context, folder, path string) (Module, error) {
	p, ok := pins[path]
	if !ok {
		m, err := run(ctx, folder, "list", "-m", "-json", path)
		if err == nil && m.Dir == "" {
			err = errors.New("it's not in the module cache: run go mod download")
		}
		return m, errors.Wrapf(err, "cannot find module %s", path)
	}
	// Outside of any module nothing else takes part in choosing the version.
	tmp, err := os.MkdirTemp("", "modules")
	if err != nil {
		return Module{}, errors.Wrap(err, "cannot create directory")
	}
	defer os.RemoveAll(tmp) //nolint:errcheck // It's in the directory for temporary files.
	m, err := run(ctx, tmp, "mod", "download", "-json", path+"@"+p.version)
	if err == nil && m.Sum != p.sum {
		err = errors.Errorf("want checksum %s, got %s", p.sum, m.Sum)
	}
	return m, errors.Wrapf(err, "cannot use module %s", path)
}

// run the go command. It never switches to another toolchain: modules are looked
// at, not compiled.
func run(ctx context.Context, dir string, args ...string) (Module, error) {
	stderr := &bytes.Buffer{}
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // All arguments are constants.
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local")
	if args[0] == "mod" {
		cmd.Env = append(cmd.Env, "GOFLAGS=-mod=mod", "GOWORK=off")
	}
	cmd.Stderr = stderr
	out, err := cmd.Output()
	if err != nil {
		return Module{}, errors.Wrapf(err, "cannot run go %s: %s", strings.Join(args, " "), stderr)
	}
	var m Module
	return m, errors.Wrapf(json.Unmarshal(out, &m), "cannot read what go %s tells", args[0])
}
