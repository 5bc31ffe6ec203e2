package crossplane

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	kyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/crossplane-runtime/v2/pkg/errors"
	"github.com/crossplane/crossplane-runtime/v2/pkg/xcrd"
	v1 "github.com/crossplane/crossplane/apis/v2/apiextensions/v1"
)

// Files under test, relative to this directory.
const (
	rootPath        = "../.."
	xrdPath         = rootPath + "/apis/definition.yaml"
	compositionPath = rootPath + "/apis/composition.yaml"
	examplePath     = rootPath + "/example"

	// The API without claims.
	namespacedXRDPath         = rootPath + "/apis-namespaced/definition.yaml"
	namespacedCompositionPath = rootPath + "/apis-namespaced/composition.yaml"
)

// Files of an example.
const (
	claimFile        = "claim.yaml"
	compositionFile  = "composition.yaml"
	xrFile           = "xr.yaml"
	observedDir      = "observed"
	wantAPIErrorFile = "want-api-error.txt"

	invalidPrefix = "invalid"
)

// An Example of a claim.
type Example struct {
	Name string
	Dir  string

	// WantAPIErrors must be in the API server's error. Nil means that it must accept the
	// example.
	WantAPIErrors []string
}

// LoadExamples of the supplied directory, sorted by name: directories with a claim or an
// XR.
func LoadExamples(dir string) ([]Example, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, errors.Wrap(err, "cannot read examples")
	}

	var out []Example

	for _, e := range entries {
		ex := Example{Name: e.Name(), Dir: filepath.Join(dir, e.Name())}
		if !ex.Has(claimFile) && !ex.Has(xrFile) {
			continue
		}

		if ex.Has(wantAPIErrorFile) {
			b, err := os.ReadFile(filepath.Join(ex.Dir, wantAPIErrorFile))
			if err != nil {
				return nil, errors.Wrapf(err, "cannot read the error that example %s wants", ex.Name)
			}

			ex.WantAPIErrors = []string{} // Any error will do.
			for l := range strings.Lines(string(b)) {
				if l = strings.TrimSpace(l); l != "" {
					ex.WantAPIErrors = append(ex.WantAPIErrors, l)
				}
			}
		}

		out = append(out, ex)
	}

	if len(out) == 0 {
		return nil, errors.Errorf("no directory of %s has a %s or %s", dir, claimFile, xrFile)
	}

	return out, nil
}

// Has returns true if the example has the named file or directory.
func (e Example) Has(name string) bool {
	_, err := os.Stat(filepath.Join(e.Dir, name))
	return err == nil
}

// Composition of the example: its own, or that of the package.
func (e Example) Composition() string {
	if e.Has(compositionFile) {
		return filepath.Join(e.Dir, compositionFile)
	}
	return compositionPath
}

// Invalid examples must be refused by the API server or the function.
func (e Example) Invalid() bool {
	return strings.HasPrefix(e.Name, invalidPrefix) || e.WantAPIErrors != nil
}

// Read the only object of the named file.
func (e Example) Read(name string) (*unstructured.Unstructured, error) {
	path := filepath.Join(e.Dir, name)

	b, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Wrapf(err, "cannot read %s", path)
	}

	us, err := Decode(b)
	if err != nil {
		return nil, errors.Wrapf(err, "cannot decode %s", path)
	}

	if len(us) != 1 {
		return nil, errors.Errorf("%s has %d objects, want 1", path, len(us))
	}

	return us[0], nil
}

// Claim of the example. Its namespace defaults to default, as with kubectl.
func (e Example) Claim() (*unstructured.Unstructured, error) {
	cm, err := e.Read(claimFile)
	if err != nil {
		return nil, err
	}

	if cm.GetNamespace() == "" {
		cm.SetNamespace("default")
	}

	return cm, nil
}

// Observed directories to render the example with. The first is empty: nothing is
// observed. Next are observed/, if it contains YAML files, and each such directory in it.
func (e Example) Observed() ([]string, error) {
	out := []string{""}

	dirs, err := filepath.Glob(filepath.Join(e.Dir, observedDir, "*"))
	if err != nil {
		return nil, errors.Wrapf(err, "cannot list what example %s observed", e.Name)
	}

	for _, dir := range append([]string{filepath.Join(e.Dir, observedDir)}, dirs...) {
		files, err := filepath.Glob(filepath.Join(dir, "*.y*ml"))
		if err != nil {
			return nil, errors.Wrapf(err, "cannot list what example %s observed", e.Name)
		}

		if len(files) > 0 {
			out = append(out, dir)
		}
	}

	return out, nil
}

// Composite returns the XR that Crossplane creates for the supplied claim, except that its
// name has no suffix.
func Composite(xrd *v1.CompositeResourceDefinition, cm *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	spec, ok := cm.Object["spec"].(map[string]any)
	if !ok {
		return nil, errors.New("cannot create an XR for a claim without a spec")
	}

	spec = (&unstructured.Unstructured{Object: spec}).DeepCopy().Object

	for f := range xcrd.CompositeResourceClaimSpecProps(nil) {
		if !slices.Contains(xcrd.PropagateSpecProps, f) {
			delete(spec, f)
		}
	}

	spec["claimRef"] = map[string]any{
		"apiVersion": cm.GetAPIVersion(),
		"kind":       cm.GetKind(),
		"namespace":  cm.GetNamespace(),
		"name":       cm.GetName(),
	}

	xr := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	xr.SetAPIVersion(cm.GetAPIVersion())
	xr.SetKind(xrd.Spec.Names.Kind)
	xr.SetName(cm.GetName())

	if as := withoutReserved(cm.GetAnnotations()); len(as) > 0 {
		xr.SetAnnotations(as)
	}

	ls := withoutReserved(cm.GetLabels())
	ls[xcrd.LabelKeyClaimName] = cm.GetName()
	ls[xcrd.LabelKeyClaimNamespace] = cm.GetNamespace()
	xr.SetLabels(ls)

	return xr, nil
}

// withoutReserved returns the supplied annotations or labels without reserved ones of
// Kubernetes, which Crossplane doesn't copy from the claim to the XR.
func withoutReserved(in map[string]string) map[string]string {
	out := map[string]string{}
	maps.Copy(out, in)
	maps.DeleteFunc(out, func(k, _ string) bool {
		domain, _, _ := strings.Cut(k, "/")
		return domain == "kubernetes.io" || domain == "k8s.io" || strings.HasSuffix(domain, ".kubernetes.io") || strings.HasSuffix(domain, ".k8s.io")
	})

	return out
}

// Decode the objects of a YAML stream. Integers become int64, as in the API server. A
// duplicate key is an error.
func Decode(stream []byte) ([]*unstructured.Unstructured, error) {
	var out []*unstructured.Unstructured

	r := kyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(stream)))

	for {
		doc, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}

		if err != nil {
			return nil, errors.Wrap(err, "cannot read YAML stream")
		}

		j, err := yaml.YAMLToJSONStrict(doc)
		if err != nil {
			return nil, errors.Wrapf(err, "cannot parse YAML %q", head(doc))
		}

		obj := map[string]any{}
		if err := json.Unmarshal(j, &obj); err != nil {
			return nil, errors.Wrapf(err, "cannot unmarshal object %q", head(doc))
		}

		// A document with only comments.
		if len(obj) == 0 {
			continue
		}

		out = append(out, &unstructured.Unstructured{Object: obj})
	}
}

// head of the supplied document, for errors.
func head(doc []byte) string {
	const limit = 120
	if doc = bytes.TrimSpace(doc); len(doc) > limit {
		return string(doc[:limit]) + "…"
	}

	return string(doc)
}

// skipf skips the test with a reason that is printed without -v, too.
func skipf(t *testing.T, format string, args ...any) {
	t.Helper()

	reason := fmt.Sprintf(format, args...)
	if !testing.Verbose() {
		fmt.Fprintf(os.Stderr, "skip %s: %s\n", t.Name(), reason)
	}

	t.Skip(reason)
}
