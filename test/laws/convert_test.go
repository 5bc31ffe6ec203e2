package laws

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// TestConvertsAsLibrary compares what is desired with what the converter of
// apimachinery makes of the same typed objects. The kernel converts them itself,
// because going by way of unstructured content would take longer than all else
// that a call does. It must come to the same.
func TestConvertsAsLibrary(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			a, p, err := function.Assemble(context.Background(), e.Steady(t))
			if err != nil {
				t.Fatal(err)
			}
			objects := make(map[compose.Key]compose.Object)
			for _, part := range function.Parts(p) {
				for _, r := range part.Resources {
					objects[r.Key] = r.Object
				}
			}
			for _, part := range a.Parts {
				for _, s := range part.States {
					if diff := cmp.Diff(converted(t, objects[s.Key]), s.Desired.AsMap()); diff != "" {
						t.Errorf("%s: -library, +ours:\n%s", s.Key, diff)
					}
				}
			}
		})
	}
}

// converted by the library: without status, without what a struct says though
// nobody set it, and with numbers as the protocol has them.
func converted(t *testing.T, o compose.Object) map[string]any {
	t.Helper()
	u, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(u)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	delete(m, "status")
	prune(m, "")
	return m
}

// prune what is empty, but not in what is free-form.
func prune(m map[string]any, path string) {
	for k, v := range m {
		p := path + "." + k
		if p == ".spec.forProvider.manifest" || (p == ".spec.forProvider.values" && v != nil) {
			continue
		}
		switch c := v.(type) {
		case nil:
			delete(m, k)
		case string:
			if c == "" {
				delete(m, k)
			}
		case map[string]any:
			prune(c, p)
			if len(c) == 0 {
				delete(m, k)
			}
		case []any:
			if len(c) == 0 {
				delete(m, k)
			}
		}
	}
}
