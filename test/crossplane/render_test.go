package crossplane

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/crossplane-runtime/v2/pkg/errors"
	"github.com/crossplane/crossplane-runtime/v2/pkg/xcrd"
	v1 "github.com/crossplane/crossplane/apis/v2/apiextensions/v1"
)

// renderGroup is the API group of the CLI's output that isn't a resource: results and context.
const renderGroup = "render.crossplane.io"

func TestRenderMatchesCLI(t *testing.T) {
	xrd := readXRD(t, xrdPath)

	exs, err := LoadExamples(examplePath)
	if err != nil {
		t.Fatal(err)
	}

	bins := Build(t)
	functions := serve(t, bins)

	for _, ex := range exs {
		t.Run(ex.Name, func(t *testing.T) {
			if ex.Invalid() {
				skipf(t, "nothing to compare: it's refused")
			}

			if !ex.Has(claimFile) {
				skipf(t, "nothing to compare: it has no %s", claimFile)
			}

			cm, err := ex.Claim()
			if err != nil {
				t.Fatal(err)
			}

			xr, err := Composite(xrd, cm)
			if err != nil {
				t.Fatal(err)
			}

			passes, err := ex.Observed()
			if err != nil {
				t.Fatal(err)
			}

			for _, observed := range passes {
				name := "NothingObserved"
				if observed != "" {
					name, _ = filepath.Rel(ex.Dir, observed)
				}

				t.Run(name, func(t *testing.T) {
					matches(t, bins, functions, xrdPath, xr, ex.Composition(), filepath.Join(ex.Dir, claimFile), observed)
				})
			}
		})
	}
}

// serve the function, and return a file with its address for the CLI.
func serve(t *testing.T, bins Binaries) string {
	t.Helper()

	b, err := os.ReadFile(compositionPath)
	if err != nil {
		t.Fatalf("cannot read composition: %v", err)
	}

	fn, err := FunctionName(b)
	if err != nil {
		t.Fatalf("cannot find our function in %s: %v", compositionPath, err)
	}

	functions := filepath.Join(t.TempDir(), "functions.yaml")
	if err := os.WriteFile(functions, Functions(fn, Serve(t, bins.Function)), 0o600); err != nil {
		t.Fatalf("cannot write functions: %v", err)
	}

	return functions
}

// matches requires that the CLI and the function's render command render the same
// resources, of the supplied XR and of the manifest in the supplied file.
func matches(t *testing.T, bins Binaries, functions, xrd string, xr *unstructured.Unstructured, composition, manifest, observed string) {
	t.Helper()

	theirs, err := RenderCLI(t.Context(), bins, t.TempDir(), xrd, xr, composition, functions, observed)
	if err != nil {
		t.Fatalf("cannot render with the CLI: %v", err)
	}

	ours, err := RenderFunction(t.Context(), bins, xr, composition, manifest, observed)
	if err != nil {
		t.Fatalf("cannot render with our function: %v", err)
	}

	for _, r := range theirs.Results {
		t.Logf("result: %v: %v", r.Object["severity"], r.Object["message"])
	}

	for key, u := range theirs.Composed {
		normalize(u, ours.Composed[key])
	}

	if len(theirs.Composed) == 0 {
		t.Error("the CLI composes nothing")
	}

	if diff := cmp.Diff(content(theirs.Composed), content(ours.Composed)); diff != "" {
		t.Errorf("-CLI, +our render:\n%s", diff)
	}

	t.Logf("%d resources compared", len(theirs.Composed))
}

// Rendered is the output of a render command.
type Rendered struct {
	// Composed resources, by their name in the composition.
	Composed map[string]*unstructured.Unstructured

	// Results of the function.
	Results []*unstructured.Unstructured
}

// RenderCLI renders the supplied XR with the CLI, which runs Crossplane's engine and calls
// the served function.
func RenderCLI(ctx context.Context, bins Binaries, tmp, xrd string, xr *unstructured.Unstructured, composition, functions, observed string) (Rendered, error) {
	b, err := yaml.Marshal(xr.Object)
	if err != nil {
		return Rendered{}, errors.Wrap(err, "cannot marshal XR")
	}

	path := filepath.Join(tmp, xrFile)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		return Rendered{}, errors.Wrap(err, "cannot write XR")
	}

	// Without --xrd the engine assumes an XR without a claim, which has Crossplane's
	// fields elsewhere.
	args := []string{"composition", "render", path, composition, functions, "--crossplane-binary=" + bins.Core, "--xrd=" + xrd, "--include-full-xr", "--include-function-results"}
	if observed != "" {
		args = append(args, "--observed-resources="+observed)
	}

	// Don't read the user's configuration file.
	out, err := run(ctx, ".", []string{"CROSSPLANE_CONFIG=" + filepath.Join(tmp, "config")}, bins.CLI, args...)
	if err != nil {
		return Rendered{}, err
	}

	r, err := Sort([]byte(out), xr)

	return r, errors.Wrap(err, "cannot parse the output of the CLI")
}

// RenderFunction renders the claim in the supplied file with the function's render command.
// The supplied XR is that of the claim.
func RenderFunction(ctx context.Context, bins Binaries, xr *unstructured.Unstructured, composition, claim, observed string) (Rendered, error) {
	args := []string{"render", claim, "-o", "yaml", "--composition", composition}
	if observed != "" {
		args = append(args, "--observed", observed)
	}

	out, err := run(ctx, ".", nil, bins.Function, args...)
	if err != nil {
		return Rendered{}, err
	}

	r, err := Sort([]byte(out), xr)

	return r, errors.Wrap(err, "cannot make sense of what our render printed")
}

// Sort the objects of the supplied stream into composed resources and results. The supplied
// XR is omitted. Any other object is an error.
func Sort(stream []byte, xr *unstructured.Unstructured) (Rendered, error) {
	us, err := Decode(stream)
	if err != nil {
		return Rendered{}, err
	}

	out := Rendered{Composed: map[string]*unstructured.Unstructured{}}

	for _, u := range us {
		switch key := u.GetAnnotations()[xcrd.AnnotationKeyCompositionResourceName]; {
		case u.GroupVersionKind().Group == renderGroup:
			out.Results = append(out.Results, u)
		case u.GroupVersionKind() == xr.GroupVersionKind():
		case key == "":
			return Rendered{}, errors.Errorf("%s %q has no annotation %s", u.GetKind(), u.GetName(), xcrd.AnnotationKeyCompositionResourceName)
		case out.Composed[key] != nil:
			return Rendered{}, errors.Errorf("there are two resources %q", key)
		default:
			out.Composed[key] = u
		}
	}

	return out, nil
}

// normalize removes what the engine adds from the resource that the CLI rendered, and from
// ours if it has it, too. Ours is nil if our command didn't render the resource.
func normalize(theirs, ours *unstructured.Unstructured) {
	if ours == nil {
		ours = &unstructured.Unstructured{Object: map[string]any{}}
	}

	// The engine generates a name for an unnamed resource, and retains the name of an
	// observed one.
	if ours.GetName() == "" {
		unstructured.RemoveNestedField(theirs.Object, "metadata", "name")
	}

	for _, u := range []*unstructured.Unstructured{theirs, ours} {
		unstructured.RemoveNestedField(u.Object, "metadata", "ownerReferences")
		unstructured.RemoveNestedField(u.Object, "metadata", "generateName")

		for _, l := range []string{xcrd.LabelKeyNamePrefixForComposed, xcrd.LabelKeyClaimName, xcrd.LabelKeyClaimNamespace} {
			unstructured.RemoveNestedField(u.Object, "metadata", "labels", l)
		}

		if len(u.GetLabels()) == 0 {
			unstructured.RemoveNestedField(u.Object, "metadata", "labels")
		}
	}
}

func content(in map[string]*unstructured.Unstructured) map[string]any {
	out := map[string]any{}
	for key, u := range in {
		out[key] = u.Object
	}

	return out
}

// FunctionName returns the name of the only function of the supplied Composition.
func FunctionName(composition []byte) (string, error) {
	c := &v1.Composition{}
	if err := yaml.UnmarshalStrict(composition, c); err != nil {
		return "", errors.Wrap(err, "cannot unmarshal composition")
	}

	names := map[string]bool{}
	for _, s := range c.Spec.Pipeline {
		names[s.FunctionRef.Name] = true
	}

	if len(names) != 1 {
		return "", errors.Errorf("want 1 function in the pipeline, got %d", len(names))
	}

	return c.Spec.Pipeline[0].FunctionRef.Name, nil
}

// Functions returns a manifest with the address of the named function, for the CLI.
func Functions(name, addr string) []byte {
	return fmt.Appendf(nil, `apiVersion: pkg.crossplane.io/v1
kind: Function
metadata:
  name: %s
  annotations:
    render.crossplane.io/runtime: Development
    render.crossplane.io/runtime-development-target: %s
spec:
  package: example.org/%s:v0.0.0
`, name, addr, name)
}

// Serve the function until the test ends, and return its address.
func Serve(t *testing.T, binary string) string {
	t.Helper()

	addr, err := freeAddress(t.Context())
	if err != nil {
		t.Fatalf("cannot find a free port: %v", err)
	}

	log := &buffer{}

	cmd := exec.CommandContext(t.Context(), binary, "--insecure", "--address", addr, "--metrics-address=", "--debug-address=")
	cmd.Stdout = log
	cmd.Stderr = log

	if err := cmd.Start(); err != nil {
		t.Fatalf("cannot start our function: %v", err)
	}

	exited := make(chan error, 1)

	go func() { exited <- cmd.Wait() }()

	// The test's context, which ends the process, is canceled before.
	t.Cleanup(func() {
		<-exited

		if t.Failed() {
			t.Logf("our function logged:\n%s", log)
		}
	})

	const timeout = 30 * time.Second

	deadline := time.After(timeout)

	for {
		c, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", addr)
		if err == nil {
			_ = c.Close()
			return addr
		}

		select {
		case err := <-exited:
			exited <- err

			t.Fatalf("our function doesn't serve: %v\n%s", err, log)
		case <-deadline:
			t.Fatalf("our function doesn't listen at %s after %s: %v\n%s", addr, timeout, err, log)
		case <-time.After(50 * time.Millisecond): //nolint:mnd // Polling interval.
		}
	}
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", errors.Wrap(err, "cannot listen")
	}

	return l.Addr().String(), errors.Wrap(l.Close(), "cannot stop listening")
}

// A buffer that can be read while it's written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write to the buffer.
func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.b.Write(p)
}

// String returns the content of the buffer.
func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()

	return strings.TrimSpace(b.b.String())
}
