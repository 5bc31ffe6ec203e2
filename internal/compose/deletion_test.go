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

// The resources of these tests: nodes and the cluster that they need until they're gone.
var (
	cluster = Resource{Key: "cluster", Object: newThing("a-cluster", thingParameters{})}.DeletedAfter("nodes", "the nodes need it").Guarded("it runs workloads")
	nodes   = Resource{Key: "nodes", Object: newThing("a-nodes", thingParameters{})}
)

// usageOf of the cluster by the nodes, or by none.
func usageOf(t *testing.T, byNodes bool) *structpb.Struct {
	t.Helper()
	name := "object-usage-cluster"
	spec := map[string]any{
		"of":     map[string]any{"apiVersion": "example.org/v1", "kind": "Thing", "resourceRef": map[string]any{"name": "a-cluster"}},
		"reason": "it runs workloads",
	}
	if byNodes {
		name += ".nodes"
		spec["by"] = map[string]any{"apiVersion": "example.org/v1", "kind": "Thing", "resourceRef": map[string]any{"name": "a-nodes"}}
		spec["reason"] = "the nodes need it"
		spec["replayDeletion"] = true
	}
	return structOf(t, map[string]any{
		"apiVersion": "protection.crossplane.io/v1beta1",
		"kind":       "Usage",
		"metadata":   map[string]any{"name": name, "namespace": "default"},
		"spec":       spec,
	})
}

// withReady returns an object with a condition Ready, or with none.
func withReady(t *testing.T, o *structpb.Struct, ready string) object.Object {
	t.Helper()
	m := o.AsMap()
	if ready != "" {
		m["status"] = map[string]any{"conditions": []any{map[string]any{"type": "Ready", "status": ready}}}
	}
	return object.Of(structOf(t, m))
}

// deleting returns an object that is being deleted.
func deleting(t *testing.T, e object.Object) object.Object {
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
	both := object.Composed{"cluster": observed(t, "a-cluster", "False", nil), "nodes": observed(t, "a-nodes", "False", nil)}
	guard := func(s UsageDecision) UsageDecision {
		s.Key, s.Of = "usage-cluster", "cluster"
		return s
	}
	by := func(s UsageDecision) UsageDecision {
		s.Key, s.Of, s.By = "usage-cluster.nodes", "cluster", "nodes"
		return s
	}

	cases := map[string]struct {
		reason string
		rs     []Resource
		owners []Resource
		o      object.Composed
		want   want
	}{
		"Owner": {
			reason: "An owner that isn't composed is guarded in the first pass, because it exists.",
			owners: []Resource{{Key: cluster.Key, Object: cluster.Object, Guard: cluster.Guard}},
			want:   want{usages: []UsageDecision{guard(UsageDecision{Decision: Decision{Desired: usageOf(t, false)}})}},
		},
		"Unprotected": {
			reason: "A resource without dependents or a guard has no Usage.",
			rs:     []Resource{nodes},
			o:      both,
		},
		"NeitherExists": {
			reason: "A Usage is withheld while its resources don't exist.",
			rs:     []Resource{cluster, nodes},
			want: want{usages: []UsageDecision{
				guard(UsageDecision{Decision: Decision{WaitsFor: []string{"cluster"}}}),
				by(UsageDecision{Decision: Decision{WaitsFor: []string{"cluster", "nodes"}}}),
			}},
		},
		"OneExists": {
			reason: "A guard requires only its resource; a Usage by a dependent requires both.",
			rs:     []Resource{cluster, nodes},
			o:      object.Composed{"cluster": observed(t, "a-cluster", "True", nil)},
			want: want{usages: []UsageDecision{
				guard(UsageDecision{Decision: Decision{Desired: usageOf(t, false)}}),
				by(UsageDecision{Decision: Decision{WaitsFor: []string{"nodes"}}}),
			}},
		},
		"BothExist": {
			reason: "A resource that exists is protected, ready or not. A guard never replays a deletion.",
			rs:     []Resource{cluster, nodes},
			o:      both,
			want: want{usages: []UsageDecision{
				guard(UsageDecision{Decision: Decision{Desired: usageOf(t, false)}}),
				by(UsageDecision{Decision: Decision{Desired: usageOf(t, true)}}),
			}},
		},
		"OneIsBeingDeleted": {
			reason: "The replacement is a new object, which a Usage created now wouldn't protect.",
			rs:     []Resource{cluster, nodes},
			o:      object.Composed{"cluster": deleting(t, both["cluster"]), "nodes": both["nodes"]},
			want: want{usages: []UsageDecision{
				guard(UsageDecision{Decision: Decision{WaitsFor: []string{"cluster"}}}),
				by(UsageDecision{Decision: Decision{WaitsFor: []string{"cluster"}}}),
			}},
		},
		"UsagesExist": {
			reason: "A Usage that exists is ready. It's in force once Crossplane reports so.",
			rs:     []Resource{cluster, nodes},
			o: object.Composed{
				"cluster": both["cluster"], "nodes": both["nodes"],
				"usage-cluster":       withReady(t, usageOf(t, false), "True"),
				"usage-cluster.nodes": withReady(t, usageOf(t, true), ""),
			},
			want: want{usages: []UsageDecision{
				guard(UsageDecision{Decision: Decision{Desired: usageOf(t, false), Exists: true, Ready: true}, InForce: true}),
				by(UsageDecision{Decision: Decision{Desired: usageOf(t, true), Exists: true, Ready: true}}),
			}},
		},
		"EndsNotObserved": {
			reason: "A Usage that exists stays desired even if its resources aren't observed.",
			rs:     []Resource{cluster, nodes},
			o:      object.Composed{"usage-cluster": withReady(t, usageOf(t, false), "True"), "usage-cluster.nodes": withReady(t, usageOf(t, true), "False")},
			want: want{usages: []UsageDecision{
				guard(UsageDecision{Decision: Decision{Desired: usageOf(t, false), Exists: true, Ready: true, WaitsFor: []string{"cluster"}}, InForce: true}),
				by(UsageDecision{Decision: Decision{Desired: usageOf(t, true), Exists: true, Ready: true, WaitsFor: []string{"cluster", "nodes"}}}),
			}},
		},
		"DependentNotDescribed": {
			reason: "A resource retained for an unknown dependent would never be deleted.",
			rs:     []Resource{cluster},
			want:   want{err: `cannot retain "cluster" until "nodes" is deleted: no resource of that key is described`},
		},
		"Cycle": {
			reason: "Two resources that wait for each other's deletion would never be deleted.",
			rs:     []Resource{cluster, nodes.DeletedAfter("cluster", "x")},
			want:   want{err: "cannot ever delete the platform: cannot order resources that depend on each other in a cycle, or on one that does: cluster, nodes"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := input(tc.o)
			g.Owners = tc.owners
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
				t.Errorf("\n%s\nOrphans: %v", tc.reason, a.Orphans)
			}
		})
	}
}

func TestCollectGarbage(t *testing.T) {
	orphan := func(key, policies string) object.Object {
		o := observed(t, "a-"+key, "True", map[string]any{"name": key}).Struct().AsMap()
		o["metadata"].(map[string]any)["annotations"] = map[string]any{meta.AnnotationKeyExternalName: "vpc-1", "other": "x"}
		o["metadata"].(map[string]any)["uid"] = "x"
		if policies != "" {
			var ps []any
			for p := range strings.SplitSeq(policies, ",") {
				ps = append(ps, p)
			}
			o["spec"].(map[string]any)["managementPolicies"] = ps
		}
		return object.Of(structOf(t, o))
	}
	retained := func(key string, policies ...any) *structpb.Struct {
		spec := map[string]any{"forProvider": map[string]any{"name": key}}
		if len(policies) > 0 {
			spec["managementPolicies"] = policies
		}
		return structOf(t, map[string]any{
			"apiVersion": "example.org/v1",
			"kind":       "Thing",
			"metadata":   map[string]any{"name": "a-" + key, "namespace": "default", "annotations": map[string]any{meta.AnnotationKeyExternalName: "vpc-1"}},
			"spec":       spec,
		})
	}
	guard, by := withReady(t, usageOf(t, false), "True"), withReady(t, usageOf(t, true), "True")
	selectors := map[key.Key]*fnv1.ResourceSelector{"usage-cluster.nodes": {
		ApiVersion: "example.org/v1", Kind: "Thing", Namespace: new("default"),
		Match: &fnv1.ResourceSelector_MatchName{MatchName: "a-nodes"},
	}}
	waits := func(k key.Key, what string, o *structpb.Struct) Decision {
		return Decision{Key: k, Exists: true, Ready: true, Desired: o, WaitsFor: []string{what}}
	}

	cases := map[string]struct {
		reason       string
		rs           []Resource
		o            object.Composed
		required     object.RequiredResources
		want         []Decision
		requirements map[key.Key]*fnv1.ResourceSelector
	}{
		"Unused": {
			reason: "An orphan without Usages is deleted at once.",
			o:      object.Composed{"nodes": orphan("nodes", "Observe,Create,Update,Delete")},
		},
		"NoPolicies": {
			reason: "Without policies, the external resource is deleted too.",
			o:      object.Composed{"nodes": orphan("nodes", "")},
		},
		"Observed": {
			reason: "An external resource that was never created needn't be deleted.",
			o:      object.Composed{"nodes": orphan("nodes", "Observe")},
		},
		"LeftBehind": {
			reason: "An external resource that would be left behind gets the policy Delete first.",
			o:      object.Composed{"nodes": orphan("nodes", "Observe,Create,Update")},
			want:   []Decision{waits("nodes", "leave to be deleted", retained("nodes", "Observe", "Create", "Update", "Delete"))},
		},
		"Guarded": {
			reason: "The guard goes first. Its resource then has the policy Delete.",
			o:      object.Composed{"cluster": orphan("cluster", "Observe,Create,Update"), "usage-cluster": guard},
			want:   []Decision{waits("cluster", "its Usages to be deleted", retained("cluster", "Observe", "Create", "Update", "Delete"))},
		},
		"GuardNotDescribed": {
			reason: "A guard that isn't described is deleted.",
			rs:     []Resource{nodes},
			o:      object.Composed{"nodes": orphan("nodes", ""), "usage-nodes": guard},
		},
		"DependentStays": {
			reason: "A dependent that stays no longer needs an orphan, so the Usage goes first.",
			rs:     []Resource{nodes},
			o:      object.Composed{"cluster": orphan("cluster", ""), "nodes": orphan("nodes", ""), "usage-cluster.nodes": by},
			want:   []Decision{waits("cluster", "its Usages to be deleted", retained("cluster"))},
		},
		"DependentIsOrphan": {
			reason: "An orphan's dependent goes first.",
			o:      object.Composed{"cluster": orphan("cluster", ""), "nodes": orphan("nodes", ""), "usage-cluster.nodes": by},
			want: []Decision{
				waits("cluster", "its Usages to be deleted", retained("cluster")),
				waits("usage-cluster.nodes", "Thing a-nodes to be deleted", usageOf(t, true)),
			},
		},
		"DependentNotObserved": {
			reason: "A dependent that isn't observed may still exist, so it's required, and the Usage stays until Crossplane provides it.",
			o:      object.Composed{"cluster": orphan("cluster", ""), "usage-cluster.nodes": by},
			want: []Decision{
				waits("cluster", "its Usages to be deleted", retained("cluster")),
				waits("usage-cluster.nodes", "Thing a-nodes to be deleted", usageOf(t, true)),
			},
			requirements: selectors,
		},
		"DependentExists": {
			reason:   "A dependent that is being deleted still exists.",
			o:        object.Composed{"cluster": orphan("cluster", ""), "usage-cluster.nodes": by},
			required: object.RequiredResources{"usage-cluster.nodes": observed(t, "a-nodes", "True", nil)},
			want: []Decision{
				waits("cluster", "its Usages to be deleted", retained("cluster")),
				waits("usage-cluster.nodes", "Thing a-nodes to be deleted", usageOf(t, true)),
			},
			requirements: selectors,
		},
		"DependentGone": {
			reason:       "A dependent that doesn't exist needs nothing. The requirement must stay the same, or Crossplane would repeat it.",
			o:            object.Composed{"cluster": orphan("cluster", ""), "usage-cluster.nodes": by},
			required:     object.RequiredResources{"usage-cluster.nodes": {}},
			want:         []Decision{waits("cluster", "its Usages to be deleted", retained("cluster"))},
			requirements: selectors,
		},
		"ResourceStays": {
			reason:       "A resource that stays is protected until its dependent is gone.",
			rs:           []Resource{{Key: "cluster", Object: cluster.Object}},
			o:            object.Composed{"cluster": orphan("cluster", ""), "usage-cluster.nodes": by},
			want:         []Decision{waits("usage-cluster.nodes", "Thing a-nodes to be deleted", usageOf(t, true))},
			requirements: selectors,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := input(tc.o)
			g.Required = tc.required
			a, err := Assemble([]Part{{Resources: tc.rs}}, g)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, a.Orphans, protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nOrphans: -want, +got:\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff(tc.requirements, a.Requirements, protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nRequirements: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestTeardown checks the conditions TeardownSafe and DeletionPending.
func TestTeardown(t *testing.T) {
	condition := func(typ string, status metav1.ConditionStatus, reason, message string) object.Condition {
		return object.Condition{Type: typ, Status: status, Reason: reason, Message: message}
	}
	pending := func(name string) object.Object {
		o := observed(t, name, "True", nil).Struct().AsMap()
		o["metadata"].(map[string]any)["annotations"] = map[string]any{annotationDeletionAttempt: "Background"}
		return object.Of(structOf(t, o))
	}
	safe := object.Composed{
		"cluster": observed(t, "a-cluster", "True", nil), "nodes": observed(t, "a-nodes", "True", nil),
		"usage-cluster": withReady(t, usageOf(t, false), "True"), "usage-cluster.nodes": withReady(t, usageOf(t, true), "True"),
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
	teardownSafe := condition("TeardownSafe", metav1.ConditionTrue, "Protected", "")
	notPending := condition("DeletionPending", metav1.ConditionFalse, "NoDeletionStored", "")
	const stored = "Crossplane denied a deletion, and carries it out once the last Usage is deleted. To cancel it, run: "

	cases := map[string]struct {
		reason string
		o      object.Composed
		want   []object.Condition
	}{
		"Safe": {
			reason: "All Usages are in force, and no deletion was denied.",
			o:      safe,
			want:   []object.Condition{teardownSafe, notPending},
		},
		"NothingExists": {
			reason: "A resource that doesn't exist isn't protected.",
			want:   []object.Condition{condition("TeardownSafe", metav1.ConditionFalse, "Unprotected", "not in force yet: usage-cluster, usage-cluster.nodes"), notPending},
		},
		"NotInForce": {
			reason: "A Usage protects once Crossplane reports so.",
			o:      with("usage-cluster.nodes", withReady(t, usageOf(t, true), "False")),
			want:   []object.Condition{condition("TeardownSafe", metav1.ConditionFalse, "Unprotected", "not in force yet: usage-cluster.nodes"), notPending},
		},
		"Pending": {
			reason: "A pending deletion is reported, with the command that cancels it.",
			o:      with("cluster", pending("a-cluster")),
			want: []object.Condition{teardownSafe, condition("DeletionPending", metav1.ConditionTrue, "DeletionStored",
				stored+"cluster (kubectl annotate --namespace=default thing.example.org/a-cluster usage.crossplane.io/deletion-attempt-with-policy-)")},
		},
		"PendingForOrphan": {
			reason: "An orphan is to be deleted anyway.",
			o:      with("other", pending("a-other")),
			want:   []object.Condition{teardownSafe, notPending},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a, err := Assemble([]Part{{Resources: []Resource{cluster, nodes}}}, input(tc.o))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, []object.Condition{a.TeardownSafe(), a.DeletionPending()}); diff != "" {
				t.Errorf("\n%s\nTeardownSafe(), DeletionPending(): -want, +got:\n%s", tc.reason, diff)
			}
			if safe := tc.want[0].Status == metav1.ConditionTrue && len(a.Orphans) == 0; a.Settled() != safe {
				t.Errorf("\n%s\nSettled(): want %t", tc.reason, safe)
			}
		})
	}
}
