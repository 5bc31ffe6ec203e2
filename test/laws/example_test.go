package laws

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/crds"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// TestExamplesAreValid validates all composed objects, in the first pass and in steady
// state, against the CRDs of the providers: schema, unknown fields, CEL.
func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			first, steady := examples.Run(t, e.Request(t)), examples.Run(t, e.Steady(t))
			if len(steady.GetDesired().GetResources()) < len(first.GetDesired().GetResources()) {
				t.Errorf("fewer resources are desired in steady state than at first")
			}
			for pass, rsp := range map[string]map[string]any{"first": examples.Desired(first), "steady": examples.Desired(steady)} {
				for name, o := range rsp {
					obj, ok := o.(map[string]any)
					if !ok {
						t.Fatalf("%s isn't an object", name)
					}
					for _, err := range crds.Validate(context.Background(), obj) {
						t.Errorf("%s pass: %s: %v", pass, name, err)
					}
				}
			}
		})
	}
}

// TestNames protects the names of composed resources. Removing or changing a line deletes
// that resource of every platform.
func TestNames(t *testing.T) {
	t.Parallel()
	names := make(map[string]bool)
	for _, e := range examples.All(t) {
		for name, r := range examples.Run(t, e.Steady(t)).GetDesired().GetResources() {
			names[name+" "+object.Of(r.GetResource()).String("kind")] = true
		}
	}
	header := "# Each line is a composed resource of some example: its name and its kind. Removing or\n# changing a line deletes that resource of every platform there is.\n"
	examples.Golden(t, "testdata/names.golden", []byte(header+strings.Join(slices.Sorted(maps.Keys(names)), "\n")+"\n"))
}
