package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// inFull are the examples whose golden files contain all desired resources: the smallest
// claim, the largest, and those with other roles and nodes than the defaults. Others have a
// table, in which a change of all of them is short to read.
var inFull = []string{"minimal", "seafarer-cluster", "irsa", "node-pools"}

// TestExamples renders every example to its golden files: the resources of the first pass,
// and the pass of each resource.
func TestExamples(t *testing.T) {
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			full, hints := printed(t, e, RenderCmd{Output: "yaml"})
			desired := "desired.yaml"
			if !slices.Contains(inFull, e.Name) {
				desired, full = "desired.txt", tableOf(t, full)
			}
			examples.Golden(t, filepath.Join(e.Dir, desired), []byte(full+hints))

			tree, hints := printed(t, e, RenderCmd{Output: "tree", Simulate: true})
			examples.Golden(t, filepath.Join(e.Dir, "passes.txt"), []byte(tree+hints))
		})
	}
}

// printed by render for an example, and its hints as sorted comments.
func printed(t *testing.T, e examples.Example, c RenderCmd) (stdout, comments string) {
	t.Helper()
	c.Claim = e.Claim()
	if f := filepath.Join(e.Dir, "composition.yaml"); examples.Exists(f) {
		c.Composition = f
	}
	var out, hints bytes.Buffer
	if err := c.run(context.Background(), nil, &out, &hints); err != nil {
		t.Fatalf("render: %v", err)
	}
	var sorted strings.Builder
	for _, l := range slices.Sorted(strings.Lines(hints.String())) {
		sorted.WriteString("# " + l)
	}
	return out.String(), sorted.String()
}

// tableOf a YAML stream of objects, one line for each. A digest shows that an object
// changed; render shows how. Widths are fixed, so that no line changes another.
func tableOf(t *testing.T, stream string) string {
	t.Helper()
	const line = "%-56s %-24s %-8s %s\n"
	var table strings.Builder
	fmt.Fprintf(&table, line, "KEY", "KIND", "DIGEST", "NAME")
	for _, document := range strings.Split(stream, "---\n")[1:] {
		var o metav1.PartialObjectMetadata
		if err := yaml.Unmarshal([]byte(document), &o); err != nil {
			t.Fatal(err)
		}
		digest := sha256.Sum256([]byte(document))
		fmt.Fprintf(&table, line, o.Annotations["crossplane.io/composition-resource-name"], o.Kind, hex.EncodeToString(digest[:4]), o.Name)
	}
	return table.String()
}

// TestInvalidExamples compares the errors of invalid claims with golden files. Nothing else
// may be printed. If an example has want-api-error.txt, test/crossplane checks that the API
// server refuses it, too.
func TestInvalidExamples(t *testing.T) {
	for _, e := range examples.Invalid(t) {
		t.Run(e.Name, func(t *testing.T) {
			c := RenderCmd{Claim: e.Claim(), Output: "yaml"}
			if f := filepath.Join(e.Dir, "composition.yaml"); examples.Exists(f) {
				c.Composition = f
			}
			var out, hints bytes.Buffer
			err := c.run(context.Background(), nil, &out, &hints)
			if err == nil {
				t.Fatal("render: want an error")
			}
			if out.Len()+hints.Len() > 0 {
				t.Errorf("render: want only an error, got output %s%s", &out, &hints)
			}
			lines := strings.ReplaceAll(err.Error()+"\n", e.Dir+string(filepath.Separator), "")
			examples.Golden(t, filepath.Join(e.Dir, "want.txt"), []byte(lines))
			if _, err := render.First(t.Context(), e.Request(t)); err == nil || err.Error() != examples.Refusal(lines) {
				t.Errorf("want the function's message to be that of the lines, got %v", err)
			}
		})
	}
}

// TestObserved updates the observed resources of examples: all desired resources, as the
// providers would leave them, or right after a claim changed. render --observed reads them.
func TestObserved(t *testing.T) {
	for _, e := range examples.All(t) {
		if !examples.Exists(filepath.Join(e.Dir, "observed")) {
			continue
		}
		t.Run(e.Name, func(t *testing.T) {
			if examples.Exists(e.Before()) {
				examples.Golden(t, filepath.Join(e.Dir, "observed", "midway.yaml"), examples.Objects(t, e.Midway(t)))
				return
			}
			examples.Golden(t, filepath.Join(e.Dir, "observed", "steady.yaml"), examples.Objects(t, e.Steady(t)))

			c := RenderCmd{Claim: e.Claim(), Observed: filepath.Join(e.Dir, "observed"), Output: "table"}
			var table, hints bytes.Buffer
			if err := c.run(context.Background(), nil, &table, &hints); err != nil {
				t.Fatalf("render: %v", err)
			}
			if hints.Len() > 0 || strings.Contains(table.String(), stateObserve) {
				t.Errorf("with everything observed: want nothing waiting, got %s%s", hints.String(), table.String())
			}
		})
	}
}

// TestRenderNamespaced checks that the Composition determines the role of a manifest.
func TestRenderNamespaced(t *testing.T) {
	const spec = "metadata: {name: a}\nspec: {region: eu-west-3}\n"
	cases := map[string]struct {
		reason    string
		kind      string
		composite string
		want      string
	}{
		"Namespaced": {reason: "It's a composite resource.", kind: "SeafarerCluster", composite: "SeafarerCluster"},
		"Claim":      {reason: "It's a claim.", kind: "SeafarerCluster", composite: "XSeafarerCluster"},
		"Composite":  {reason: "It's the composite resource of a claim.", kind: "XSeafarerCluster", composite: "XSeafarerCluster"},
		"OtherKind":  {reason: "Crossplane would not choose this Composition.", kind: "XSeafarerCluster", composite: "SeafarerCluster", want: `cannot render a XSeafarerCluster with a Composition for kind "SeafarerCluster": give another Composition`},
		"NoKind":     {reason: "A Composition has a kind.", kind: "SeafarerCluster", composite: "", want: `cannot render a SeafarerCluster with a Composition for kind "": give another Composition`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "composition.yaml")
			if err := os.WriteFile(file, []byte(strings.Replace(composition("[{step: compose}]"), "kind: XSeafarerCluster", "kind: "+tc.composite, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			c := render.Files{Claim: "-", Composition: file}
			req, err := c.Request(strings.NewReader("apiVersion: platform.seafarer.cloud/v1alpha1\nkind: " + tc.kind + "\n" + spec))
			if got := message(err); got != tc.want {
				t.Fatalf("\n%s\nrequest(...): want %q, got %q", tc.reason, tc.want, got)
			}
			if tc.want != "" {
				return
			}
			o := object.Of(req.GetObserved().GetComposite().GetResource())
			want := []string{tc.composite, "", "default"}
			switch {
			case tc.composite == "SeafarerCluster":
				want = []string{tc.composite, "default", ""}
			case tc.kind == tc.composite:
				want = []string{tc.composite, "", ""}
			}
			if got := []string{o.String("kind"), o.String("metadata.namespace"), o.String("spec.claimRef.namespace")}; !slices.Equal(want, got) {
				t.Errorf("\n%s\nrequest(...): want %v, got %v", tc.reason, want, got)
			}
		})
	}
}
