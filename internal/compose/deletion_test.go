package compose

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crossplane/crossplane-runtime/v2/pkg/meta"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// The things of these tests: a house that must outlive its roof.
var (
	house = Resource{Key: "house", Object: a("a-house", thingParameters{})}.DeletedAfter("roof", "it carries the roof").Guarded("people live there")
	roof  = Resource{Key: "roof", Object: a("a-roof", thingParameters{})}
)

// usage as it's desired of the house, by the roof or by nobody.
func usage(t *testing.T, byRoof bool) *structpb.Struct {
	t.Helper()
	name := "object-usage-house"
	spec := map[string]any{
		"of":     map[string]any{"apiVersion": "example.org/v1", "kind": "Thing", "resourceRef": map[string]any{"name": "a-house"}},
		"reason": "people live there",
	}
	if byRoof {
		name += ".roof"
		spec["by"] = map[string]any{"apiVersion": "example.org/v1", "kind": "Thing", "resourceRef": map[string]any{"name": "a-roof"}}
		spec["reason"] = "it carries the roof"
		spec["replayDeletion"] = true
	}
	return structOf(t, map[string]any{
		"apiVersion": "protection.crossplane.io/v1beta1",
		"kind":       "Usage",
		"metadata":   map[string]any{"name": name, "namespace": "default"},
		"spec":       spec,
	})
}

// exists with a condition Ready, or without any.
func exists(t *testing.T, o *structpb.Struct, ready string) object.Object {
	t.Helper()
	m := o.AsMap()
	if ready != "" {
		m["status"] = map[string]any{"conditions": []any{map[string]any{"type": "Ready", "status": ready}}}
	}
	return object.Of(structOf(t, m))
}

// deleted is an object that's on its way out.
func deleted(t *testing.T, e object.Object) object.Object {
	t.Helper()
	m := e.Struct().AsMap()
	m["metadata"].(map[string]any)["deletionTimestamp"] = "2026-01-01T00:00:00Z"
	return object.Of(structOf(t, m))
}

func TestProtect(t *testing.T) {
	type want struct {
		usages []UsageDecision
		err    string
	}
	both := object.Composed{"house": observed(t, "a-house", "False", nil), "roof": observed(t, "a-roof", "False", nil)}
	guard := func(s UsageDecision) UsageDecision {
		s.Key, s.Of = "usage-house", "house"
		return s
	}
	by := func(s UsageDecision) UsageDecision {
		s.Key, s.Of, s.By = "usage-house.roof", "house", "roof"
		return s
	}

	cases := map[string]struct {
		reason string
		rs     []Resource
		wards  []Resource
		o      object.Composed
		want   want
	}{
		"Ward": {
			reason: "What nobody composes is guarded at once: it's there.",
			wards:  []Resource{{Key: house.Key, Object: house.Object, Guard: house.Guard}},
			want:   want{usages: []UsageDecision{guard(UsageDecision{Decision: Decision{Desired: usage(t, false)}})}},
		},
		"Unprotected": {
			reason: "What nobody needs and nobody guards has no Usage.",
			rs:     []Resource{roof},
			o:      both,
		},
		"NeitherExists": {
			reason: "A Usage of what doesn't exist is withheld.",
			rs:     []Resource{house, roof},
			want: want{usages: []UsageDecision{
				guard(UsageDecision{Decision: Decision{WaitsFor: []string{"house"}}}),
				by(UsageDecision{Decision: Decision{WaitsFor: []string{"house", "roof"}}}),
			}},
		},
		"OneExists": {
			reason: "A guard needs only what it guards, a Usage by something else needs that, too.",
			rs:     []Resource{house, roof},
			o:      object.Composed{"house": observed(t, "a-house", "True", nil)},
			want: want{usages: []UsageDecision{
				guard(UsageDecision{Decision: Decision{Desired: usage(t, false)}}),
				by(UsageDecision{Decision: Decision{WaitsFor: []string{"roof"}}}),
			}},
		},
		"BothExist": {
			reason: "What exists is protected, ready or not. A guard never replays a deletion.",
			rs:     []Resource{house, roof},
			o:      both,
			want: want{usages: []UsageDecision{
				guard(UsageDecision{Decision: Decision{Desired: usage(t, false)}}),
				by(UsageDecision{Decision: Decision{Desired: usage(t, true)}}),
			}},
		},
		"OneIsBeingDeleted": {
			reason: "What's made in its place is another object, which a Usage made now wouldn't protect.",
			rs:     []Resource{house, roof},
			o:      object.Composed{"house": deleted(t, both["house"]), "roof": both["roof"]},
			want: want{usages: []UsageDecision{
				guard(UsageDecision{Decision: Decision{WaitsFor: []string{"house"}}}),
				by(UsageDecision{Decision: Decision{WaitsFor: []string{"house"}}}),
			}},
		},
		"UsagesExist": {
			reason: "A Usage that exists is ready. It's in force once Crossplane says so.",
			rs:     []Resource{house, roof},
			o: object.Composed{
				"house": both["house"], "roof": both["roof"],
				"usage-house":      exists(t, usage(t, false), "True"),
				"usage-house.roof": exists(t, usage(t, true), ""),
			},
			want: want{usages: []UsageDecision{
				guard(UsageDecision{Decision: Decision{Desired: usage(t, false), Exists: true, Ready: true}, InForce: true}),
				by(UsageDecision{Decision: Decision{Desired: usage(t, true), Exists: true, Ready: true}}),
			}},
		},
		"EndsAreNotSeen": {
			reason: "A Usage that exists stays, whatever is seen of its ends.",
			rs:     []Resource{house, roof},
			o:      object.Composed{"usage-house": exists(t, usage(t, false), "True"), "usage-house.roof": exists(t, usage(t, true), "False")},
			want: want{usages: []UsageDecision{
				guard(UsageDecision{Decision: Decision{Desired: usage(t, false), Exists: true, Ready: true, WaitsFor: []string{"house"}}, InForce: true}),
				by(UsageDecision{Decision: Decision{Desired: usage(t, true), Exists: true, Ready: true, WaitsFor: []string{"house", "roof"}}}),
			}},
		},
		"NobodyDescribesTheUser": {
			reason: "What is kept for something unknown would be kept for ever.",
			rs:     []Resource{house},
			want:   want{err: `cannot retain "house" until "roof" is gone: no resource of that key is described`},
		},
		"Circle": {
			reason: "Two that each wait for the other to go would stay for ever.",
			rs:     []Resource{house, roof.DeletedAfter("house", "x")},
			want:   want{err: "cannot ever delete the platform: cannot order resources that depend on each other in a cycle, or on one that does: house, roof"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := given(tc.o)
			g.Owners = tc.wards
			a, err := Assemble([]Part{{Resources: tc.rs}}, g)
			if diff := cmp.Diff(tc.want.err, message(err)); diff != "" {
				t.Fatalf("\n%s\nAssemble(...): -want error, +got error:\n%s", tc.reason, diff)
			}
			if err != nil {
				return
			}
			if diff := cmp.Diff(tc.want.usages, a.Usages, protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nUsages: -want, +got:\n%s", tc.reason, diff)
			}
			if len(a.Orphans) > 0 {
				t.Errorf("\n%s\nDeparting: %v", tc.reason, a.Orphans)
			}
		})
	}
}

func TestDepart(t *testing.T) {
	seen := func(key, policies string) object.Object {
		o := observed(t, "a-"+key, "True", map[string]any{"name": key}).Struct().AsMap()
		o["metadata"].(map[string]any)["annotations"] = map[string]any{meta.AnnotationKeyExternalName: "vpc-1", "other": "x"}
		o["metadata"].(map[string]any)["uid"] = "x"
		if policies != "" {
			var ps []any
			for p := range strings.SplitSeq(policies, ",") {
				ps = append(ps, p)
			}
			o["spec"].(map[string]any)[managementPolicies] = ps
		}
		return object.Of(structOf(t, o))
	}
	kept := func(key string, policies ...any) *structpb.Struct {
		spec := map[string]any{"forProvider": map[string]any{"name": key}}
		if len(policies) > 0 {
			spec[managementPolicies] = policies
		}
		return structOf(t, map[string]any{
			"apiVersion": "example.org/v1",
			"kind":       "Thing",
			"metadata":   map[string]any{"name": "a-" + key, "namespace": "default", "annotations": map[string]any{meta.AnnotationKeyExternalName: "vpc-1"}},
			"spec":       spec,
		})
	}
	guard, by := exists(t, usage(t, false), "True"), exists(t, usage(t, true), "True")
	ask := map[key.Key]*fnv1.ResourceSelector{"usage-house.roof": {
		ApiVersion: "example.org/v1", Kind: "Thing", Namespace: new("default"),
		Match: &fnv1.ResourceSelector_MatchName{MatchName: "a-roof"},
	}}
	waits := func(k key.Key, what string, o *structpb.Struct) Decision {
		return Decision{Key: k, Exists: true, Ready: true, Desired: o, WaitsFor: []string{what}}
	}

	cases := map[string]struct {
		reason  string
		rs      []Resource
		o       object.Composed
		answers object.RequiredResources
		want    []Decision
		asks    map[key.Key]*fnv1.ResourceSelector
	}{
		"Free": {
			reason: "What nobody needs goes at once.",
			o:      object.Composed{"roof": seen("roof", "Observe,Create,Update,Delete")},
		},
		"NoPolicies": {
			reason: "What has no policies is deleted for good.",
			o:      object.Composed{"roof": seen("roof", "")},
		},
		"Watched": {
			reason: "What was never made needn't be deleted.",
			o:      object.Composed{"roof": seen("roof", "Observe")},
		},
		"Left": {
			reason: "What was made and would be left behind may be deleted first.",
			o:      object.Composed{"roof": seen("roof", "Observe,Create,Update")},
			want:   []Decision{waits("roof", "leave to be deleted", kept("roof", "Observe", "Create", "Update", "Delete"))},
		},
		"Guarded": {
			reason: "A guard goes first. What it guards may be deleted by then.",
			o:      object.Composed{"house": seen("house", "Observe,Create,Update"), "usage-house": guard},
			want:   []Decision{waits("house", "its Usages to be deleted", kept("house", "Observe", "Create", "Update", "Delete"))},
		},
		"GuardOfWhatStays": {
			reason: "A guard that nobody describes goes.",
			rs:     []Resource{roof},
			o:      object.Composed{"roof": seen("roof", ""), "usage-roof": guard},
		},
		"UsedByWhatStays": {
			reason: "What stays needs what goes no longer: its Usage goes first.",
			rs:     []Resource{roof},
			o:      object.Composed{"house": seen("house", ""), "roof": seen("roof", ""), "usage-house.roof": by},
			want:   []Decision{waits("house", "its Usages to be deleted", kept("house"))},
		},
		"UsedByWhatGoes": {
			reason: "What needs something until it's gone goes first.",
			o:      object.Composed{"house": seen("house", ""), "roof": seen("roof", ""), "usage-house.roof": by},
			want: []Decision{
				waits("house", "its Usages to be deleted", kept("house")),
				waits("usage-house.roof", "Thing a-roof to be deleted", usage(t, true)),
			},
		},
		"UsedByWhatIsNotSeen": {
			reason: "What isn't seen may still be there: it's asked for, and until there's an answer nothing goes.",
			o:      object.Composed{"house": seen("house", ""), "usage-house.roof": by},
			want: []Decision{
				waits("house", "its Usages to be deleted", kept("house")),
				waits("usage-house.roof", "Thing a-roof to be deleted", usage(t, true)),
			},
			asks: ask,
		},
		"UsedByWhatIsThere": {
			reason:  "What is being deleted is still there.",
			o:       object.Composed{"house": seen("house", ""), "usage-house.roof": by},
			answers: object.RequiredResources{"usage-house.roof": observed(t, "a-roof", "True", nil)},
			want: []Decision{
				waits("house", "its Usages to be deleted", kept("house")),
				waits("usage-house.roof", "Thing a-roof to be deleted", usage(t, true)),
			},
			asks: ask,
		},
		"UsedByWhatIsGone": {
			reason:  "What is gone for certain needs nothing. The question stays the same, or Crossplane would ask for ever.",
			o:       object.Composed{"house": seen("house", ""), "usage-house.roof": by},
			answers: object.RequiredResources{"usage-house.roof": {}},
			want:    []Decision{waits("house", "its Usages to be deleted", kept("house"))},
			asks:    ask,
		},
		"OfWhatStays": {
			reason: "What stays is protected until what needs it is gone.",
			rs:     []Resource{{Key: "house", Object: house.Object}},
			o:      object.Composed{"house": seen("house", ""), "usage-house.roof": by},
			want:   []Decision{waits("usage-house.roof", "Thing a-roof to be deleted", usage(t, true))},
			asks:   ask,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := given(tc.o)
			g.Required = tc.answers
			a, err := Assemble([]Part{{Resources: tc.rs}}, g)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, a.Orphans, protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nDeparting: -want, +got:\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff(tc.asks, a.Requirements, protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nAsks: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestTeardown tells what is told of the platform's end.
func TestTeardown(t *testing.T) {
	condition := func(typ string, status metav1.ConditionStatus, reason, message string) object.Condition {
		return object.Condition{Type: typ, Status: status, Reason: reason, Message: message}
	}
	armed := func(name string) object.Object {
		o := observed(t, name, "True", nil).Struct().AsMap()
		o["metadata"].(map[string]any)["annotations"] = map[string]any{annotationDeletionAttempt: "Background"}
		return object.Of(structOf(t, o))
	}
	safe := object.Composed{
		"house": observed(t, "a-house", "True", nil), "roof": observed(t, "a-roof", "True", nil),
		"usage-house": exists(t, usage(t, false), "True"), "usage-house.roof": exists(t, usage(t, true), "True"),
	}
	with := func(k key.Key, e object.Object) object.Composed {
		o := object.Composed{k: e}
		for k, e := range safe {
			if _, ok := o[k]; !ok {
				o[k] = e
			}
		}
		return o
	}
	isSafe := condition("TeardownSafe", metav1.ConditionTrue, "Protected", "")
	isDisarmed := condition("DeletionPending", metav1.ConditionFalse, "NoDeletionStored", "")
	const stored = "Crossplane denied a deletion, and carries it out once the last Usage is deleted. To cancel it, run: "

	cases := map[string]struct {
		reason string
		o      object.Composed
		want   []object.Condition
	}{
		"Safe": {
			reason: "All Usages are in force, and nobody tried to delete anything.",
			o:      safe,
			want:   []object.Condition{isSafe, isDisarmed},
		},
		"NothingExists": {
			reason: "What doesn't exist isn't protected.",
			want:   []object.Condition{condition("TeardownSafe", metav1.ConditionFalse, "Unprotected", "not in force yet: usage-house, usage-house.roof"), isDisarmed},
		},
		"NotInForce": {
			reason: "A Usage protects once Crossplane says so.",
			o:      with("usage-house.roof", exists(t, usage(t, true), "False")),
			want:   []object.Condition{condition("TeardownSafe", metav1.ConditionFalse, "Unprotected", "not in force yet: usage-house.roof"), isDisarmed},
		},
		"Armed": {
			reason: "A deletion that waits is told, and how to forget it.",
			o:      with("house", armed("a-house")),
			want: []object.Condition{isSafe, condition("DeletionPending", metav1.ConditionTrue, "DeletionStored",
				stored+"house (kubectl annotate --namespace=default thing.example.org/a-house usage.crossplane.io/deletion-attempt-with-policy-)")},
		},
		"ArmedAndUndescribed": {
			reason: "What the spec removed is to be deleted anyhow.",
			o:      with("shed", armed("a-shed")),
			want:   []object.Condition{isSafe, isDisarmed},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a, err := Assemble([]Part{{Resources: []Resource{house, roof}}}, given(tc.o))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, []object.Condition{a.TeardownSafe(), a.DeletionPending()}); diff != "" {
				t.Errorf("\n%s\nTeardownSafe(), DeletionPending(): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
