package platform

import (
	"reflect"
	"strings"
	"testing"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/fixed"
)

// TestFixedFields has every field that cannot change exist, in what is asked for and,
// unless nobody tells it, in what the provider tells. One that isn't there would be
// held by nobody.
func TestFixedFields(t *testing.T) {
	left := make(map[string]bool)
	for _, k := range fixed.Kinds() {
		left[k] = true
	}
	for _, objects := range kinds() {
		for _, o := range objects {
			kind := reflect.TypeOf(o).Elem()
			delete(left, kind.Name())
			for _, f := range fixed.Fields(kind.Name()) {
				field := strings.TrimPrefix(f.Path, "spec.forProvider.")
				if !has(kind, strings.Split(f.Path, ".")) {
					t.Errorf("%s has no %s", kind.Name(), f.Path)
				}
				if told := "status.atProvider." + field; f.Untold == has(kind, strings.Split(told, ".")) {
					t.Errorf("%s tells %s: %t, want the opposite", kind.Name(), told, f.Untold)
				}
			}
		}
	}
	if len(left) > 0 {
		t.Errorf("no platform is composed of %v", left)
	}
}

// has tells whether a type has a field at a path of names in JSON.
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
