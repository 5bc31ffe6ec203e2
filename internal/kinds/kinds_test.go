package kinds

import (
	"reflect"
	"strings"
	"testing"
)

// TestImmutableFields requires that every immutable field exists in the spec and, unless it
// is unreported, in the status. A field that doesn't exist couldn't be retained.
func TestImmutableFields(t *testing.T) {
	for _, k := range All() {
		kind := reflect.TypeOf(k.Object).Elem()
		for _, f := range k.Immutable {
			field := strings.TrimPrefix(f.Path, "spec.forProvider.")
			if !has(kind, strings.Split(f.Path, ".")) {
				t.Errorf("%s has no %s", kind.Name(), f.Path)
			}
			if reported := "status.atProvider." + field; f.Unreported == has(kind, strings.Split(reported, ".")) {
				t.Errorf("%s: %s is unreported: want %t", kind.Name(), reported, f.Unreported)
			}
		}
	}
}

// TestKinds has each kind once, and finds it by its Go type and by group and kind.
func TestKinds(t *testing.T) {
	seen := make(map[string]bool)
	for _, k := range All() {
		gvk := k.GroupVersionKind()
		if seen[gvk.GroupKind().String()] {
			t.Errorf("%s is a duplicate", gvk.GroupKind())
		}
		seen[gvk.GroupKind().String()] = true
		if got := Of(k.Object).GroupVersionKind(); got != gvk {
			t.Errorf("Of(%T): want %s, got %s", k.Object, gvk, got)
		}
		if got := OfGroupKind(gvk.GroupKind()).GroupVersionKind(); got != gvk {
			t.Errorf("OfGroupKind(%s): want %s, got %s", gvk.GroupKind(), gvk, got)
		}
	}
}

// has reports whether a type has a field at a path of JSON names.
func has(t reflect.Type, path []string) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if len(path) == 0 {
		return true
	}
	if t.Kind() != reflect.Struct {
		return false
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == path[0] && has(f.Type, path[1:]) || f.Anonymous && name == "" && has(f.Type, path) {
			return true
		}
	}
	return false
}
