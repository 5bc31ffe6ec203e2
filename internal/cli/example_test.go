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

// inFull are the examples whose golden files have all that is desired: the smallest claim,
// the largest, and those with other roles and with other nodes than the defaults. Of the
// others there is a table, in which a change that concerns all of them is short to read.
var inFull = []string{"minimal", "seafarer-cluster", "irsa", "node-pools"}

// TestExamples renders every example to its golden files: what is desired on the
// first pass, and in which pass everything appears.
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

// printed by render for an example, and its hints as comments, in the order of the alphabet.
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

// tableOf a YAML stream of objects, one a line. A digest of all that an object holds shows
// that it is another; render shows how. Widths are fixed, so that no line changes another.
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

// TestInvalidExamples compares what is said to claims that cannot be composed
// with golden files, and wants nothing else to be printed. If an example has
// want-api-error.txt, the API server refuses it, too: test/crossplane tells.
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
				t.Errorf("render: want nothing but an error, and it printed %s%s", &out, &hints)
			}
			examples.Golden(t, filepath.Join(e.Dir, "want.txt"), []byte(err.Error()+"\n"))
		})
	}
}

// TestObserved keeps the observed resources of examples up to date: everything that is
// desired, as the providers would leave it, or as it is right after a claim changed. It's
// what render --observed takes.
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
				t.Errorf("with everything observed, nothing should wait; got %s%s", hints.String(), table.String())
			}
		})
	}
}

// TestRenderNamespaced lets the Composition decide what a manifest is.
func TestRenderNamespaced(t *testing.T) {
	const spec = "metadata: {name: a}\nspec: {region: eu-west-3}\n"
	cases := map[string]struct {
		reason    string
		kind      string
		composite string
		want      string
	}{
		"Namespaced":  {reason: "It's the composite resource itself.", kind: "SeafarerCluster", composite: "SeafarerCluster"},
		"Claim":       {reason: "It's the claim of one.", kind: "SeafarerCluster", composite: "XSeafarerCluster"},
		"Composite":   {reason: "It's the composite resource of a claim.", kind: "XSeafarerCluster", composite: "XSeafarerCluster"},
		"NotForThat":  {reason: "Crossplane would not choose this Composition.", kind: "XSeafarerCluster", composite: "SeafarerCluster", want: `cannot render a XSeafarerCluster with a Composition for kind "SeafarerCluster": give another Composition`},
		"ForAnything": {reason: "A Composition is for something.", kind: "SeafarerCluster", composite: "", want: `cannot render a SeafarerCluster with a Composition for kind "": give another Composition`},
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
