package compose

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crossplane/crossplane-runtime/v2/pkg/meta"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// subnet whose name and list are immutable, except that the name may change to done.
func subnet(name string, list ...string) Resource {
	return Resource{
		Key:       "subnet",
		Object:    newThing("a-subnet", thingParameters{Name: new(name), List: list, Size: new(2.0)}),
		Immutable: []object.ImmutableField{{Path: "spec.forProvider.name", AllowedValue: "done"}, {Path: "spec.forProvider.list"}},
	}
}

// existingSubnet with the supplied spec.forProvider and status.atProvider.
func existingSubnet(t *testing.T, created bool, forProvider, atProvider map[string]any) object.Object {
	t.Helper()
	m := map[string]any{
		"apiVersion": "example.org/v1", "kind": "Thing",
		"metadata": map[string]any{"name": "a-subnet", "namespace": "default", "uid": "1"},
		"spec":     map[string]any{"forProvider": forProvider},
		"status":   map[string]any{"atProvider": atProvider},
	}
	if created {
		m["metadata"].(map[string]any)["annotations"] = map[string]any{meta.AnnotationKeyExternalCreateSucceeded: "2026-01-01T00:00:00Z", meta.AnnotationKeyExternalName: "subnet-1"}
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
			reason:  "A resource that is as described doesn't change.",
			desired: subnet("a", "x"),
			is:      existingSubnet(t, true, map[string]any{"name": "a", "list": []any{"x"}}, nil),
			want:    want{name: "a", list: []any{"x"}},
		},
		"Retained": {
			reason:  "Immutable fields are retained. Mutable fields change.",
			desired: subnet("b", "x", "y"),
			is:      existingSubnet(t, true, map[string]any{"name": "a", "list": []any{"x"}, "size": 1.0}, nil),
			want:    want{changes: "name a instead of b and list x instead of x, y", name: "a", list: []any{"x"}},
		},
		"Normalized": {
			reason:  "An unchanged desired value is no change, even if the provider reports it normalized.",
			desired: subnet("a", "x"),
			is:      existingSubnet(t, true, map[string]any{"name": "a", "list": []any{"x"}}, map[string]any{"name": "A"}),
			want:    want{name: "a", list: []any{"x"}},
		},
		"RetainedAsDesired": {
			reason:  "The retained value is the desired one, not the normalized one.",
			desired: subnet("b", "x"),
			is:      existingSubnet(t, true, map[string]any{"name": "a", "list": []any{"x"}}, map[string]any{"name": "A"}),
			want:    want{changes: "name a instead of b", name: "a", list: []any{"x"}},
		},
		"SpecDrifted": {
			reason:  "An edit of the object isn't retained if the external resource is as described.",
			desired: subnet("a", "x"),
			is:      existingSubnet(t, true, map[string]any{"name": "z"}, map[string]any{"name": "a", "list": []any{"x"}}),
			want:    want{name: "a", list: []any{"x"}},
		},
		"ReportedOnly": {
			reason:  "A reported value that was never desired is retained, too.",
			desired: subnet("b", "x"),
			is:      existingSubnet(t, true, map[string]any{"list": []any{"x"}}, map[string]any{"name": "a"}),
			want:    want{changes: "name a instead of b", name: "a", list: []any{"x"}},
		},
		"Unknown": {
			reason:  "A value that is neither desired nor reported cannot be retained.",
			desired: subnet("b", "x"),
			is:      existingSubnet(t, true, map[string]any{"list": []any{"x"}}, nil),
			want:    want{name: "b", list: []any{"x"}},
		},
		"AllowedValue": {
			reason:  "A field may change to its allowed value.",
			desired: subnet("done", "x"),
			is:      existingSubnet(t, true, map[string]any{"name": "a", "list": []any{"x"}}, nil),
			want:    want{name: "done", list: []any{"x"}},
		},
		"NotCreated": {
			reason:  "Without an external resource, any field may change.",
			desired: subnet("b", "y"),
			is:      existingSubnet(t, false, map[string]any{"name": "a", "list": []any{"x"}}, nil),
			want:    want{name: "b", list: []any{"y"}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a, err := Assemble([]Part{{Resources: []Resource{tc.desired}}}, input(object.Composed{"subnet": tc.is}))
			if err != nil {
				t.Fatal(err)
			}
			s := a.Parts[0].Decisions[0]
			d := object.Of(s.Desired)
			got := want{name: d.String("spec.forProvider.name"), list: d.Value("spec.forProvider.list").GetListValue().AsSlice()}
			if len(s.Changes) > 0 {
				got.changes = strings.TrimPrefix(s.retains(), "subnet retains ")
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
			if size := d.Number("spec.forProvider.size"); size != 2 {
				t.Errorf("mutable size: got %v, want 2", size)
			}
		})
	}
}

// TestDrift has a subnet that is desired as before, and that AWS reports with another name.
func TestDrift(t *testing.T) {
	const drifted = "subnet was changed outside the claim, and cannot change back in place: AWS reports name b, the claim requests a. Undo that in AWS"
	cases := map[string]struct {
		reason  string
		desired Resource
		synced  string
		want    string
	}{
		"Drifted":    {reason: "The claim isn't blamed for a change that it didn't make.", desired: subnet("a"), synced: "False", want: drifted},
		"Normalized": {reason: "While the provider reports no difference, it spells the value in its own way.", desired: subnet("a"), synced: "True"},
		"Changed":    {reason: "A change of what is desired is none of AWS.", desired: subnet("c"), synced: "False", want: "subnet retains name a instead of c, which cannot change while the platform exists: create a new SeafarerCluster, or request what it retains"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			is := existingSubnet(t, true, map[string]any{"name": "a"}, map[string]any{"name": "b"})
			object.Of(is.Struct()).Value("status").GetStructValue().GetFields()["conditions"] = structOf(t, map[string]any{"c": []any{map[string]any{"type": "Synced", "status": tc.synced}}}).GetFields()["c"]
			a, err := Assemble([]Part{{Resources: []Resource{tc.desired}}}, input(object.Composed{"subnet": is}))
			if err != nil {
				t.Fatal(err)
			}
			c := a.ChangeBlocked(nil)
			if c.Message != tc.want || (c.Status == "True") != (tc.want != "") {
				t.Errorf("\n%s\nChangeBlocked(...): want %q, got %s, %q", tc.reason, tc.want, c.Status, c.Message)
			}
			if got := object.Of(a.Parts[0].Decisions[0].Desired).String("spec.forProvider.name"); got != "a" {
				t.Errorf("\n%s\nwant the name desired as before, got %s", tc.reason, got)
			}
		})
	}
}

// TestChangesName changes the external name.
func TestChangesName(t *testing.T) {
	r := subnet("a")
	r.Object.SetAnnotations(map[string]string{meta.AnnotationKeyExternalName: "subnet-2"})
	a, err := Assemble([]Part{{Resources: []Resource{r}}}, input(object.Composed{"subnet": existingSubnet(t, true, map[string]any{"name": "a"}, nil)}))
	if err != nil {
		t.Fatal(err)
	}
	if s := a.Parts[0].Decisions[0]; object.Of(s.Desired).ExternalName() != "subnet-1" || len(s.Changes) != 1 {
		t.Errorf("got external name %s and changes %v, want subnet-1 and one change", object.Of(s.Desired).ExternalName(), s.Changes)
	}
}

// subnetUsage is the guard of the subnet, in force.
func subnetUsage(t *testing.T) object.Object {
	t.Helper()
	u := usageOf(t, false)
	u.GetFields()["spec"] = structOf(t, map[string]any{"spec": map[string]any{
		"of": map[string]any{"apiVersion": "example.org/v1", "kind": "Thing", "resourceRef": map[string]any{"name": "a-subnet"}},
	}}).GetFields()["spec"]
	return withReady(t, u, "True")
}

// TestReplace has a subnet that may be replaced, and a network that it needs until it's gone.
func TestReplace(t *testing.T) {
	replaceable := subnet("b")
	replaceable.Replacement = "it would be created again"
	replaceable = replaceable.Guarded("it runs workloads")
	network := Resource{Key: "network", Object: newThing("a-network", thingParameters{})}.DeletedAfter("subnet", "it needs it")
	is := existingSubnet(t, true, map[string]any{"name": "a"}, nil)
	ack := token("subnet", is, object.ImmutableChanges(replaceable.Immutable, desired(t, "a-subnet", map[string]any{"name": "b"}), is))
	guard := subnetUsage(t)
	pending := desired(t, "a-network", nil)
	pending.GetFields()["metadata"] = structOf(t, map[string]any{"metadata": map[string]any{"name": "a-network", "annotations": map[string]any{annotationDeletionAttempt: "Background"}}}).GetFields()["metadata"]

	type want struct {
		desired, guarded bool
		status           metav1.ConditionStatus
		reason           string
		message          string
	}
	cases := map[string]struct {
		reason       string
		acknowledged []string
		o            object.Composed
		want         want
	}{
		"Blocked": {
			reason: "Nothing is replaced without an acknowledgement.",
			o:      object.Composed{"subnet": is, "usage-subnet": guard},
			want:   want{desired: true, guarded: true, status: "True", reason: ReasonNeedsAcknowledgement, message: "add " + ack + " to spec.acknowledgedChanges"},
		},
		"OtherToken": {
			reason:       "A token acknowledges one change.",
			acknowledged: []string{"subnet-00000000"},
			o:            object.Composed{"subnet": is, "usage-subnet": guard},
			want:         want{desired: true, guarded: true, status: "True", reason: ReasonNeedsAcknowledgement, message: "subnet-00000000 acknowledges no blocked change"},
		},
		"UsageFirst": {
			reason:       "Its Usages are deleted first.",
			acknowledged: []string{ack},
			o:            object.Composed{"subnet": is, "usage-subnet": guard},
			want:         want{desired: true, status: "False", reason: ReasonReplacing, message: "subnet is being replaced, as acknowledged by " + ack},
		},
		"ThenResource": {
			reason:       "Then the resource is deleted.",
			acknowledged: []string{ack},
			o:            object.Composed{"subnet": is},
			want:         want{status: "False", reason: ReasonReplacing, message: "subnet is being replaced, as acknowledged by " + ack},
		},
		"ThenRecreated": {
			reason:       "Then it's created as described.",
			acknowledged: []string{ack},
			o:            object.Composed{},
			want:         want{desired: true, status: "False", reason: ReasonNothingBlocked, message: ack + " acknowledges no blocked change: remove it from spec.acknowledgedChanges"},
		},
		"PendingDeletion": {
			reason:       "Replacing it would delete a Usage, and so replay a denied deletion.",
			acknowledged: []string{ack},
			o:            object.Composed{"subnet": is, "usage-subnet": guard, "network": object.Of(pending)},
			want:         want{desired: true, guarded: true, status: "True", reason: ReasonNeedsAcknowledgement, message: "waits because a deletion of network is pending: see DeletionPending"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := input(tc.o)
			g.Acknowledged = tc.acknowledged
			a, err := Assemble([]Part{{Resources: []Resource{replaceable, network}}}, g)
			if err != nil {
				t.Fatal(err)
			}
			c := a.ChangeBlocked(nil)
			got := want{desired: a.Parts[0].Decisions[0].Desired != nil, status: c.Status, reason: c.Reason, message: c.Message}
			for _, u := range a.Usages {
				got.guarded = got.guarded || u.Key == "usage-subnet" && u.Desired != nil
			}
			if strings.Contains(got.message, tc.want.message) {
				got.message = tc.want.message
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestToken requires another token for another change, object or resource.
func TestToken(t *testing.T) {
	is := existingSubnet(t, true, map[string]any{"name": "a"}, nil)
	other := existingSubnet(t, true, map[string]any{"name": "a"}, nil)
	other.Value("metadata").GetStructValue().GetFields()["uid"].Kind = structOf(t, map[string]any{"uid": "2"}).GetFields()["uid"].GetKind()
	change := func(to string) []object.Change {
		return object.ImmutableChanges(subnet(to).Immutable, desired(t, "a-subnet", map[string]any{"name": to}), is)
	}
	tokens := map[string]string{
		token("subnet", is, change("b")):    "this change",
		token("subnet", is, change("c")):    "another value",
		token("subnet", other, change("b")): "another object of that name",
		token("other", is, change("b")):     "another resource",
	}
	if len(tokens) != 4 {
		t.Errorf("got tokens %v, want 4 different ones", tokens)
	}
}
