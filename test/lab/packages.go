package lab

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/crossplane/function-sdk-go/errors"
)

const (
	// packageRegistry in the names of our packages. Crossplane is configured to pull
	// from the lab's own instead.
	packageRegistry = "xpkg.crossplane.io/"

	organization    = "seafarer-cloud/"
	version         = "v0.1.0"
	functionPackage = "function-seafarer-cluster"
)

// A dependency of the Configuration.
type dependency struct {
	Kind, Package string
}

func (d dependency) repository() string { return strings.TrimPrefix(d.Package, packageRegistry) }

// installPackages builds packages of our function and Configuration, and installs the
// Configuration with its dependencies, as a user does. The providers' packages have
// the real CRDs of the kinds that we activate, and nothing else.
func (l *Lab) installPackages(ctx context.Context) error {
	host := l.serveRegistry()
	if err := l.pushOurs(ctx, host); err != nil {
		return err
	}
	return l.installConfiguration(ctx, host, version)
}

// serveRegistry starts the registry of packages, and returns its host.
func (l *Lab) serveRegistry() string {
	if l.registry == nil {
		l.registry = httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	}
	return strings.TrimPrefix(l.registry.URL, "http://")
}

// installConfiguration installs the Configuration and its dependencies.
func (l *Lab) installConfiguration(ctx context.Context, host, version string) error {
	configuration := l.options.api().configuration
	if err := l.pushProviders(ctx, host); err != nil {
		return err
	}
	if err := l.Apply(ctx,
		object(`
apiVersion: pkg.crossplane.io/v1beta1
kind: ImageConfig
metadata:
  name: lab
spec:
  matchImages:
  - type: Prefix
    prefix: `+packageRegistry+`
  rewriteImage:
    prefix: `+host+`/
`),
		object(`
apiVersion: pkg.crossplane.io/v1
kind: Configuration
metadata:
  name: `+configuration+`
spec:
  package: `+packageRegistry+organization+configuration+`:`+version+`
`)); err != nil {
		return err
	}
	err := until(ctx, startTimeout, func(ctx context.Context) error {
		if err := l.runPackages(ctx); err != nil {
			return err
		}
		return l.healthy(ctx)
	})
	if err != nil {
		return errors.Wrap(err, "packages do not become healthy")
	}
	// Crossplane reports a provider as healthy before its kinds are served.
	names, err := activated(filepath.Join(l.source, rootModule, "apis", "activation.yaml"))
	if err != nil {
		return err
	}
	for _, n := range slices.Concat(names, providerConfigCRDs) {
		if err := l.waitEstablished(ctx, n); err != nil {
			return err
		}
	}
	return l.waitOffered(ctx)
}

// pushOurs pushes packages of the lab's function and of the Configuration.
func (l *Lab) pushOurs(ctx context.Context, host string) error {
	root := filepath.Join(l.source, rootModule)
	runtimeImage := l.path("packages", "function.tar")
	if err := image(l.functionPath(), runtimeImage); err != nil {
		return err
	}
	if err := l.push(ctx, filepath.Join(root, "package"), host+"/"+organization+functionPackage+":"+version,
		"--embed-runtime-image-tarball="+runtimeImage); err != nil {
		return err
	}
	return l.push(ctx, l.path("apis"), host+"/"+organization+l.options.api().configuration+":"+version)
}

// pushProviders pushes packages of the providers that the Configuration depends on.
func (l *Lab) pushProviders(ctx context.Context, host string) error {
	ds, err := dependencies(filepath.Join(l.source, rootModule, "apis", "crossplane.yaml"))
	if err != nil {
		return err
	}
	for _, d := range ds {
		if d.Kind != "Provider" {
			continue
		}
		if err := l.pushProvider(ctx, host, d); err != nil {
			return errors.Wrapf(err, "cannot build a package of %s", d.Package)
		}
	}
	return nil
}

// pushProvider pushes a package with CRDs only.
func (l *Lab) pushProvider(ctx context.Context, host string, d dependency) error {
	root := filepath.Join(l.source, rootModule)
	provider := d.Package[strings.LastIndex(d.Package, "/")+1:]
	group := groupOf(provider)
	p, ok := providerOf(group)
	if !ok {
		return errors.New("it belongs to no known module")
	}
	m, err := p.find(ctx, l.source)
	if err != nil {
		return err
	}
	dir := l.path("packages", provider)
	if err := write(filepath.Join(dir, "crossplane.yaml"), []byte(`apiVersion: meta.pkg.crossplane.io/v1
kind: Provider
metadata:
  name: `+provider+`
spec:
  capabilities:
  - safe-start
`)); err != nil {
		return err
	}
	names, err := activated(filepath.Join(root, "apis", "activation.yaml"))
	if err != nil {
		return err
	}
	for _, n := range append(slices.Concat(names, providerConfigCRDs), inactive) {
		plural, g, _ := strings.Cut(n, ".")
		if g != group {
			continue
		}
		crd, err := os.ReadFile(filepath.Join(m.Dir, "package", "crds", g+"_"+plural+".yaml"))
		if err != nil {
			return errors.Wrap(err, "cannot read a definition")
		}
		if err := write(filepath.Join(dir, "crds", n+".yaml"), crd); err != nil {
			return err
		}
	}
	return l.push(ctx, dir, host+"/"+d.repository()+":"+m.Version)
}

// inactive is a kind in a provider's package that's not activated.
const inactive = "instances.ec2.aws.m.upbound.io"

// groupOf returns the API group of a provider's package.
func groupOf(provider string) string {
	p := strings.TrimPrefix(provider, "provider-")
	if service, ok := strings.CutPrefix(p, "aws-"); ok {
		return service + ".aws.m.upbound.io"
	}
	return p + ".m.crossplane.io"
}

// push builds a package of a folder with the crossplane CLI, and pushes it.
func (l *Lab) push(ctx context.Context, dir, tag string, flags ...string) error {
	repository, _, _ := strings.Cut(filepath.Base(tag), ":")
	file := l.path("packages", repository+".xpkg")
	build := append([]string{"xpkg", "build", "--package-root=" + dir, "--package-file=" + file}, flags...)
	if _, err := command(ctx, l.Dir, l.cliEnv(), "", l.bin.cli, build...); err != nil {
		return err
	}
	return l.pushFile(ctx, file, tag)
}

// pushFile pushes a package file.
func (l *Lab) pushFile(ctx context.Context, file, tag string) error {
	_, err := command(ctx, l.Dir, l.cliEnv(), "", l.bin.cli, "xpkg", "push", "--package-files="+file, tag)
	return err
}

// cliEnv sets the lab's folder as the CLI's home.
func (l *Lab) cliEnv() []string {
	return []string{"HOME=" + l.Dir, "XDG_CONFIG_HOME=" + l.path("config"), "XDG_CACHE_HOME=" + l.path("cache")}
}

// image writes an image like the Dockerfile's, without a base image.
func image(binary, path string) error {
	b, err := os.ReadFile(filepath.Clean(binary))
	if err != nil {
		return errors.Wrap(err, "cannot read the function")
	}
	buf := &bytes.Buffer{}
	w := tar.NewWriter(buf)
	if err := w.WriteHeader(&tar.Header{Name: "function", Mode: 0o755, Size: int64(len(b)), Format: tar.FormatPAX}); err != nil {
		return errors.Wrap(err, "cannot write a layer")
	}
	if _, err := w.Write(b); err != nil {
		return errors.Wrap(err, "cannot write a layer")
	}
	if err := w.Close(); err != nil {
		return errors.Wrap(err, "cannot write a layer")
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buf.Bytes())), nil })
	if err != nil {
		return errors.Wrap(err, "cannot create a layer")
	}
	img, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return errors.Wrap(err, "cannot create an image")
	}
	c, err := img.ConfigFile()
	if err != nil {
		return errors.Wrap(err, "cannot configure an image")
	}
	c = c.DeepCopy()
	c.OS, c.Architecture = "linux", runtime.GOARCH
	c.Config.User = "nonroot:nonroot"
	c.Config.Entrypoint = []string{"/function"}
	c.Config.ExposedPorts = map[string]struct{}{"9443": {}}
	if img, err = mutate.ConfigFile(img, c); err != nil {
		return errors.Wrap(err, "cannot configure an image")
	}
	tag, err := name.NewTag("function:lab")
	if err != nil {
		return errors.Wrap(err, "cannot tag an image")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return errors.Wrap(err, "cannot create a folder")
	}
	return errors.Wrap(tarball.WriteToFile(path, tag, img), "cannot write an image")
}

// dependencies returns the dependencies of a package.
func dependencies(path string) ([]dependency, error) {
	os, err := readObjects(path)
	if err != nil {
		return nil, err
	}
	var ds []dependency
	for _, o := range os {
		l, _, err := unstructured.NestedSlice(o.Object, "spec", "dependsOn")
		if err != nil {
			return nil, errors.Wrap(err, "cannot read dependencies")
		}
		for _, d := range l {
			m, ok := d.(map[string]any)
			if !ok {
				continue
			}
			kind, _ := m["kind"].(string)
			pkg, _ := m["package"].(string)
			ds = append(ds, dependency{Kind: kind, Package: pkg})
		}
	}
	return ds, nil
}

func packageKind(k string) schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: "pkg.crossplane.io", Version: "v1", Kind: k}
}

// runPackages simulates the package runtime: it sets each revision's status to
// healthy, and the endpoint of the function's.
func (l *Lab) runPackages(ctx context.Context) error {
	for _, k := range []string{"FunctionRevision", "ProviderRevision"} {
		r, err := l.Of(packageKind(k), "")
		if err != nil {
			return err
		}
		revisions, err := r.List(ctx, metav1.ListOptions{})
		if err != nil {
			return errors.Wrap(err, "cannot list revisions")
		}
		for _, rev := range revisions.Items {
			if s, _, _ := condition(&rev, "RuntimeHealthy"); s == "True" {
				continue
			}
			status := map[string]any{
				"tlsServerSecretName": "crossplane-tls-server",
				"conditions": []any{map[string]any{
					"type": "RuntimeHealthy", "status": "True", "reason": "HealthyPackageRevision",
					"lastTransitionTime": time.Now().UTC().Format(time.RFC3339),
				}},
			}
			if k == "FunctionRevision" {
				status["endpoint"] = loopback(l.ports.function)
			}
			o := &unstructured.Unstructured{Object: map[string]any{"status": status}}
			o.SetGroupVersionKind(packageKind(k))
			o.SetName(rev.GetName())
			if _, err := r.ApplyStatus(ctx, rev.GetName(), o, metav1.ApplyOptions{FieldManager: fieldManager, Force: true}); err != nil {
				return errors.Wrapf(err, "cannot set the status of %s", rev.GetName())
			}
		}
	}
	return nil
}

// healthy returns an error unless the Configuration and its dependencies are installed
// and healthy.
func (l *Lab) healthy(ctx context.Context) error {
	ds, err := dependencies(filepath.Join(l.source, rootModule, "apis", "crossplane.yaml"))
	if err != nil {
		return err
	}
	ds = append(ds, dependency{Kind: "Configuration", Package: packageRegistry + organization + l.options.api().configuration})
	for _, d := range ds {
		r, err := l.Of(packageKind(d.Kind), "")
		if err != nil {
			return err
		}
		packages, err := r.List(ctx, metav1.ListOptions{})
		if err != nil {
			return errors.Wrap(err, "cannot list packages")
		}
		i := slices.IndexFunc(packages.Items, func(o unstructured.Unstructured) bool {
			p, _, _ := unstructured.NestedString(o.Object, "spec", "package") // Empty matches no package.
			return strings.HasPrefix(p, d.Package+":") || strings.HasPrefix(p, d.Package+"@")
		})
		if i < 0 {
			return errors.Errorf("%s %s does not exist", d.Kind, d.Package)
		}
		for _, c := range []string{"Installed", "Healthy"} {
			if s, reason, message := condition(&packages.Items[i], c); s != "True" {
				return errors.Errorf("%s %s is %s=%q: %s: %s", d.Kind, d.Package, c, s, reason, message)
			}
		}
	}
	return nil
}
