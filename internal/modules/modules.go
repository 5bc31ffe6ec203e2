// Package modules finds the files of Go modules whose CRDs are tested against. It's
// a helper for tests.
package modules

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/crossplane/function-sdk-go/errors"
)

// A release of a module, and the checksum of its files.
type release struct {
	version, sum string
}

// releases are the versions whose CRDs composed objects are checked against, the oldest
// first. They are defined only here. The ranges in apis/crossplane.yaml start with the
// oldest and end with the minor of the newest; TestRanges compares them.
//
// Composed objects must be valid in every release: between two releases, fields are
// added, and requirements are added and dropped.
var releases = map[string][]release{
	"github.com/upbound/provider-aws/v2": {
		{version: "v2.5.0", sum: "h1:xQ+xVkv8E4lT8kzOkxiJgaYrmZfPTyfGRhfRtUVTc6I="},
		{version: "v2.7.0", sum: "h1:8XJf+bEasDOIpaeA3DuuluHgrTQzmzMQgl7ujny/CFY="},
	},
	"github.com/crossplane-contrib/provider-helm": {
		{version: "v1.2.0", sum: "h1:xaTKNccXLJlQniYtmxsMnc/SNDhgnCOfqNy7gHCkk88="},
		{version: "v1.3.0", sum: "h1:kPiTSthiWamDABkWYi/BxGQ4mY3Fp6xGG24UL0jLTk4="},
	},
	"github.com/crossplane-contrib/provider-kubernetes": {
		{version: "v1.3.0", sum: "h1:KyFwivTs5r7USX/X+hx+rjg+k82ndY47FIn3UkgyCho="},
		{version: "v1.3.1", sum: "h1:hiTNUET9DJDb9dl87oIyEXvRdxJtef3qswd16AI3CQs="},
		{version: "v1.4.1", sum: "h1:/uu3pe0SOGCrsCBDPnwsnamhCMOuutWrLtjkKq3t0HU="},
	},
	"github.com/crossplane/crossplane/v2": {
		{version: "v2.2.0", sum: "h1:07heHt5SdqkstLwlrSY48sq2zf8zRlF9XRxKXwEIydE="},
		{version: "v2.4.0", sum: "h1:atHTxD+8jOOiM1Xf6UMlyZqPYMedRVDSGU10Znt4KR8="},
	},
	"github.com/aws/karpenter-provider-aws": {
		{version: "v1.14.1", sum: "h1:WGtIQTQcxpElYMdWfWuPwaF2+9muR+hYhPZsTtoY8Gs="},
		{version: "v1.15.1", sum: "h1:6eH///KgWKDwD2R6wHRnKGN8Vu8OHueaXjNdx64TnuY="},
	},
}

// chosen releases of modules that are missing in go.mod, or too old there. The first
// isn't compiled in. A newer version of the second needs a library that provider-aws
// doesn't build with.
var chosen = map[string]string{
	"github.com/aws/karpenter-provider-aws":             "v1.14.1",
	"github.com/crossplane-contrib/provider-kubernetes": "v1.3.1",
}

// Releases of a module that composed objects are checked against, the oldest first.
func Releases(path string) []string {
	var vs []string
	for _, r := range releases[path] {
		vs = append(vs, r.version)
	}
	return vs
}

// A Module is a version of a Go module.
type Module struct {
	Path    string `json:"Path"`
	Version string `json:"Version"`
	Sum     string `json:"Sum"`

	// Dir of its files. It's empty if the module requires a newer Go.
	Dir string `json:"Dir"`

	// Zip file with its files. It's empty if Find found the module in go.mod.
	Zip string `json:"Zip"`
}

// Files of the module. Close them when they are not needed any more.
func (m Module) Files() (fs.FS, io.Closer, error) {
	r, err := zip.OpenReader(m.Zip)
	if err != nil {
		return nil, nil, errors.Wrapf(err, "cannot open module %s", m.Path)
	}
	files, err := fs.Sub(r, m.Path+"@"+m.Version)
	return files, r, errors.Wrapf(err, "cannot open module %s", m.Path)
}

// Find a module: that of go.mod in a folder, or one whose version is chosen here. The
// latter is downloaded unless it's in the module cache.
func Find(ctx context.Context, folder, path string) (Module, error) {
	if v, ok := chosen[path]; ok {
		return At(ctx, path, v)
	}
	m, err := run(ctx, folder, nil, "list", "-m", "-json", path)
	if err == nil && m.Dir == "" {
		err = errors.New("it's not in the module cache: run go mod download")
	}
	return m, errors.Wrapf(err, "cannot find module %s", path)
}

// At a release of a module. It's downloaded unless it's in the module cache.
func At(ctx context.Context, path, version string) (Module, error) {
	i := slices.IndexFunc(releases[path], func(r release) bool { return r.version == version })
	if i < 0 {
		return Module{}, errors.Errorf("%s is not a release of %s in the table of this package", version, path)
	}
	// Outside of any module, no go.mod affects the version.
	tmp, err := os.MkdirTemp("", "modules")
	if err != nil {
		return Module{}, errors.Wrap(err, "cannot create directory")
	}
	defer os.RemoveAll(tmp) //nolint:errcheck // It's in the directory for temporary files.
	m, err := run(ctx, tmp, []string{"GOFLAGS=-mod=mod", "GOWORK=off"}, "mod", "download", "-json", path+"@"+version)
	if m.Zip != "" {
		// The go command downloads and verifies a module that requires a newer Go before it
		// reports that as an error. Its files are only read.
		err = nil
	}
	if err == nil && m.Sum != releases[path][i].sum {
		err = errors.Errorf("want checksum %s, got %s", releases[path][i].sum, m.Sum)
	}
	return m, errors.Wrapf(err, "cannot use module %s", path)
}

// run the go command. It never switches to another toolchain: modules are read, not
// compiled. Even if it fails, it may have printed a module.
func run(ctx context.Context, dir string, env []string, args ...string) (Module, error) {
	stderr := &bytes.Buffer{}
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // All arguments are constants.
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOTOOLCHAIN=local"), env...)
	cmd.Stderr = stderr
	out, err := cmd.Output()
	var m Module
	if jerr := json.Unmarshal(out, &m); jerr != nil && err == nil {
		err = jerr
	}
	return m, errors.Wrapf(err, "cannot run go %s: %s", strings.Join(args, " "), stderr)
}
