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

// envBin overrides the folder of the binaries, which test/crossplane uses, too.
const envBin = "SEAFARER_TEST_BIN"

// Modules, relative to the folder of this one.
const (
	rootModule               = "../.."
	crossplaneModule         = "../crossplane"
	kubeModule               = "kube"
	providerHelmModule       = "providerhelm"
	providerKubernetesModule = "providerkubernetes"
	providerAWSModule        = "provideraws"
)

// versionVar is the version of core and the CLI. Core compares the constraints of
// packages with it.
const versionVar = "github.com/crossplane/crossplane-runtime/v2/pkg/version.version"

// metricsVar is the address of the metrics of a provider without a flag for it: 0
// for none.
const metricsVar = "sigs.k8s.io/controller-runtime/pkg/metrics/server.DefaultBindAddress"

// A build of a command.
type build struct {
	name string
	dir  string // of the module that pins the version
	pkg  string

	// variables to set, such as the version.
	variables map[string]string

	// more source files besides go.mod, go.sum and main.go.
	more []string
}

// binaries that the lab needs besides the function's.
type binaries struct {
	kube, core, cli, helm, kubernetes, aws string
}

// source returns the folder of this package, independent of the working directory.
func source() (string, error) {
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		return "", errors.New("cannot find the source of the lab: do not build it with -trimpath")
	}
	return filepath.Dir(file), nil
}

// Build builds all binaries of a lab except the function.
func Build(ctx context.Context, o Options) error {
	src, err := source()
	if err != nil {
		return err
	}
	_, err = buildAll(ctx, src, o)
	return err
}

// buildAll builds the required binaries that are missing or outdated. Only the
// first time is slow.
func buildAll(ctx context.Context, src string, o Options) (binaries, error) {
	dir, err := buildDir()
	if err != nil {
		return binaries{}, err
	}
	builds, err := requiredBuilds(ctx, src, o)
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

// buildDir returns the folder of the binaries, and creates it unless it exists.
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
	return dir, errors.Wrap(os.MkdirAll(dir, 0o750), "cannot create a folder to build into")
}

// requiredBuilds returns the builds of a lab. Simulated providers need none.
func requiredBuilds(ctx context.Context, src string, o Options) ([]build, error) {
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

// kubeVersion returns the variables that set the version of Kubernetes.
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

// run runs the build unless its result is up to date. The go command would take
// ten seconds to find out, because it links before it compares.
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
	if last, err := os.ReadFile(filepath.Clean(stamp)); err == nil && string(last) == sum {
		if _, err := os.Stat(filepath.Join(dir, b.name)); err == nil {
			return nil
		}
	}
	done := progress(out, "building "+b.name)
	defer done()
	if _, err := goTool(ctx, b.dir, args...); err != nil {
		return errors.Wrapf(err, "cannot build %s", b.name)
	}
	return errors.Wrap(os.WriteFile(stamp, []byte(sum), 0o600), "cannot write the checksum of a build")
}

// sum returns the checksum of the inputs of a build.
func (b build) sum(args []string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), args) //nolint:errcheck // Hashes don't fail.
	for _, f := range append([]string{"go.mod", "go.sum", "main.go"}, b.more...) {
		c, err := os.ReadFile(filepath.Join(b.dir, f))
		if err != nil && !os.IsNotExist(err) {
			return "", errors.Wrap(err, "cannot read the source of a build")
		}
		fmt.Fprintln(h, f, len(c)) //nolint:errcheck // Hashes don't fail.
		h.Write(c)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// goTool runs the go command in a folder, and returns its output.
func goTool(ctx context.Context, dir string, args ...string) (string, error) {
	return command(ctx, dir, []string{"CGO_ENABLED=0", "GOWORK=off"}, "", "go", args...)
}

// command runs a command, and returns its output. An error includes its stderr.
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

// progress prints a step's time, every 15 s and when it's done.
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
				fmt.Fprintf(out, "lab: %s: %s so far\n", what, time.Since(start).Round(time.Second)) //nolint:errcheck // Progress is optional.
			}
		}
	}()
	return func() {
		close(done)
		fmt.Fprintf(out, "lab: %s: %s\n", what, time.Since(start).Round(100*time.Millisecond)) //nolint:errcheck // Progress is optional.
	}
}
