package lab

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/crossplane/function-sdk-go/errors"
)

// envBin overrides the folder that is built into. It's the one that
// test/crossplane builds into, too.
const envBin = "SEAFARER_TEST_BIN"

// Where things are, from the folder of this module.
const (
	rootModule               = "../.."
	crossplaneModule         = "../crossplane"
	kubeModule               = "kube"
	providerHelmModule       = "providerhelm"
	providerKubernetesModule = "providerkubernetes"
	providerAWSModule        = "provideraws"
)

// versionVar is how core and the CLI are told their version. Core checks what
// packages need against it.
const versionVar = "github.com/crossplane/crossplane-runtime/v2/pkg/version.version"

// metricsVar is the address at which a provider that has no flag for it serves
// metrics: 0 for none.
const metricsVar = "sigs.k8s.io/controller-runtime/pkg/metrics/server.DefaultBindAddress"

// A build of a command.
type build struct {
	name string
	dir  string // of the module that pins the version.
	pkg  string

	// variables to set, such as the version to tell the command.
	variables map[string]string

	// more files that it's built of, besides the usual.
	more []string
}

// binaries that the lab needs besides the function.
type binaries struct {
	kube, core, cli, helm, kubernetes, aws string
}

// source of this package, so that it does not matter where it's called from.
func source() (string, error) {
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		return "", errors.New("cannot find the source of the lab: do not build it with -trimpath")
	}
	return filepath.Dir(file), nil
}

// Build all that a lab needs besides the function, so that it starts soon.
func Build(ctx context.Context, o Options) error {
	src, err := source()
	if err != nil {
		return err
	}
	_, err = buildAll(ctx, src, o)
	return err
}

// buildAll that's needed and missing or not up to date. Only the first time is
// slow.
func buildAll(ctx context.Context, src string, o Options) (binaries, error) {
	dir, err := buildDir()
	if err != nil {
		return binaries{}, err
	}
	builds, err := needed(ctx, src, o)
	if err != nil {
		return binaries{}, err
	}
	for _, b := range builds {
		if err := b.run(ctx, dir, o.Progress); err != nil {
			return binaries{}, err
		}
	}
	return binaries{
		kube: filepath.Join(dir, "kube"), core: filepath.Join(dir, "crossplane-core"), cli: filepath.Join(dir, "crossplane"),
		helm: filepath.Join(dir, "provider-helm"), kubernetes: filepath.Join(dir, "provider-kubernetes"),
		aws: filepath.Join(dir, "provider-aws"),
	}, nil
}

// buildDir is the folder to build into. It's there.
func buildDir() (string, error) {
	dir := os.Getenv(envBin)
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", errors.Wrap(err, "cannot find a folder to build into")
		}
		dir = filepath.Join(cache, "seafarer-test", "bin")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", errors.Wrap(err, "cannot find a folder to build into")
	}
	return dir, errors.Wrap(os.MkdirAll(dir, 0o750), "cannot make a folder to build into")
}

// needed builds. The real providers are needed only if they are not played.
func needed(ctx context.Context, src string, o Options) ([]build, error) {
	kube, err := kubeVersion(ctx, filepath.Join(src, kubeModule))
	if err != nil {
		return nil, err
	}
	builds := []build{{name: "kube", dir: filepath.Join(src, kubeModule), pkg: ".", variables: kube}}
	for _, c := range []struct{ name, module string }{
		{name: "crossplane-core", module: "github.com/crossplane/crossplane/v2"},
		{name: "crossplane", module: "github.com/crossplane/cli/v2"},
	} {
		dir := filepath.Join(src, crossplaneModule)
		v, err := moduleVersion(ctx, dir, c.module)
		if err != nil {
			return nil, err
		}
		builds = append(builds, build{name: c.name, dir: dir, pkg: c.module + "/cmd/crossplane", variables: map[string]string{versionVar: v}})
	}
	if o.InCluster {
		builds = append(builds,
			build{
				name: "provider-helm", dir: filepath.Join(src, providerHelmModule), pkg: "github.com/crossplane-contrib/provider-helm/cmd/provider",
				variables: map[string]string{metricsVar: "0"},
			},
			build{
				name: "provider-kubernetes", dir: filepath.Join(src, providerKubernetesModule), pkg: "github.com/crossplane-contrib/provider-kubernetes/cmd/provider",
				more: []string{"gosdk/go.mod", "gosdk/gosdk.go", "gosdk/auth/auth.go"},
			})
	}
	if o.AWS {
		builds = append(builds, build{name: "provider-aws", dir: filepath.Join(src, providerAWSModule), pkg: "."})
	}
	return builds, nil
}

// kubeVersion tells the wrapper which Kubernetes it is.
func kubeVersion(ctx context.Context, dir string) (map[string]string, error) {
	v, err := moduleVersion(ctx, dir, "k8s.io/kubernetes")
	if err != nil {
		return nil, err
	}
	major, rest, _ := strings.Cut(strings.TrimPrefix(v, "v"), ".")
	minor, _, _ := strings.Cut(rest, ".")
	const pkg = "k8s.io/component-base/version."
	return map[string]string{pkg + "gitVersion": v, pkg + "gitMajor": major, pkg + "gitMinor": minor, pkg + "gitTreeState": "clean"}, nil
}

func moduleVersion(ctx context.Context, dir, module string) (string, error) {
	v, err := goTool(ctx, dir, "list", "-m", "-f", "{{.Version}}", module)
	return strings.TrimSpace(v), errors.Wrapf(err, "cannot find the version of %s", module)
}

// run the build unless what it would make is there. To ask the go command takes
// it ten seconds, because it links before it compares.
func (b build) run(ctx context.Context, dir string, out io.Writer) error {
	flags := []string{"-s -w"}
	for _, k := range sorted(b.variables) {
		flags = append(flags, "-X "+k+"="+b.variables[k])
	}
	args := []string{"build", "-trimpath", "-ldflags", strings.Join(flags, " "), "-o", filepath.Join(dir, b.name), b.pkg}
	sum, err := b.sum(args)
	if err != nil {
		return err
	}
	stamp := filepath.Join(dir, b.name+".lab")
	if was, err := os.ReadFile(filepath.Clean(stamp)); err == nil && string(was) == sum {
		if _, err := os.Stat(filepath.Join(dir, b.name)); err == nil {
			return nil
		}
	}
	done := progress(out, "building "+b.name)
	defer done()
	if _, err := goTool(ctx, b.dir, args...); err != nil {
		return errors.Wrapf(err, "cannot build %s", b.name)
	}
	return errors.Wrap(os.WriteFile(stamp, []byte(sum), 0o600), "cannot remember what was built")
}

// sum of all that a build depends on.
func (b build) sum(args []string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), args) //nolint:errcheck // Hashes don't fail.
	for _, f := range append([]string{"go.mod", "go.sum", "main.go"}, b.more...) {
		c, err := os.ReadFile(filepath.Join(b.dir, f))
		if err != nil && !os.IsNotExist(err) {
			return "", errors.Wrap(err, "cannot read what to build")
		}
		fmt.Fprintln(h, f, len(c)) //nolint:errcheck // Hashes don't fail.
		h.Write(c)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// goTool runs the go command in a folder, and returns what it prints.
func goTool(ctx context.Context, dir string, args ...string) (string, error) {
	return command(ctx, dir, []string{"CGO_ENABLED=0", "GOWORK=off"}, "", "go", args...)
}

// command runs to its end. If it fails, the error holds what it complained about.
func command(ctx context.Context, dir string, env []string, in, name string, args ...string) (string, error) {
	var stdout, stderr strings.Builder
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = strings.NewReader(in)
	cmd.Stdout = &stdout
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), errors.Wrapf(err, "%s %s\n%s", filepath.Base(name), strings.Join(args, " "), strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

// progress tells what takes long, and how long it took.
func progress(out io.Writer, what string) func() {
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
				fmt.Fprintf(out, "lab: %s: %s so far\n", what, time.Since(start).Round(time.Second)) //nolint:errcheck // Progress may get lost.
			}
		}
	}()
	return func() {
		close(done)
		fmt.Fprintf(out, "lab: %s: %s\n", what, time.Since(start).Round(100*time.Millisecond)) //nolint:errcheck // Progress may get lost.
	}
}
