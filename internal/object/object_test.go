package object

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
)

func TestObserve(t *testing.T) {
	thing := map[string]any{"apiVersion": "example.org/v1", "kind": "Thing", "metadata": map[string]any{"name": "thing"}}
	without := func(f string) map[string]any {
		m := map[string]any{"apiVersion": "example.org/v1", "kind": "Thing", "metadata": map[string]any{"name": "thing"}}
		delete(m, f)
		return m
	}

	type want struct {
		keys []key.Key
		err  string
	}
	cases := map[string]struct {
		reason string
		args   map[string]map[string]any
		want   want
	}{
		"Nothing": {
			reason: "At first, nothing exists.",
		},
		"Sorted": {
			reason: "Keys are sorted, whatever the map order.",
			args:   map[string]map[string]any{"b": thing, "a": thing, "c": thing},
			want:   want{keys: []key.Key{"a", "b", "c"}},
		},
		"NoName": {
			reason: "References need names, so an object without one is an error.",
			args:   map[string]map[string]any{"a": thing, "b": without("metadata")},
			want:   want{err: `cannot read observed resource "b": it has no metadata.name`},
		},
		"NoKind": {
			reason: "Without a kind it can't be compared with the description.",
			args:   map[string]map[string]any{"a": without("kind")},
			want:   want{err: `cannot read observed resource "a": it has no kind`},
		},
		"NoAPIVersion": {
			reason: "It isn't a Kubernetes object.",
			args:   map[string]map[string]any{"a": without("apiVersion")},
			want:   want{err: `cannot read observed resource "a": it has no apiVersion`},
		},
		"Several": {
			reason: "Of several errors, always the same one is returned.",
			args:   map[string]map[string]any{"d": nil, "b": nil, "c": nil},
			want:   want{err: `cannot read observed resource "b": it has no apiVersion`},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			req := &fnv1.RunFunctionRequest{Observed: &fnv1.State{Resources: make(map[string]*fnv1.Resource)}}
			for k, m := range tc.args {
				req.Observed.Resources[k] = &fnv1.Resource{Resource: structOf(t, m)}
			}
			o, err := ReadComposed(req)
			if diff := cmp.Diff(tc.want.err, message(err)); diff != "" {
				t.Fatalf("\n%s\nReadComposed(...): -want error, +got error:\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff(tc.want.keys, o.Keys()); diff != "" {
				t.Errorf("\n%s\nReadComposed(...): -want keys, +got keys:\n%s", tc.reason, diff)
			}
		})
	}

	if o, err := ReadComposed(nil); err != nil || len(o) > 0 {
		t.Errorf("ReadComposed(nil): got %v, %v, want nothing observed", o, err)
	}
}

func TestExisting(t *testing.T) {
	e := Of(structOf(t, map[string]any{
		"metadata": map[string]any{"name": "thing"},
		"status": map[string]any{
			"version": 3,
			"oidc":    []any{map[string]any{"issuer": "https://example.org"}},
			"empty":   []any{},
			"null":    nil,
		},
	}))

	cases := map[string]struct {
		reason string
		e      Object
		path   string
		want   any
	}{
		"Field":      {reason: "A field is found by its name.", e: e, path: "metadata.name", want: "thing"},
		"Number":     {reason: "A number is found, too.", e: e, path: "status.version", want: 3.0},
		"Item":       {reason: "An item of a list is found by its index.", e: e, path: "status.oidc.0.issuer", want: "https://example.org"},
		"Object":     {reason: "An object is found, too.", e: e, path: "metadata", want: map[string]any{"name": "thing"}},
		"Null":       {reason: "Null has no value.", e: e, path: "status.null"},
		"Missing":    {reason: "A missing field has no value.", e: e, path: "status.other.field"},
		"PastTheEnd": {reason: "An index past the end has no value.", e: e, path: "status.oidc.1.issuer"},
		"Negative":   {reason: "A negative index has no value.", e: e, path: "status.oidc.-1.issuer"},
		"NoIndex":    {reason: "Items have no names.", e: e, path: "status.oidc.issuer"},
		"EmptyList":  {reason: "An empty list has no items.", e: e, path: "status.empty.0"},
		"IntoString": {reason: "A string has no fields.", e: e, path: "metadata.name.first"},
		"NoObject":   {reason: "An object that doesn't exist has no fields.", e: Object{}, path: "metadata.name"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			v := tc.e.Value(tc.path)
			if diff := cmp.Diff(tc.want, v.AsInterface()); diff != "" {
				t.Errorf("\n%s\nValue(%q): -want, +got:\n%s", tc.reason, tc.path, diff)
			}
			s, _ := tc.want.(string)
			if diff := cmp.Diff(s, tc.e.String(tc.path)); diff != "" {
				t.Errorf("\n%s\nString(%q): -want, +got:\n%s", tc.reason, tc.path, diff)
			}
			n, _ := tc.want.(float64)
			if diff := cmp.Diff(n, tc.e.Number(tc.path)); diff != "" {
				t.Errorf("\n%s\nNumber(%q): -want, +got:\n%s", tc.reason, tc.path, diff)
			}
		})
	}
}

func structOf(t *testing.T, m map[string]any) *structpb.Struct {
	t.Helper()
	s, err := structpb.NewStruct(m)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// message of an error, or empty.
func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
