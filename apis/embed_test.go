package apis

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/util/managedfields/managedfieldstest"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// TestEmptyListsStay has an API server apply a spec with an empty list where the
// schema has a default. Crossplane applies claims to composite resources that way.
// A list that server-side apply drops would be filled in again, and what somebody
// removed from a claim would come back.
func TestEmptyListsStay(t *testing.T) {
	s, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	lists := defaultedLists(s, nil)
	if len(lists) == 0 {
		t.Fatal("no list has a default")
	}
	for path, def := range lists {
		t.Run(path, func(t *testing.T) {
			for name, before := range map[string][]any{"New": nil, "BeforeTheDefault": def} {
				t.Run(name, func(t *testing.T) {
					server := apiServer(t, s)
					for _, list := range [][]any{before, {}} {
						if err := server.Apply(composite(t, path, list), "crossplane", true); err != nil {
							t.Fatal(err)
						}
					}
					live, ok := server.Live().(*unstructured.Unstructured)
					if !ok {
						t.Fatal("the live object isn't unstructured")
					}
					got, there, err := unstructured.NestedSlice(live.Object, strings.Split(path, ".")...)
					if err != nil || !there {
						t.Fatalf("the list is gone: %v", err)
					}
					if diff := cmp.Diff([]any{}, got); diff != "" {
						t.Errorf("-want, +got:\n%s", diff)
					}
				})
			}
		})
	}
}

// defaultedLists of a schema that are in no other list, with their defaults.
func defaultedLists(s apiextensionsv1.JSONSchemaProps, path []string) map[string][]any {
	lists := make(map[string][]any)
	if s.Type == "array" && s.Default != nil {
		var def []any
		if err := json.Unmarshal(s.Default.Raw, &def); err == nil {
			lists[strings.Join(path, ".")] = def
		}
	}
	for name, p := range s.Properties {
		maps.Copy(lists, defaultedLists(p, append(slices.Clone(path), name)))
	}
	return lists
}

var gvk = schema.GroupVersionKind{Group: "platform.seafarer.cloud", Version: "v1alpha1", Kind: "XSeafarerCluster"}

// composite resource with a list, unless it's nil.
func composite(t *testing.T, path string, list []any) *unstructured.Unstructured {
	t.Helper()
	xr := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"region": "eu-west-3"}}}
	xr.SetGroupVersionKind(gvk)
	xr.SetName("xr")
	if list != nil {
		if err := unstructured.SetNestedSlice(xr.Object, list, strings.Split(path, ".")...); err != nil {
			t.Fatal(err)
		}
	}
	return xr
}

// apiServer that applies objects as the schema says.
func apiServer(t *testing.T, s apiextensionsv1.JSONSchemaProps) managedfieldstest.TestFieldManager {
	t.Helper()
	s.Properties = maps.Clone(s.Properties)
	maps.Copy(s.Properties, map[string]apiextensionsv1.JSONSchemaProps{
		"apiVersion": {Type: "string"}, "kind": {Type: "string"}, "metadata": {Type: "object", XPreserveUnknownFields: new(true)},
	})
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	o := &spec.Schema{}
	if err := json.Unmarshal(b, o); err != nil {
		t.Fatal(err)
	}
	o.AddExtension("x-kubernetes-group-version-kind", []any{map[string]any{"group": gvk.Group, "version": gvk.Version, "kind": gvk.Kind}})
	c, err := managedfields.NewTypeConverter(map[string]*spec.Schema{"composite": o}, false)
	if err != nil {
		t.Fatal(err)
	}
	return managedfieldstest.NewTestFieldManager(c, gvk)
}
