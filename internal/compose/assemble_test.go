package compose

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// A thing is a typed object with all that complicates desired state: unset values that
// are marshaled, free-form content, and a status.
type thing struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"` //nolint:modernize // As types of providers have it.

	Spec   thingSpec   `json:"spec"`
	Status thingStatus `json:"status,omitempty"` //nolint:modernize // As types of providers have it.
}

type thingSpec struct {
	ForProvider thingParameters `json:"forProvider"`
	// Defaults is marshaled even if it's empty.
	Defaults thingDefaults `json:"defaults"`

	ManagementPolicies []string `json:"managementPolicies,omitempty"`
}

type thingParameters struct {
	Name   *string            `json:"name,omitempty"`
	Size   *float64           `json:"size,omitempty"`
	On     *bool              `json:"on,omitempty"`
	Blank  string             `json:"blank"`
	List   []string           `json:"list"`
	Nested *thingParameters   `json:"nested,omitempty"`
	Items  []thingParameters  `json:"items,omitempty"`
	Tags   map[string]*string `json:"tags,omitempty"`

	Manifest runtime.RawExtension `json:"manifest,omitempty"` //nolint:modernize // As types of providers have it.
}

type thingDefaults struct {
	Blank string `json:"blank,omitempty"`
}

type thingStatus struct {
	ObservedGeneration int64 `json:"observedGeneration"`
}

func (t *thing) DeepCopyObject() runtime.Object {
	c := *t
	return &c
}

// newThing returns a thing with parameters.
func newThing(name string, p thingParameters) *thing {
	return &thing{
		TypeMeta:   metav1.TypeMeta{APIVersion: "example.org/v1", Kind: "Thing"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec:       thingSpec{ForProvider: p},
	}
}

// structOf returns an object in the protocol's form.
func structOf(t *testing.T, m map[string]any) *structpb.Struct {
	t.Helper()
	s, err := structpb.NewStruct(m)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// desired thing called name.
func desired(t *testing.T, name string, forProvider map[string]any) *structpb.Struct {
	t.Helper()
	m := map[string]any{
		"apiVersion": "example.org/v1",
		"kind":       "Thing",
		"metadata":   map[string]any{"name": name, "namespace": "default"},
	}
	if forProvider != nil {
		m["spec"] = map[string]any{"forProvider": forProvider}
	}
	return structOf(t, m)
}

// observed thing called name, which is synced, with the status of its condition Ready.
func observed(t *testing.T, name, ready string, forProvider map[string]any) object.Object {
	t.Helper()
	return object.Of(structOf(t, map[string]any{
		"apiVersion": "example.org/v1",
		"kind":       "Thing",
		"metadata":   map[string]any{"name": name, "namespace": "default"},
		"spec":       map[string]any{"forProvider": forProvider},
		"status": map[string]any{"conditions": []any{
			map[string]any{"type": "Synced", "status": "True"},
			map[string]any{"type": "Ready", "status": ready},
		}},
	}))
}

func TestAssemble(t *testing.T) {
	type args struct {
		parts []Part
		o     object.Composed
	}
	type want struct {
		decisions []Decision
		err       string
	}

	const path = "spec.forProvider.name"
	described := Resource{Key: "thing", Object: newThing("thing", thingParameters{Name: new("new"), Size: new(1.0)})}
	other := Resource{Key: "other", Object: newThing("other", thingParameters{})}

	cases := map[string]struct {
		reason string
		args   args
		want   want
	}{
		"Nothing": {
			reason: "A platform without resources desires nothing.",
			args:   args{},
			want:   want{},
		},
		"Known": {
			reason: "A fully described resource is desired before it exists.",
			args:   args{parts: []Part{{Resources: []Resource{described}}}},
			want: want{decisions: []Decision{
				{Key: "thing", Desired: desired(t, "thing", map[string]any{"name": "new", "size": 1})},
			}},
		},
		"KnownAndExists": {
			reason: "A fully described resource is desired as described, whatever is observed.",
			args: args{
				parts: []Part{{Resources: []Resource{described}}},
				o:     object.Composed{"thing": observed(t, "thing", "True", map[string]any{"name": "old", "size": 2, "other": "x"})},
			},
			want: want{decisions: []Decision{
				{Key: "thing", Desired: desired(t, "thing", map[string]any{"name": "new", "size": 1}), Exists: true, Ready: true, Works: true},
			}},
		},
		"Withheld": {
			reason: "A resource with an unknown fact that doesn't exist is withheld, and reports the fact.",
			args:   args{parts: []Part{{Resources: []Resource{described.Needs(false, Fact{What: "a name"}, path).Needs(false, Fact{What: "an age"})}}}},
			want:   want{decisions: []Decision{{Key: "thing", WaitsFor: []string{"a name", "an age"}}}},
		},
		"Retained": {
			reason: "A resource with an unknown fact that exists retains the observed value.",
			args: args{
				parts: []Part{{Resources: []Resource{described.Needs(false, Fact{What: "a name"}, path)}}},
				o:     object.Composed{"thing": observed(t, "thing", "False", map[string]any{"name": "old", "size": 2})},
			},
			want: want{decisions: []Decision{{
				Key:      "thing",
				Desired:  desired(t, "thing", map[string]any{"name": "old", "size": 1}),
				Exists:   true,
				Retained: true,
				WaitsFor: []string{"a name"},
			}}},
		},
		"RetainedWithoutValue": {
			reason: "An unknown fact without an observed value leaves the field unset.",
			args: args{
				parts: []Part{{Resources: []Resource{described.Needs(false, Fact{What: "a name"}, path, "spec.forProvider.nested.name")}}},
				o:     object.Composed{"thing": observed(t, "thing", "True", map[string]any{"size": 2})},
			},
			want: want{decisions: []Decision{{
				Key:      "thing",
				Desired:  desired(t, "thing", map[string]any{"size": 1}),
				Exists:   true,
				Ready:    true,
				Works:    true,
				Retained: true,
				WaitsFor: []string{"a name"},
			}}},
		},
		"RetainedWholeObjects": {
			reason: "A value may be an object or a list, and at a path that isn't described.",
			args: args{
				parts: []Part{{Resources: []Resource{described.Needs(false, Fact{What: "the rest"}, "spec.forProvider.nested", "spec.forProvider.tags.team", "spec.forProvider.list")}}},
				o: object.Composed{"thing": observed(t, "thing", "True", map[string]any{
					"nested": map[string]any{"name": "inner"},
					"tags":   map[string]any{"team": "a", "other": "b"},
					"list":   []any{"x", "y"},
				})},
			},
			want: want{decisions: []Decision{{
				Key: "thing",
				Desired: desired(t, "thing", map[string]any{
					"name":   "new",
					"size":   1,
					"nested": map[string]any{"name": "inner"},
					"tags":   map[string]any{"team": "a"},
					"list":   []any{"x", "y"},
				}),
				Exists:   true,
				Ready:    true,
				Works:    true,
				Retained: true,
				WaitsFor: []string{"the rest"},
			}}},
		},
		"RetainedWithoutFields": {
			reason: "A resource with an unknown fact and no paths is desired as described.",
			args: args{
				parts: []Part{{Resources: []Resource{described.Needs(false, Fact{What: "patience"})}}},
				o:     object.Composed{"thing": observed(t, "thing", "True", nil)},
			},
			want: want{decisions: []Decision{{
				Key:      "thing",
				Desired:  desired(t, "thing", map[string]any{"name": "new", "size": 1}),
				Exists:   true,
				Ready:    true,
				Works:    true,
				Retained: true,
				WaitsFor: []string{"patience"},
			}}},
		},
		"KnownNeeds": {
			reason: "A known fact isn't waited for.",
			args:   args{parts: []Part{{Resources: []Resource{described.Needs(true, Fact{What: "a name"}, path)}}}},
			want: want{decisions: []Decision{
				{Key: "thing", Desired: desired(t, "thing", map[string]any{"name": "new", "size": 1})},
			}},
		},
		"ReadyByExistence": {
			reason: "A resource of a kind without conditions is ready once it exists.",
			args: args{
				parts: []Part{{Resources: []Resource{{Key: "other", Object: other.Object, Ready: object.ReadyByExistence}}}},
				o:     object.Composed{"other": observed(t, "other", "False", nil)},
			},
			want: want{decisions: []Decision{{Key: "other", Desired: desired(t, "other", nil), Exists: true, Ready: true, Works: true}}},
		},
		"ReadyByExistenceNotYet": {
			reason: "A resource of a kind without conditions isn't ready before it exists.",
			args:   args{parts: []Part{{Resources: []Resource{{Key: "other", Object: other.Object, Ready: object.ReadyByExistence}}}}},
			want:   want{decisions: []Decision{{Key: "other", Desired: desired(t, "other", nil)}}},
		},
		"Undescribed": {
			reason: "A resource that exists and isn't described isn't desired.",
			args: args{
				parts: []Part{{Resources: []Resource{other}}},
				o:     object.Composed{"thing": observed(t, "thing", "True", nil)},
			},
			want: want{decisions: []Decision{{Key: "other", Desired: desired(t, "other", nil)}}},
		},
		"InOrder": {
			reason: "Decisions are in the order in which resources are described.",
			args:   args{parts: []Part{{Resources: []Resource{other}}, {Resources: []Resource{described.Needs(false, Fact{What: "a name"})}}}},
			want: want{decisions: []Decision{
				{Key: "other", Desired: desired(t, "other", nil)},
				{Key: "thing", WaitsFor: []string{"a name"}},
			}},
		},
		"DuplicateKey": {
			reason: "Two resources of one key would replace each other, even in different parts.",
			args:   args{parts: []Part{{Resources: []Resource{other}}, {Resources: []Resource{other}}}},
			want:   want{err: `cannot compose two resources called "other"`},
		},
		"OtherKind": {
			reason: "Another kind under the same key would delete the existing object.",
			args: args{
				parts: []Part{{Resources: []Resource{other}}},
				o:     object.Composed{"other": object.Of(structOf(t, map[string]any{"apiVersion": "example.org/v1", "kind": "Bucket", "metadata": map[string]any{"name": "other"}}))},
			},
			want: want{err: `cannot compose resource "other": it exists as kind Bucket, and is described as kind Thing: rename neither keys nor kinds`},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := Assemble(tc.args.parts, input(tc.args.o))
			if diff := cmp.Diff(tc.want.err, message(err)); diff != "" {
				t.Fatalf("\n%s\nAssemble(...): -want error, +got error:\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff(tc.want.decisions, decisions(got), protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nAssemble(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestAssemblePreservesRequest requires that retaining fields doesn't modify what was
// observed: requests are shared.
func TestAssemblePreservesRequest(t *testing.T) {
	e := observed(t, "thing", "True", map[string]any{"nested": map[string]any{"name": "inner"}})
	before := e.Struct().String()
	r := Resource{Key: "thing", Object: newThing("thing", thingParameters{Name: new("new")})}.
		Needs(false, Fact{What: "the outer"}, "spec.forProvider.nested").
		Needs(false, Fact{What: "the inner"}, "spec.forProvider.nested.name", "spec.forProvider.nested.size")
	if _, err := Assemble([]Part{{Resources: []Resource{r}}}, input(object.Composed{"thing": e})); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, e.Struct().String()); diff != "" {
		t.Errorf("observed: -before, +after:\n%s", diff)
	}
}

func TestNeeds(t *testing.T) {
	r := Resource{Key: "thing"}.Needs(false, Fact{What: "one"}, "a")
	x, y := r.Needs(false, Fact{What: "x"}, "b", "c"), r.Needs(false, Fact{What: "y"})

	cases := map[string]struct {
		reason string
		r      Resource
		want   []Need
	}{
		"Original": {
			reason: "Needs of a copy don't change the original.",
			r:      r,
			want:   []Need{{Fact: Fact{What: "one"}, Paths: []string{"a"}}},
		},
		"OneCopy": {
			reason: "Needs add up.",
			r:      x,
			want:   []Need{{Fact: Fact{What: "one"}, Paths: []string{"a"}}, {Fact: Fact{What: "x"}, Paths: []string{"b", "c"}}},
		},
		"AnotherCopy": {
			reason: "Copies don't share needs.",
			r:      y,
			want:   []Need{{Fact: Fact{What: "one"}, Paths: []string{"a"}}, {Fact: Fact{What: "y"}}},
		},
		"Known": {
			reason: "A known fact isn't unknown.",
			r:      r.Needs(true, Fact{What: "z"}, "d"),
			want:   []Need{{Fact: Fact{What: "one"}, Paths: []string{"a"}}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.r.Unknown()); diff != "" {
				t.Errorf("\n%s\nNeeds(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestIntent checks which fields of a typed object become desired state.
func TestIntent(t *testing.T) {
	cases := map[string]struct {
		reason string
		object *thing
		want   map[string]any
	}{
		"Empty": {
			reason: "Unset fields aren't desired: no blank string, no null list, no status.",
			object: newThing("thing", thingParameters{}),
			want:   nil,
		},
		"Zero": {
			reason: "Zero and false are desired if a pointer is set.",
			object: newThing("thing", thingParameters{Size: new(0.0), On: new(false)}),
			want:   map[string]any{"size": 0, "on": false},
		},
		"Nested": {
			reason: "An object that is empty without its empty fields is omitted, too.",
			object: newThing("thing", thingParameters{Name: new("x"), Nested: &thingParameters{Nested: &thingParameters{}}}),
			want:   map[string]any{"name": "x"},
		},
		"Opaque": {
			reason: "Free-form content is left as is, with its empty values.",
			object: newThing("thing", thingParameters{Manifest: runtime.RawExtension{Raw: []byte(`{"a":"","b":null,"c":[],"d":{},"e":0}`)}}),
			want:   map[string]any{"manifest": map[string]any{"a": "", "b": nil, "c": []any{}, "d": map[string]any{}, "e": 0}},
		},
		"NoManifest": {
			reason: "Free-form content that isn't set isn't null.",
			object: newThing("thing", thingParameters{Name: new("x")}),
			want:   map[string]any{"name": "x"},
		},
		"EmptyTag": {
			reason: "Keys of a map stay: AWS tags and Kubernetes labels may have empty values.",
			object: newThing("thing", thingParameters{Tags: map[string]*string{"team": new(""), "cost": new("1")}}),
			want:   map[string]any{"tags": map[string]any{"team": "", "cost": "1"}},
		},
		"Status": {
			reason: "Status is never desired.",
			object: func() *thing {
				o := newThing("thing", thingParameters{Name: new("x")})
				o.Status.ObservedGeneration = 3
				return o
			}(),
			want: map[string]any{"name": "x"},
		},
		"Lists": {
			reason: "Empty fields of list items are removed, and the items stay.",
			object: newThing("thing", thingParameters{List: []string{"x"}, Items: []thingParameters{{Name: new("y")}, {Name: new("z")}}}),
			want: map[string]any{
				"list":  []any{"x"},
				"items": []any{map[string]any{"name": "y"}, map[string]any{"name": "z"}},
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := Assemble([]Part{{Resources: []Resource{{Key: "thing", Object: tc.object}}}}, input(nil))
			if err != nil {
				t.Fatalf("\n%s\nAssemble(...): %v", tc.reason, err)
			}
			if diff := cmp.Diff(desired(t, "thing", tc.want), got.Parts[0].Decisions[0].Desired, protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nAssemble(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// decisions of all parts.
func decisions(a *Assembly) []Decision {
	if a == nil {
		return nil
	}
	var ss []Decision
	for _, p := range a.Parts {
		ss = append(ss, p.Decisions...)
	}
	return ss
}

// message of an error, or empty.
func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// input with composed resources. Objects that don't exist are named after their key.
func input(o object.Composed) Input {
	return Input{Composed: o, Name: func(k key.Key) string { return "object-" + string(k) }}
}
