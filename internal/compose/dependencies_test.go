package compose

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// TestObserveUntilProtected has an addon on nodes on a cluster: each is deleted before what it runs on.
func TestObserveUntilProtected(t *testing.T) {
	owned := []string{"Observe", "Create", "Update", "Delete"}
	addon := Resource{Key: "addon", Object: newThing("a-addon", thingParameters{})}.ObserveUntilProtected()
	addon.Object.(*thing).Spec.ManagementPolicies = owned
	rs := []Resource{addon, {Key: "nodes", Object: nodes.Object}, cluster}
	rs[1] = rs[1].DeletedAfter("addon", "the addon needs it")

	existing := func(policies ...string) object.Object {
		m := newThing("a-addon", thingParameters{})
		m.Spec.ManagementPolicies = policies
		o, err := object.Intent(m)
		if err != nil {
			t.Fatal(err)
		}
		return object.Of(o)
	}
	inForce, notYet := withReady(t, usageOf(t, true), "True"), withReady(t, usageOf(t, true), "False")
	waits := []string{"Usages to protect all that must outlive it (TeardownSafe lists those not in force)"}
	selectors := map[key.Key]*fnv1.ResourceSelector{"addon": {
		ApiVersion: "example.org/v1", Kind: "Thing", Namespace: new("default"),
		Match: &fnv1.ResourceSelector_MatchName{MatchName: "a-addon"},
	}}
	type want struct {
		policies     []string
		waitsFor     []string
		requirements map[key.Key]*fnv1.ResourceSelector
	}

	cases := map[string]struct {
		reason   string
		o        object.Composed
		required object.RequiredResources
		want     want
	}{
		"New": {
			reason: "Its dependencies aren't protected yet, so its provider may only observe it. It may exist unobserved.",
			want:   want{policies: []string{"Observe"}, waitsFor: waits, requirements: selectors},
		},
		"NewAndAbsent": {
			reason:   "It doesn't exist. The requirement must stay the same, or Crossplane would repeat it.",
			required: object.RequiredResources{"addon": {}},
			want:     want{policies: []string{"Observe"}, waitsFor: waits, requirements: selectors},
		},
		"NotObserved": {
			reason:   "It exists although it isn't observed, and retains its policies.",
			required: object.RequiredResources{"addon": existing(owned...)},
			want:     want{policies: owned, waitsFor: waits, requirements: selectors},
		},
		"NotObservedButProtected": {
			reason: "All of its dependencies are protected, whether it exists or not.",
			o:      object.Composed{"usage-nodes.addon": inForce, "usage-cluster.nodes": inForce},
			want:   want{policies: owned},
		},
		"Unprotected": {
			reason: "A resource that is only observed stays so.",
			o:      object.Composed{"addon": existing("Observe")},
			want:   want{policies: []string{"Observe"}, waitsFor: waits},
		},
		"DirectlyUnprotected": {
			reason: "A Usage protects once Crossplane reports so.",
			o:      object.Composed{"addon": existing("Observe"), "usage-nodes.addon": notYet, "usage-cluster.nodes": inForce},
			want:   want{policies: []string{"Observe"}, waitsFor: waits},
		},
		"IndirectlyUnprotected": {
			reason: "Transitive dependencies count, too.",
			o:      object.Composed{"addon": existing("Observe"), "usage-nodes.addon": inForce},
			want:   want{policies: []string{"Observe"}, waitsFor: waits},
		},
		"Protected": {
			reason: "Once all are protected it's created. Guards don't count.",
			o:      object.Composed{"addon": existing("Observe"), "usage-nodes.addon": inForce, "usage-cluster.nodes": inForce},
			want:   want{policies: owned},
		},
		"CreatedAndUnprotected": {
			reason: "A resource that is created retains its policies, protected or not.",
			o:      object.Composed{"addon": existing(owned...), "usage-nodes.addon": notYet},
			want:   want{policies: owned, waitsFor: waits},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := input(tc.o)
			g.Required = tc.required
			a, err := Assemble([]Part{{Resources: slices.Clone(rs)}}, g)
			if err != nil {
				t.Fatal(err)
			}
			s := a.Parts[0].Decisions[0]
			got := want{waitsFor: s.WaitsFor, requirements: a.Requirements}
			for _, p := range object.Of(s.Desired).Value("spec.managementPolicies").GetListValue().GetValues() {
				got.policies = append(got.policies, p.GetStringValue())
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{}), protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\naddon: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestSwitchTo has an alias that refers to old, and is to refer to the cluster.
func TestSwitchTo(t *testing.T) {
	alias := func(to string) *thing { return newThing("a-alias", thingParameters{Name: &to}) }
	existing, err := object.Intent(alias("old"))
	if err != nil {
		t.Fatal(err)
	}
	type want struct {
		to       string
		waitsFor []string
	}

	cases := map[string]struct {
		reason string
		o      object.Composed
		want   want
	}{
		"New": {
			reason: "It never referred to anything else.",
			want:   want{to: "cluster"},
		},
		"Unprotected": {
			reason: "No Usage protects the cluster, so it could be deleted while the alias refers to it.",
			o:      object.Composed{"alias": object.Of(existing)},
			want:   want{to: "old", waitsFor: []string{"cluster to be protected by a Usage"}},
		},
		"NotYetProtected": {
			reason: "A Usage protects once Crossplane reports so.",
			o:      object.Composed{"alias": object.Of(existing), "usage-cluster.nodes": withReady(t, usageOf(t, true), "False")},
			want:   want{to: "old", waitsFor: []string{"cluster to be protected by a Usage"}},
		},
		"Protected": {
			reason: "The cluster stays for as long as its nodes.",
			o:      object.Composed{"alias": object.Of(existing), "usage-cluster.nodes": withReady(t, usageOf(t, true), "True")},
			want:   want{to: "cluster"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r := Resource{Key: "alias", Object: alias("cluster")}.SwitchTo("cluster", "spec.forProvider.name")
			a, err := Assemble([]Part{{Resources: []Resource{r, cluster, nodes}}}, input(tc.o))
			if err != nil {
				t.Fatal(err)
			}
			s := a.Parts[0].Decisions[0]
			got := want{to: object.Of(s.Desired).String("spec.forProvider.name"), waitsFor: s.WaitsFor}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nalias: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
