package crossplane

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/crossplane-runtime/v2/pkg/xcrd"
)

// Namespaced returns the example's claim as a namespaced composite resource: without the
// fields that Crossplane adds to claims. An example with Argo CD is in the namespace of
// Argo CD.
func (e Example) Namespaced(t *testing.T) *unstructured.Unstructured {
	t.Helper()

	xr, err := e.Claim()
	if err != nil {
		t.Fatal(err)
	}

	for f := range xcrd.CompositeResourceClaimSpecProps(nil) {
		unstructured.RemoveNestedField(xr.Object, "spec", f)
	}

	asked, _, err := unstructured.NestedBool(xr.Object, "spec", "access", "argoCD", "enabled")
	if asked && err == nil {
		xr.SetNamespace("argocd")
	}

	return xr
}

// NamespacedComposition returns the file of the example's Composition for namespaced
// composite resources.
func (e Example) NamespacedComposition(t *testing.T) string {
	t.Helper()

	if !e.Has(compositionFile) {
		return namespacedCompositionPath
	}

	c, err := e.Read(compositionFile)
	if err != nil {
		t.Fatal(err)
	}

	unstructured.RemoveNestedField(c.Object, "spec", "writeConnectionSecretsToNamespace")
	set(c, readXRD(t, namespacedXRDPath).Spec.Names.Kind, "spec", "compositeTypeRef", "kind")

	return writeYAML(t, c)
}

func writeYAML(t *testing.T, u *unstructured.Unstructured) string {
	t.Helper()

	b, err := yaml.Marshal(u.Object)
	if err != nil {
		t.Fatal(err)
	}

	path := filepath.Join(t.TempDir(), "object.yaml")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}

	return path
}

func TestNamespacedCRD(t *testing.T) {
	xrd := readXRD(t, namespacedXRDPath)
	d := derivations()["Composite"]

	diff, err := d.Dropped(xrd)
	if err != nil {
		t.Fatal(err)
	}

	if diff != "" {
		t.Errorf("CRD derived from %s: -XRD, +CRD:\n%s", namespacedXRDPath, diff)
	}

	crd, err := d.derive(xrd.DeepCopy())
	if err != nil {
		t.Fatal(err)
	}

	if err := ValidateCRD(t.Context(), crd); err != nil {
		t.Errorf("CRD derived from %s is invalid: %v", namespacedXRDPath, err)
	}

	var columns []string
	for _, c := range crd.Spec.Versions[0].AdditionalPrinterColumns {
		columns = append(columns, c.Name)
	}

	for _, want := range []string{"SYNCED", "READY", "VERSION", "PHASE", "WAITS-FOR"} {
		if !slices.Contains(columns, want) {
			t.Errorf("kubectl get shows no column %s, only %v", want, columns)
		}
	}

	api, err := NewAPI(crd)
	if err != nil {
		t.Fatal(err)
	}

	exs, err := LoadExamples(examplePath)
	if err != nil {
		t.Fatal(err)
	}

	for _, ex := range exs {
		t.Run(ex.Name, func(t *testing.T) {
			if ex.Invalid() && ex.WantAPIErrors == nil || !ex.Has(claimFile) {
				return // See TestDerivedCRDsAcceptExamples.
			}

			check(t, claimFile, ex.WantAPIErrors, api.Create(t.Context(), ex.Namespaced(t)))
		})
	}
}

func TestNamespacedRenderMatchesCLI(t *testing.T) {
	exs, err := LoadExamples(examplePath)
	if err != nil {
		t.Fatal(err)
	}

	bins := Build(t)
	functions := serve(t, bins)

	for _, ex := range exs {
		if ex.Invalid() || !ex.Has(claimFile) {
			continue // Nothing to compare: see TestRenderMatchesCLI.
		}

		t.Run(ex.Name, func(t *testing.T) {
			passes, err := ex.Observed()
			if err != nil {
				t.Fatal(err)
			}

			xr := ex.Namespaced(t)
			for _, observed := range passes {
				t.Run(filepath.Base(observed), func(t *testing.T) {
					matches(t, bins, functions, namespacedXRDPath, xr, ex.NamespacedComposition(t), writeYAML(t, xr), withoutClusterScoped(t, observed))
				})
			}
		})
	}
}

// withoutClusterScoped returns a folder of observed resources without the ClusterUsage that
// guards the composite resource of a claim: the engine refuses cluster-scoped resources of
// a namespaced composite resource.
func withoutClusterScoped(t *testing.T, folder string) string {
	t.Helper()
	if folder == "" {
		return ""
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	for _, f := range files {
		b, err := os.ReadFile(filepath.Clean(f))
		if err != nil {
			t.Fatal(err)
		}
		var kept []string
		for doc := range strings.SplitSeq(string(b), "---\n") {
			if !strings.Contains(doc, "\nkind: ClusterUsage\n") {
				kept = append(kept, doc)
			}
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(f)), []byte(strings.Join(kept, "---\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}
