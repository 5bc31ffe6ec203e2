package compose

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crossplane/crossplane-runtime/v2/pkg/meta"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// pillar is a thing whose name and list cannot change, but for the name to done.
func pillar(name string, list ...string) Resource {
	return Resource{
		Key:       "pillar",
		Object:    a("a-pillar", thingParameters{Name: new(name), List: list, Size: new(2.0)}),
		Immutable: []object.ImmutableField{{Path: "spec.forProvider.name", AllowedValue: "done"}, {Path: "spec.forProvider.list"}},
	}
}

// pillarIs what exists: asked for as in forProvider, and told as in atProvider.
func pillarIs(t *testing.T, created bool, forProvider, atProvider map[string]any) object.Object {
	t.Helper()
	m := map[string]any{
		"apiVersion": "example.org/v1", "kind": "Thing",
		"metadata": map[string]any{"name": "a-pillar", "namespace": "default", "uid": "1"},
		"spec":     map[string]any{"forProvider": forProvider},
		"status":   map[string]any{"atProvider": atProvider},
	}
	if created {
		m["metadata"].(map[string]any)["annotations"] = map[string]any{meta.AnnotationKeyExternalCreateSucceeded: "2026-01-01T00:00:00Z", meta.AnnotationKeyExternalName: "pillar-1"}
	}
	return object.Of(structOf(t, m))
}

func TestChanges(t *testing.T) {
	type want struct {
		changes string
		name    string
		list    []any
	}
	cases := map[string]struct {
		reason  string
		desired Resource
		is      object.Object
		want    want
	}{
		"Same": {
			reason:  "What is as it should be doesn't change.",
			desired: pillar("a", "x"),
			is:      pillarIs(t, true, map[string]any{"name": "a", "list": []any{"x"}}, nil),
			want:    want{name: "a", list: []any{"x"}},
		},
		"Kept": {
			reason:  "What cannot change is kept. What can, changes.",
			desired: pillar("b", "x", "y"),
			is:      pillarIs(t, true, map[string]any{"name": "a", "list": []any{"x"}, "size": 1.0}, nil),
			want:    want{changes: "name a instead of b and list x instead of x, y", name: "a", list: []any{"x"}},
		},
		"SpelledOtherwise": {
			reason:  "What is desired as before is no change, whatever the provider makes of it.",
			desired: pillar("a", "x"),
			is:      pillarIs(t, true, map[string]any{"name": "a", "list": []any{"x"}}, map[string]any{"name": "A"}),
			want:    want{name: "a", list: []any{"x"}},
		},
		"KeptAsAskedFor": {
			reason:  "What is kept is in the words that it was asked for in.",
			desired: pillar("b", "x"),
			is:      pillarIs(t, true, map[string]any{"name": "a", "list": []any{"x"}}, map[string]any{"name": "A"}),
			want:    want{changes: "name a instead of b", name: "a", list: []any{"x"}},
		},
		"Drifted": {
			reason:  "What somebody made of the object isn't kept if the world is as it's desired.",
			desired: pillar("a", "x"),
			is:      pillarIs(t, true, map[string]any{"name": "z"}, map[string]any{"name": "a", "list": []any{"x"}}),
			want:    want{name: "a", list: []any{"x"}},
		},
		"ToldOnly": {
			reason:  "What nobody asked for and the world has is kept, too.",
			desired: pillar("b", "x"),
			is:      pillarIs(t, true, map[string]any{"list": []any{"x"}}, map[string]any{"name": "a"}),
			want:    want{changes: "name a instead of b", name: "a", list: []any{"x"}},
		},
		"Untold": {
			reason:  "What nobody tells cannot be kept.",
			desired: pillar("b", "x"),
			is:      pillarIs(t, true, map[string]any{"list": []any{"x"}}, nil),
			want:    want{name: "b", list: []any{"x"}},
		},
		"But": {
			reason:  "There may be one value that it can change to.",
			desired: pillar("done", "x"),
			is:      pillarIs(t, true, map[string]any{"name": "a", "list": []any{"x"}}, nil),
			want:    want{name: "done", list: []any{"x"}},
		},
		"NotMade": {
			reason:  "What is only in Kubernetes may become anything.",
			desired: pillar("b", "y"),
			is:      pillarIs(t, false, map[string]any{"name": "a", "list": []any{"x"}}, nil),
			want:    want{name: "b", list: []any{"y"}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a, err := Assemble([]Part{{Resources: []Resource{tc.desired}}}, given(object.Composed{"pillar": tc.is}))
			if err != nil {
				t.Fatal(err)
			}
			s := a.Parts[0].Decisions[0]
			d := object.Of(s.Desired)
			got := want{name: d.String("spec.forProvider.name"), list: d.Value("spec.forProvider.list").GetListValue().AsSlice()}
			if len(s.Changes) > 0 {
				got.changes = strings.TrimPrefix(s.retains(), "pillar retains ")
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
			if size := d.Number("spec.forProvider.size"); size != 2 {
				t.Errorf("want what can change to change, got %v", size)
			}
		})
	}
}

// TestChangesName has something that's to be known by another name.
func TestChangesName(t *testing.T) {
	r := pillar("a")
	r.Object.SetAnnotations(map[string]string{meta.AnnotationKeyExternalName: "pillar-2"})
	a, err := Assemble([]Part{{Resources: []Resource{r}}}, given(object.Composed{"pillar": pillarIs(t, true, map[string]any{"name": "a"}, nil)}))
	if err != nil {
		t.Fatal(err)
	}
	if s := a.Parts[0].Decisions[0]; object.Of(s.Desired).ExternalName() != "pillar-1" || len(s.Changes) != 1 {
		t.Errorf("want it to keep its name, and to say so, got %s and %v", object.Of(s.Desired).ExternalName(), s.Changes)
	}
}

// usageOfPillar is the guard of the pillar, in force.
func usageOfPillar(t *testing.T) object.Object {
	t.Helper()
	u := usage(t, false)
	u.GetFields()["spec"] = structOf(t, map[string]any{"spec": map[string]any{
		"of": map[string]any{"apiVersion": "example.org/v1", "kind": "Thing", "resourceRef": map[string]any{"name": "a-pillar"}},
	}}).GetFields()["spec"]
	return exists(t, u, "True")
}

// TestReplace has a pillar that may be replaced, and that stands on a ground.
func TestReplace(t *testing.T) {
	replaceable := pillar("b")
	replaceable.Replacement = "it would be built anew"
	replaceable = replaceable.Guarded("it carries the house")
	ground := Resource{Key: "ground", Object: a("a-ground", thingParameters{})}.DeletedAfter("pillar", "it stands on it")
	is := pillarIs(t, true, map[string]any{"name": "a"}, nil)
	ack := token("pillar", is, object.ImmutableChanges(replaceable.Immutable, desired(t, "a-pillar", map[string]any{"name": "b"}), is))
	guard := usageOfPillar(t)
	armed := desired(t, "a-ground", nil)
	armed.GetFields()["metadata"] = structOf(t, map[string]any{"metadata": map[string]any{"name": "a-ground", "annotations": map[string]any{annotationDeletionAttempt: "Background"}}}).GetFields()["metadata"]

	type want struct {
		keeps, guarded bool
		status         metav1.ConditionStatus
		reason         string
		says           string
	}
	cases := map[string]struct {
		reason       string
		acknowledged []string
		o            object.Composed
		want         want
	}{
		"Held": {
			reason: "Nothing is replaced that isn't acknowledged.",
			o:      object.Composed{"pillar": is, "usage-pillar": guard},
			want:   want{keeps: true, guarded: true, status: "True", reason: ReasonNeedsAcknowledgement, says: "add " + ack + " to spec.acknowledgedChanges"},
		},
		"OtherToken": {
			reason:       "A token is of one change.",
			acknowledged: []string{"pillar-00000000"},
			o:            object.Composed{"pillar": is, "usage-pillar": guard},
			want:         want{keeps: true, guarded: true, status: "True", reason: ReasonNeedsAcknowledgement, says: "pillar-00000000 acknowledges no blocked change"},
		},
		"UsageFirst": {
			reason:       "What protects it goes first.",
			acknowledged: []string{ack},
			o:            object.Composed{"pillar": is, "usage-pillar": guard},
			want:         want{keeps: true, status: "False", reason: ReasonReplacing, says: "pillar is being replaced, as acknowledged by " + ack},
		},
		"ThenIt": {
			reason:       "Then it goes.",
			acknowledged: []string{ack},
			o:            object.Composed{"pillar": is},
			want:         want{status: "False", reason: ReasonReplacing, says: "pillar is being replaced, as acknowledged by " + ack},
		},
		"ThenAnew": {
			reason:       "Then it's made as it's described.",
			acknowledged: []string{ack},
			o:            object.Composed{},
			want:         want{keeps: true, status: "False", reason: ReasonNothingBlocked, says: ack + " acknowledges no blocked change: remove it from spec.acknowledgedChanges"},
		},
		"Armed": {
			reason:       "With it a Usage would go, and carry out what was once denied.",
			acknowledged: []string{ack},
			o:            object.Composed{"pillar": is, "usage-pillar": guard, "ground": object.Of(armed)},
			want:         want{keeps: true, guarded: true, status: "True", reason: ReasonNeedsAcknowledgement, says: "waits because a deletion of ground is pending: see DeletionPending"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := given(tc.o)
			g.Acknowledged = tc.acknowledged
			a, err := Assemble([]Part{{Resources: []Resource{replaceable, ground}}}, g)
			if err != nil {
				t.Fatal(err)
			}
			c := a.ChangeBlocked(nil)
			got := want{keeps: a.Parts[0].Decisions[0].Desired != nil, status: c.Status, reason: c.Reason, says: c.Message}
			for _, u := range a.Usages {
				got.guarded = got.guarded || u.Key == "usage-pillar" && u.Desired != nil
			}
			if strings.Contains(got.says, tc.want.says) {
				got.says = tc.want.says
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestToken is good for one change of one thing.
func TestToken(t *testing.T) {
	is := pillarIs(t, true, map[string]any{"name": "a"}, nil)
	other := pillarIs(t, true, map[string]any{"name": "a"}, nil)
	other.Value("metadata").GetStructValue().GetFields()["uid"].Kind = structOf(t, map[string]any{"uid": "2"}).GetFields()["uid"].GetKind()
	change := func(to string) []object.Change {
		return object.ImmutableChanges(pillar(to).Immutable, desired(t, "a-pillar", map[string]any{"name": to}), is)
	}
	tokens := map[string]string{
		token("pillar", is, change("b")):    "this change",
		token("pillar", is, change("c")):    "another value",
		token("pillar", other, change("b")): "another thing of that name",
		token("wall", is, change("b")):      "another resource",
	}
	if len(tokens) != 4 {
		t.Errorf("tokens are the same: %v", tokens)
	}
}
