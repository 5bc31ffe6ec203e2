package compose

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/dag"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
)

// A linked object has references in every supported form.
type linked struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"` //nolint:modernize // As types of providers have it.

	Spec linkedSpec `json:"spec"`
}

type linkedSpec struct {
	OneRef                     *target  `json:"oneRef,omitempty"`
	ManyRefs                   []target `json:"manyRefs,omitempty"`
	WriteConnectionSecretToRef *target  `json:"writeConnectionSecretToRef,omitempty"`

	Items []linkedSpec `json:"items,omitempty"`
}

type target struct {
	Name string `json:"name"`
}

func (l *linked) DeepCopyObject() runtime.Object {
	c := *l
	return &c
}

// link is a resource whose object is named after its key.
func link(k key.Key, s linkedSpec) Resource {
	return Resource{Key: k, Object: &linked{ObjectMeta: metav1.ObjectMeta{Name: "object-" + string(k)}, Spec: s}}
}

func TestNewGraph(t *testing.T) {
	type want struct {
		edges  []dag.Edge
		layers [][]key.Key
		err    string
	}
	cases := map[string]struct {
		reason string
		rs     []Resource
		want   want
	}{
		"Nothing": {
			reason: "No resources have no edges.",
		},
		"Independent": {
			reason: "Independent resources are all in the first layer, in their order.",
			rs:     []Resource{link("b", linkedSpec{}), link("a", linkedSpec{})},
			want:   want{layers: [][]key.Key{{"b", "a"}}},
		},
		"Refers": {
			reason: "References are fields with the suffix Ref or Refs, at any depth. Each counts once, and only if an object has that name.",
			rs: []Resource{
				link("a", linkedSpec{
					OneRef:   &target{Name: "object-b"},
					ManyRefs: []target{{Name: "object-c"}, {Name: "object-a"}, {Name: "object-x"}},
					Items:    []linkedSpec{{OneRef: &target{Name: "object-d"}}, {OneRef: &target{Name: "object-b"}}},
				}),
				link("b", linkedSpec{OneRef: &target{Name: "object-c"}}),
				link("c", linkedSpec{}),
				link("d", linkedSpec{}),
			},
			want: want{
				edges:  []dag.Edge{{From: "a", To: "b"}, {From: "a", To: "c"}, {From: "a", To: "d"}, {From: "b", To: "c"}},
				layers: [][]key.Key{{"c", "d"}, {"b"}, {"a"}},
			},
		},
		"Secret": {
			reason: "A reference to a Secret refers to the resource that writes it. Writing it is no reference.",
			rs: []Resource{
				link("a", linkedSpec{OneRef: &target{Name: "secret"}}),
				link("b", linkedSpec{WriteConnectionSecretToRef: &target{Name: "secret"}}),
			},
			want: want{edges: []dag.Edge{{From: "a", To: "b"}}, layers: [][]key.Key{{"b"}, {"a"}}},
		},
		"Explicit": {
			reason: "Other edges are explicit: other references, facts, and deletion order.",
			rs: []Resource{
				link("a", linkedSpec{OneRef: &target{Name: "object-b"}}).Refers("b", "c").
					Needs(true, Fact{What: "an id", From: "c"}).
					Needs(false, Fact{What: "an id", From: "c"}).
					Needs(false, Fact{What: "an account"}),
				link("b", linkedSpec{}).DeletedAfter("a", "it stands on it").DeletedAfter("c", "so does it"),
				link("c", linkedSpec{}),
			},
			want: want{
				edges: []dag.Edge{
					{From: "a", To: "b"},
					{From: "a", To: "c"},
					{From: "a", To: "c", Kind: dag.Waits, Why: "an id"},
					{From: "a", To: "b", Kind: dag.DeletedBefore, Why: "it stands on it"},
					{From: "c", To: "b", Kind: dag.DeletedBefore, Why: "so does it"},
				},
				layers: [][]key.Key{{"b"}, {"c"}, {"a"}},
			},
		},
		"Undescribed": {
			reason: "Both ends of an edge must be described.",
			rs:     []Resource{link("a", linkedSpec{}).DeletedAfter("b", "it stands on it")},
			want:   want{err: `cannot draw an edge from "b" to "a": not both are described`},
		},
		"Cycle": {
			reason: "A resource that is deleted before itself is never deleted.",
			rs: []Resource{
				link("a", linkedSpec{}).DeletedAfter("b", "x").Refers("c"),
				link("b", linkedSpec{}),
				link("c", linkedSpec{}).Needs(true, Fact{What: "an id", From: "b"}),
				link("d", linkedSpec{}).DeletedAfter("a", "x"),
				link("e", linkedSpec{}).Refers("a"),
				link("f", linkedSpec{}).Refers("d"),
			},
			want: want{err: "cannot order resources that depend on each other in a cycle, or on one that does: a, b, c, e"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g, err := NewGraph([]Part{{Resources: tc.rs}})
			if diff := cmp.Diff(tc.want.err, message(err)); diff != "" {
				t.Fatalf("\n%s\nNewGraph(...): -want error, +got error:\n%s", tc.reason, diff)
			}
			if err != nil {
				return
			}
			if diff := cmp.Diff(tc.want.edges, g.Edges); diff != "" {
				t.Errorf("\n%s\nedges: -want, +got:\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff(tc.want.layers, g.Layers()); diff != "" {
				t.Errorf("\n%s\nLayers(): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestGraphOf requires that a graph of some kinds of edges omits the others.
func TestGraphOf(t *testing.T) {
	g, err := NewGraph([]Part{{Resources: []Resource{
		link("a", linkedSpec{}).Refers("b").Needs(true, Fact{What: "an id", From: "b"}),
		link("b", linkedSpec{}).DeletedAfter("c", "x"),
		link("c", linkedSpec{}),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]dag.Edge{{From: "c", To: "b", Kind: dag.DeletedBefore, Why: "x"}}, g.Of(dag.DeletedBefore).Edges); diff != "" {
		t.Errorf("Of(DeletedBefore): -want, +got:\n%s", diff)
	}
	if diff := cmp.Diff([][]key.Key{{"a", "b"}, {"c"}}, g.Of(dag.DeletedBefore).Layers()); diff != "" {
		t.Errorf("Of(DeletedBefore).Layers(): -want, +got:\n%s", diff)
	}
	if diff := cmp.Diff(3, len(g.Edges)); diff != "" {
		t.Errorf("the graph itself: -want, +got:\n%s", diff)
	}
}

func TestMerged(t *testing.T) {
	g := &dag.Graph{Keys: []key.Key{"a1", "a2", "b"}, Edges: []dag.Edge{
		{From: "a1", To: "b", Kind: dag.DeletedBefore, Why: "x"},
		{From: "a2", To: "b", Kind: dag.DeletedBefore, Why: "y"},
		{From: "a2", To: "b", Kind: dag.Refers},
		{From: "a1", To: "a2"},
	}}
	want := &dag.Graph{Keys: []key.Key{"a", "b"}, Edges: []dag.Edge{{From: "a", To: "b", Kind: dag.DeletedBefore}, {From: "a", To: "b", Kind: dag.Refers}}}
	if diff := cmp.Diff(want, g.Merged(func(k key.Key) key.Key { return k[:1] })); diff != "" {
		t.Errorf("Merged(...): -want, +got:\n%s", diff)
	}
}

func TestReduced(t *testing.T) {
	cases := map[string]struct {
		reason string
		edges  []dag.Edge
		want   []dag.Edge
	}{
		"Implied": {
			reason: "An edge is omitted if a longer path implies it.",
			edges:  []dag.Edge{{From: "a", To: "d"}, {From: "a", To: "b"}, {From: "b", To: "c"}, {From: "a", To: "c"}, {From: "c", To: "d"}},
			want:   []dag.Edge{{From: "a", To: "b"}, {From: "b", To: "c"}, {From: "c", To: "d"}},
		},
		"TwoPaths": {
			reason: "Neither of two paths implies the other.",
			edges:  []dag.Edge{{From: "a", To: "b"}, {From: "a", To: "c"}, {From: "b", To: "d"}, {From: "c", To: "d"}},
			want:   []dag.Edge{{From: "a", To: "b"}, {From: "a", To: "c"}, {From: "b", To: "d"}, {From: "c", To: "d"}},
		},
		"Kinds": {
			reason: "Of several edges between the same two, one stays.",
			edges:  []dag.Edge{{From: "a", To: "b", Kind: dag.Waits}, {From: "a", To: "b", Kind: dag.DeletedBefore}},
			want:   []dag.Edge{{From: "a", To: "b", Kind: dag.Waits}},
		},
		"Cycle": {
			reason: "In a cycle each edge implies the other, and both stay.",
			edges:  []dag.Edge{{From: "a", To: "b"}, {From: "b", To: "a"}},
			want:   []dag.Edge{{From: "a", To: "b"}, {From: "b", To: "a"}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := &dag.Graph{Keys: []key.Key{"a", "b", "c", "d"}, Edges: tc.edges}
			if diff := cmp.Diff(tc.want, g.Reduced().Edges); diff != "" {
				t.Errorf("\n%s\nReduced(): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
