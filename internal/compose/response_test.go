package compose

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
)

func TestWriteTo(t *testing.T) {
	part := func(name string, ss ...Decision) PartDecision {
		return PartDecision{Part: Part{Name: name}, Decisions: ss}
	}
	thing := desired(t, "thing", nil)
	ready := func(k key.Key) Decision { return Decision{Key: k, Desired: thing, Ready: true} }
	creating := func(k key.Key) Decision { return Decision{Key: k, Desired: thing} }
	withheld := func(k key.Key, what ...string) Decision { return Decision{Key: k, WaitsFor: what} }
	yes := &fnv1.Resource{Resource: thing, Ready: fnv1.Ready_READY_TRUE}
	no := &fnv1.Resource{Resource: thing, Ready: fnv1.Ready_READY_FALSE}
	unready := &fnv1.Resource{Ready: fnv1.Ready_READY_FALSE}

	type args struct {
		a   *Assembly
		rsp *fnv1.RunFunctionResponse
	}
	cases := map[string]struct {
		reason string
		args   args
		want   *fnv1.RunFunctionResponse
	}{
		"Ready": {
			reason: "When all resources are ready, Crossplane derives the composite resource's readiness.",
			args:   args{a: &Assembly{Parts: []PartDecision{part("Network", ready("a"))}}, rsp: &fnv1.RunFunctionResponse{}},
			want:   &fnv1.RunFunctionResponse{Desired: &fnv1.State{Resources: map[string]*fnv1.Resource{"a": yes}}},
		},
		"Creating": {
			reason: "A resource that isn't ready needs no explicit readiness of the composite resource.",
			args:   args{a: &Assembly{Parts: []PartDecision{part("Network", ready("a"), creating("b"))}}, rsp: &fnv1.RunFunctionResponse{}},
			want:   &fnv1.RunFunctionResponse{Desired: &fnv1.State{Resources: map[string]*fnv1.Resource{"a": yes, "b": no}}},
		},
		"Withheld": {
			reason: "A withheld resource makes the composite resource not ready, although all desired resources are ready.",
			args:   args{a: &Assembly{Parts: []PartDecision{part("Network", ready("a")), part("Identity", withheld("b", "an issuer"))}}, rsp: &fnv1.RunFunctionResponse{}},
			want:   &fnv1.RunFunctionResponse{Desired: &fnv1.State{Composite: unready, Resources: map[string]*fnv1.Resource{"a": yes}}},
		},
		"Nothing": {
			reason: "A platform without resources is ready.",
			args:   args{a: &Assembly{Parts: []PartDecision{part("Observability")}}, rsp: &fnv1.RunFunctionResponse{}},
			want:   &fnv1.RunFunctionResponse{Desired: &fnv1.State{Resources: map[string]*fnv1.Resource{}}},
		},
		"Orphans": {
			reason: "Orphans are desired unless an earlier step desires that key. Requirements are added to those of earlier steps.",
			args: args{
				a: &Assembly{
					Usages:       []UsageDecision{{Decision: creating("usage-a")}, {Decision: withheld("usage-b", "b")}},
					Orphans:      []Decision{ready("gone"), ready("theirs")},
					Requirements: map[key.Key]*fnv1.ResourceSelector{"usage-a": {Kind: "Thing"}},
				},
				rsp: &fnv1.RunFunctionResponse{
					Desired:      &fnv1.State{Resources: map[string]*fnv1.Resource{"theirs": {Resource: desired(t, "theirs", nil)}}},
					Requirements: &fnv1.Requirements{Resources: map[string]*fnv1.ResourceSelector{"theirs": {Kind: "Other"}}},
				},
			},
			want: &fnv1.RunFunctionResponse{
				Desired:      &fnv1.State{Resources: map[string]*fnv1.Resource{"usage-a": no, "gone": yes, "theirs": {Resource: desired(t, "theirs", nil)}}},
				Requirements: &fnv1.Requirements{Resources: map[string]*fnv1.ResourceSelector{"usage-a": {Kind: "Thing"}, "theirs": {Kind: "Other"}}},
			},
		},
		"EarlierSteps": {
			reason: "Resources of earlier steps stay, unless the key is ours.",
			args: args{
				a: &Assembly{Parts: []PartDecision{part("Network", ready("a"))}},
				rsp: &fnv1.RunFunctionResponse{Desired: &fnv1.State{Resources: map[string]*fnv1.Resource{
					"a":     {Resource: desired(t, "theirs", nil)},
					"other": {Resource: desired(t, "other", nil)},
				}}},
			},
			want: &fnv1.RunFunctionResponse{
				Desired: &fnv1.State{Resources: map[string]*fnv1.Resource{
					"a":     yes,
					"other": {Resource: desired(t, "other", nil)},
				}},
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			tc.args.a.WriteTo(tc.args.rsp)
			if diff := cmp.Diff(tc.want, tc.args.rsp, protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nWriteTo(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestWithheld requires all withheld resources of all parts, in order.
func TestWithheld(t *testing.T) {
	existing := Decision{Key: "there", Desired: &structpb.Struct{}}
	a := &Assembly{Parts: []PartDecision{
		{Decisions: []Decision{{Key: "b"}, existing}},
		{Decisions: []Decision{existing}},
		{Decisions: []Decision{{Key: "a", WaitsFor: []string{"b"}}}},
	}}
	want := []Decision{{Key: "b"}, {Key: "a", WaitsFor: []string{"b"}}}
	if diff := cmp.Diff(want, a.Withheld(), protocmp.Transform()); diff != "" {
		t.Errorf("Withheld(): -want, +got:\n%s", diff)
	}
}
