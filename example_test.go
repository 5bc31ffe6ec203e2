package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/crds"
)

// TestExamples renders every example to its golden files: what is desired on the
// first pass, and in which pass everything appears.
func TestExamples(t *testing.T) {
	for _, e := range examples(t) {
		t.Run(e.name, func(t *testing.T) {
			for file, c := range map[string]RenderCmd{
				"desired.yaml": {Output: "yaml"},
				"passes.txt":   {Output: "tree", Simulate: true},
			} {
				c.Claim = e.claim()
				if f := filepath.Join(e.dir, "composition.yaml"); exists(f) {
					c.Composition = f
				}
				var out, hints bytes.Buffer
				if err := c.run(context.Background(), nil, &out, &hints); err != nil {
					t.Fatalf("render: %v", err)
				}
				for _, l := range slices.Sorted(strings.Lines(hints.String())) {
					fmt.Fprintf(&out, "# %s", l)
				}
				golden(t, filepath.Join(e.dir, file), out.Bytes())
			}
		})
	}
}

// TestExamplesAreValid validates everything composed, in the first pass and when
// all is steady, against the CRDs of the providers: schema, unknown fields, CEL.
func TestExamplesAreValid(t *testing.T) {
	for _, e := range examples(t) {
		t.Run(e.name, func(t *testing.T) {
			first, steady := run(t, e.request(t)), run(t, e.steady(t))
			if len(steady.GetDesired().GetResources()) < len(first.GetDesired().GetResources()) {
				t.Errorf("fewer resources are desired when all exists than at first")
			}
			for pass, rsp := range map[string]map[string]any{"first": asMaps(first), "steady": asMaps(steady)} {
				for name, o := range rsp {
					obj, ok := o.(map[string]any)
					if !ok {
						t.Fatalf("%s is no object", name)
					}
					for _, err := range crds.Validate(context.Background(), obj) {
						t.Errorf("%s pass: %s: %v", pass, name, err)
					}
				}
			}
		})
	}
}

// TestNames guards the names of composed resources. A line that is gone, or is
// another, means that somebody's infrastructure is deleted.
func TestNames(t *testing.T) {
	names := make(map[string]bool)
	for _, e := range examples(t) {
		for name, r := range run(t, e.steady(t)).GetDesired().GetResources() {
			names[name+" "+compose.Exists(r.GetResource()).String("kind")] = true
		}
	}
	header := "# Each line is a composed resource of some example: its name and its kind. Removing or\n# changing a line deletes that resource of every platform there is.\n"
	golden(t, "testdata/names.golden", []byte(header+strings.Join(slices.Sorted(maps.Keys(names)), "\n")+"\n"))
}

// TestObserved keeps what examples show as existing true: all that is desired, as
// the providers would leave it, or as it is when a claim was just changed. It's
// what render --observed takes.
func TestObserved(t *testing.T) {
	for _, e := range examples(t) {
		if !exists(filepath.Join(e.dir, "observed")) {
			continue
		}
		t.Run(e.name, func(t *testing.T) {
			if exists(e.before()) {
				golden(t, filepath.Join(e.dir, "observed", "midway.yaml"), objectsOf(t, e.midway(t)))
				return
			}
			golden(t, filepath.Join(e.dir, "observed", "steady.yaml"), objectsOf(t, e.steady(t)))

			c := RenderCmd{Claim: e.claim(), Observed: filepath.Join(e.dir, "observed"), Output: "table"}
			var table, hints bytes.Buffer
			if err := c.run(context.Background(), nil, &table, &hints); err != nil {
				t.Fatalf("render: %v", err)
			}
			if hints.Len() > 0 || strings.Contains(table.String(), "watched") {
				t.Errorf("with all there is observed, nothing waits; got %s%s", hints.String(), table.String())
			}
		})
	}
}
