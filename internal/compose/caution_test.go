package compose

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// TestCaution has a chimney on a roof on a house: each must outlive the one before.
func TestCaution(t *testing.T) {
	owned := []string{"Observe", "Create", "Update", "Delete"}
	chimney := Resource{Key: "chimney", Object: a("a-chimney", thingParameters{})}.WatchedUntilProtected()
	chimney.Object.(*thing).Spec.ManagementPolicies = owned
	rs := []Resource{chimney, {Key: "roof", Object: roof.Object}, house}
	rs[1] = rs[1].Outlives("chimney", "it carries the chimney")

	kept := func(policies ...string) Existing {
		m := a("a-chimney", thingParameters{})
		m.Spec.ManagementPolicies = policies
		o, err := intent(m)
		if err != nil {
			t.Fatal(err)
		}
		return Exists(o)
	}
	inForce, notYet := exists(t, usage(t, true), "True"), exists(t, usage(t, true), "False")
	waits := []string{"the protection of all that must outlive it (TeardownSafe says what lacks it)"}
	ask := map[Key]*fnv1.ResourceSelector{"chimney": {
		ApiVersion: "example.org/v1", Kind: "Thing", Namespace: new("default"),
		Match: &fnv1.ResourceSelector_MatchName{MatchName: "a-chimney"},
	}}
	type want struct {
		policies []string
		waitsFor []string
		asks     map[Key]*fnv1.ResourceSelector
	}

	cases := map[string]struct {
		reason  string
		o       Observed
		answers Answers
		want    want
	}{
		"New": {
			reason: "What is behind it isn't protected yet, so its provider may only watch it. It might be there all the same.",
			want:   want{policies: []string{"Observe"}, waitsFor: waits, asks: ask},
		},
		"NewForCertain": {
			reason:  "It isn't there. The question stays the same, or Crossplane would ask for ever.",
			answers: Answers{"chimney": {}},
			want:    want{policies: []string{"Observe"}, waitsFor: waits, asks: ask},
		},
		"NotSeen": {
			reason:  "It's there although it isn't observed, and keeps the policies it has.",
			answers: Answers{"chimney": kept(owned...)},
			want:    want{policies: owned, waitsFor: waits, asks: ask},
		},
		"NotSeenButProtected": {
			reason: "All behind it is protected, whether it exists or not.",
			o:      Observed{"usage-roof.chimney": inForce, "usage-house.roof": inForce},
			want:   want{policies: owned},
		},
		"Unprotected": {
			reason: "One that is watched stays so.",
			o:      Observed{"chimney": kept("Observe")},
			want:   want{policies: []string{"Observe"}, waitsFor: waits},
		},
		"UnprotectedNextToIt": {
			reason: "A Usage protects once Crossplane says so.",
			o:      Observed{"chimney": kept("Observe"), "usage-roof.chimney": notYet, "usage-house.roof": inForce},
			want:   want{policies: []string{"Observe"}, waitsFor: waits},
		},
		"UnprotectedFarBehind": {
			reason: "All behind it counts, however far.",
			o:      Observed{"chimney": kept("Observe"), "usage-roof.chimney": inForce},
			want:   want{policies: []string{"Observe"}, waitsFor: waits},
		},
		"Protected": {
			reason: "Once all is protected it's made. What only guards something doesn't matter.",
			o:      Observed{"chimney": kept("Observe"), "usage-roof.chimney": inForce, "usage-house.roof": inForce},
			want:   want{policies: owned},
		},
		"MadeAndNotSeenToBeProtected": {
			reason: "One that's made stays as it is, whatever is seen of its protection.",
			o:      Observed{"chimney": kept(owned...), "usage-roof.chimney": notYet},
			want:   want{policies: owned, waitsFor: waits},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := given(tc.o)
			g.Answers = tc.answers
			a, err := Assemble([]Part{{Resources: slices.Clone(rs)}}, g)
			if err != nil {
				t.Fatal(err)
			}
			s := a.Parts[0].States[0]
			got := want{waitsFor: s.WaitsFor, asks: a.Asks}
			for _, p := range Exists(s.Desired).Value("spec.managementPolicies").GetListValue().GetValues() {
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
	trodden, err := intent(path("door"))
	if err != nil {
		t.Fatal(err)
	}
	type want struct {
		to       string
		waitsFor []string
	}

	cases := map[string]struct {
		reason string
		o      Observed
		want   want
	}{
		"New": {
			reason: "It never led anywhere else.",
			want:   want{to: "house"},
		},
		"Unprotected": {
			reason: "Nobody protects the house, so that it could go while people come along the path.",
			o:      Observed{"path": Exists(trodden)},
			want:   want{to: "door", waitsFor: []string{"the protection of house"}},
		},
		"NotYetProtected": {
			reason: "A Usage protects once Crossplane says so.",
			o:      Observed{"path": Exists(trodden), "usage-house.roof": exists(t, usage(t, true), "False")},
			want:   want{to: "door", waitsFor: []string{"the protection of house"}},
		},
		"Protected": {
			reason: "The house is there to stay for as long as its roof.",
			o:      Observed{"path": Exists(trodden), "usage-house.roof": exists(t, usage(t, true), "True")},
			want:   want{to: "house"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r := Resource{Key: "path", Object: path("house")}.TurnsTo("house", "spec.forProvider.name")
			a, err := Assemble([]Part{{Resources: []Resource{r, house, roof}}}, given(tc.o))
			if err != nil {
				t.Fatal(err)
			}
			s := a.Parts[0].States[0]
			got := want{to: Exists(s.Desired).String("spec.forProvider.name"), waitsFor: s.WaitsFor}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\npath: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
