package fieldpath

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

var claim = map[string]any{
	"spec": map[string]any{
		"tags":    map[string]any{"a": "short", "a.b": "dotted", "a[0]": "bracketed", "": "empty"},
		"network": map[string]any{"zones": []any{"euw3-az1", "euw3-az2"}},
	},
}

func TestValue(t *testing.T) {
	type want struct {
		value any
		ok    bool
	}
	cases := map[string]struct {
		reason string
		path   string
		want   want
	}{
		"Root":         {reason: "The empty path is the value itself.", path: "", want: want{claim, true}},
		"Item":         {reason: "An index selects an item.", path: "spec.network.zones[1]", want: want{"euw3-az2", true}},
		"Brackets":     {reason: "A key may be in brackets.", path: "spec.tags[a]", want: want{"short", true}},
		"Dots":         {reason: "A key may contain dots.", path: "spec.tags[a.b]", want: want{"dotted", true}},
		"DotsAfterDot": {reason: "A key that contains dots may follow a dot.", path: "spec.tags.a.b", want: want{"dotted", true}},
		"Bracketed":    {reason: "A key may contain brackets.", path: "spec.tags[a[0]]", want: want{"bracketed", true}},
		"EmptyKey":     {reason: "A key may be empty.", path: "spec.tags[]", want: want{"empty", true}},
		"OtherKey":     {reason: "The beginning of a key is another key.", path: "spec.tag", want: want{}},
		"TooFar":       {reason: "A list has no item after its last.", path: "spec.network.zones[2]", want: want{}},
		"NoIndex":      {reason: "A list has no keys.", path: "spec.network.zones.a", want: want{}},
		"Negative":     {reason: "A list has no item before its first.", path: "spec.network.zones[-1]", want: want{}},
		"Scalar":       {reason: "A string has no fields.", path: "spec.tags[a].b", want: want{}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			v, ok := Value(claim, tc.path)
			if diff := cmp.Diff(tc.want, want{v, ok}, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nValue(%q): -want, +got:\n%s", tc.reason, tc.path, diff)
			}
		})
	}
}

// FuzzValue follows any path without a panic.
func FuzzValue(f *testing.F) {
	for _, p := range []string{"spec.network.zones[1]", "spec.tags[a.b]", "[", "]", ".", "[0]", "spec["} {
		f.Add(p)
	}
	f.Fuzz(func(_ *testing.T, path string) { Value(claim, path); Index(path) })
}
