package laws

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// TestConvertsAsLibrary compares desired objects with the output of apimachinery's
// converter for the same typed objects. The function has its own converter, because
// converting through unstructured content would take most of the time of a call. Both
// must agree.
func TestConvertsAsLibrary(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			composed, err := function.Compose(context.Background(), e.Steady(t))
			if err != nil {
				t.Fatal(err)
			}
			objects := make(map[key.Key]object.Typed)
			for _, part := range composed.Parts {
				for _, r := range part.Resources {
					objects[r.Key] = r.Object
				}
			}
			for _, part := range composed.Assembly.Parts {
				for _, s := range part.Decisions {
					if diff := cmp.Diff(converted(t, objects[s.Key]), s.Desired.AsMap()); diff != "" {
						t.Errorf("%s: -library, +ours:\n%s", s.Key, diff)
					}
				}
			}
		})
	}
}

// converted by the library: without status and unset fields, and with numbers
// as in the protocol.
func converted(t *testing.T, o object.Typed) map[string]any {
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

// prune empty values, except in free-form fields.
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
