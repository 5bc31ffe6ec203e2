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

// TestCaution has a chimney on a roof on a house: each must outlive the one before.
func TestCaution(t *testing.T) {
	owned := []string{"Observe", "Create", "Update", "Delete"}
	chimney := Resource{Key: "chimney", Object: a("a-chimney", thingParameters{})}.ObserveUntilProtected()
	chimney.Object.(*thing).Spec.ManagementPolicies = owned
	rs := []Resource{chimney, {Key: "roof", Object: roof.Object}, house}
	rs[1] = rs[1].DeletedAfter("chimney", "it carries the chimney")

	kept := func(policies ...string) object.Object {
		m := a("a-chimney", thingParameters{})
		m.Spec.ManagementPolicies = policies
		o, err := object.Intent(m)
		if err != nil {
			t.Fatal(err)
		}
		return object.Of(o)
	}
	inForce, notYet := exists(t, usage(t, true), "True"), exists(t, usage(t, true), "False")
	waits := []string{"Usages to protect all that must outlive it (TeardownSafe lists those not in force)"}
	ask := map[key.Key]*fnv1.ResourceSelector{"chimney": {
		ApiVersion: "example.org/v1", Kind: "Thing", Namespace: new("default"),
		Match: &fnv1.ResourceSelector_MatchName{MatchName: "a-chimney"},
	}}
	type want struct {
		policies []string
		waitsFor []string
		asks     map[key.Key]*fnv1.ResourceSelector
	}

	cases := map[string]struct {
		reason  string
		o       object.Composed
		answers object.RequiredResources
		want    want
	}{
		"New": {
			reason: "What is behind it isn't protected yet, so its provider may only watch it. It might be there all the same.",
			want:   want{policies: []string{"Observe"}, waitsFor: waits, asks: ask},
		},
		"NewForCertain": {
			reason:  "It isn't there. The question stays the same, or Crossplane would ask for ever.",
			answers: object.RequiredResources{"chimney": {}},
			want:    want{policies: []string{"Observe"}, waitsFor: waits, asks: ask},
		},
		"NotSeen": {
			reason:  "It's there although it isn't observed, and keeps the policies it has.",
			answers: object.RequiredResources{"chimney": kept(owned...)},
			want:    want{policies: owned, waitsFor: waits, asks: ask},
		},
		"NotSeenButProtected": {
			reason: "All behind it is protected, whether it exists or not.",
			o:      object.Composed{"usage-roof.chimney": inForce, "usage-house.roof": inForce},
			want:   want{policies: owned},
		},
		"Unprotected": {
			reason: "One that is watched stays so.",
			o:      object.Composed{"chimney": kept("Observe")},
			want:   want{policies: []string{"Observe"}, waitsFor: waits},
		},
		"UnprotectedNextToIt": {
			reason: "A Usage protects once Crossplane says so.",
			o:      object.Composed{"chimney": kept("Observe"), "usage-roof.chimney": notYet, "usage-house.roof": inForce},
			want:   want{policies: []string{"Observe"}, waitsFor: waits},
		},
		"UnprotectedFarBehind": {
			reason: "All behind it counts, however far.",
			o:      object.Composed{"chimney": kept("Observe"), "usage-roof.chimney": inForce},
			want:   want{policies: []string{"Observe"}, waitsFor: waits},
		},
		"Protected": {
			reason: "Once all is protected it's made. What only guards something doesn't matter.",
			o:      object.Composed{"chimney": kept("Observe"), "usage-roof.chimney": inForce, "usage-house.roof": inForce},
			want:   want{policies: owned},
		},
		"MadeAndNotSeenToBeProtected": {
			reason: "One that's made stays as it is, whatever is seen of its protection.",
			o:      object.Composed{"chimney": kept(owned...), "usage-roof.chimney": notYet},
			want:   want{policies: owned, waitsFor: waits},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := given(tc.o)
			g.Required = tc.answers
			a, err := Assemble([]Part{{Resources: slices.Clone(rs)}}, g)
			if err != nil {
				t.Fatal(err)
			}
			s := a.Parts[0].Decisions[0]
			got := want{waitsFor: s.WaitsFor, asks: a.Requirements}
			for _, p := range object.Of(s.Desired).Value("spec.managementPolicies").GetListValue().GetValues() {
				got.policies = append(got.policies, p.GetStringValue())
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{}), protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nchimney: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestTurns has a path that leads to a door, and is to lead to the house.
func TestTurns(t *testing.T) {
	path := func(to string) *thing { return a("a-path", thingParameters{Name: &to}) }
	trodden, err := object.Intent(path("door"))
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
			reason: "It never led anywhere else.",
			want:   want{to: "house"},
		},
		"Unprotected": {
			reason: "Nobody protects the house, so that it could go while people come along the path.",
			o:      object.Composed{"path": object.Of(trodden)},
			want:   want{to: "door", waitsFor: []string{"house to be protected by a Usage"}},
		},
		"NotYetProtected": {
			reason: "A Usage protects once Crossplane says so.",
			o:      object.Composed{"path": object.Of(trodden), "usage-house.roof": exists(t, usage(t, true), "False")},
			want:   want{to: "door", waitsFor: []string{"house to be protected by a Usage"}},
		},
		"Protected": {
			reason: "The house is there to stay for as long as its roof.",
			o:      object.Composed{"path": object.Of(trodden), "usage-house.roof": exists(t, usage(t, true), "True")},
			want:   want{to: "house"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r := Resource{Key: "path", Object: path("house")}.SwitchTo("house", "spec.forProvider.name")
			a, err := Assemble([]Part{{Resources: []Resource{r, house, roof}}}, given(tc.o))
			if err != nil {
				t.Fatal(err)
			}
			s := a.Parts[0].Decisions[0]
			got := want{to: object.Of(s.Desired).String("spec.forProvider.name"), waitsFor: s.WaitsFor}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\npath: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
