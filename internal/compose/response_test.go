package compose

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

func TestWriteTo(t *testing.T) {
	part := func(name string, ss ...State) PartState { return PartState{Part: Part{Name: name}, States: ss} }
	thing := desired(t, "thing", nil)
	ready := func(k Key) State { return State{Key: k, Desired: thing, Ready: true} }
	creating := func(k Key) State { return State{Key: k, Desired: thing} }
	withheld := func(k Key, what ...string) State { return State{Key: k, WaitsFor: what} }
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
			reason: "When all is ready, whether the composite resource is ready is left to Crossplane.",
			args:   args{a: &Assembly{Parts: []PartState{part("Network", ready("a"))}}, rsp: &fnv1.RunFunctionResponse{}},
			want:   &fnv1.RunFunctionResponse{Desired: &fnv1.State{Resources: map[string]*fnv1.Resource{"a": yes}}},
		},
		"Creating": {
			reason: "What isn't ready keeps the composite resource from being ready by itself.",
			args:   args{a: &Assembly{Parts: []PartState{part("Network", ready("a"), creating("b"))}}, rsp: &fnv1.RunFunctionResponse{}},
			want:   &fnv1.RunFunctionResponse{Desired: &fnv1.State{Resources: map[string]*fnv1.Resource{"a": yes, "b": no}}},
		},
		"Withheld": {
			reason: "What is withheld keeps the composite resource from being ready, although all that is desired is.",
			args:   args{a: &Assembly{Parts: []PartState{part("Network", ready("a")), part("Identity", withheld("b", "an issuer"))}}, rsp: &fnv1.RunFunctionResponse{}},
			want:   &fnv1.RunFunctionResponse{Desired: &fnv1.State{Composite: unready, Resources: map[string]*fnv1.Resource{"a": yes}}},
		},
		"Nothing": {
			reason: "A platform of nothing is there.",
			args:   args{a: &Assembly{Parts: []PartState{part("Observability")}}, rsp: &fnv1.RunFunctionResponse{}},
			want:   &fnv1.RunFunctionResponse{Desired: &fnv1.State{Resources: map[string]*fnv1.Resource{}}},
		},
		"Departing": {
			reason: "What departs is desired, unless it's somebody else's, and what must be known of it is asked for, besides what an earlier step asks for.",
			args: args{
				a: &Assembly{
					Usages:    []UsageState{{State: creating("usage-a")}, {State: withheld("usage-b", "b")}},
					Departing: []State{ready("gone"), ready("theirs")},
					Asks:      map[Key]*fnv1.ResourceSelector{"usage-a": {Kind: "Thing"}},
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
			reason: "What earlier steps of the pipeline desire stays, unless it's ours.",
			args: args{
				a: &Assembly{Parts: []PartState{part("Network", ready("a"))}},
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

func TestWriteStatus(t *testing.T) {
	type thingStatus struct {
		ClusterName string `json:"clusterName,omitempty"`
		Nothing     string `json:"nothing,omitempty"`
		Count       int    `json:"count"`
	}
	status := &thingStatus{ClusterName: "a"}
	cases := map[string]struct {
		reason string
		rsp    *fnv1.RunFunctionResponse
		want   map[string]any
	}{
		"NoComposite": {
			reason: "At first nobody desires anything of the composite resource.",
			rsp:    &fnv1.RunFunctionResponse{},
			want:   map[string]any{"apiVersion": "example.org/v1", "kind": "XThing", "status": map[string]any{"clusterName": "a", "count": 0.0}},
		},
		"EarlierSteps": {
			reason: "What earlier steps desire of its spec and its metadata stays.",
			rsp: &fnv1.RunFunctionResponse{Desired: &fnv1.State{Composite: &fnv1.Resource{Resource: object(t, map[string]any{
				"metadata": map[string]any{"labels": map[string]any{"a": "b"}},
				"status":   map[string]any{"clusterName": "b", "theirs": true},
			})}}},
			want: map[string]any{
				"apiVersion": "example.org/v1",
				"kind":       "XThing",
				"metadata":   map[string]any{"labels": map[string]any{"a": "b"}},
				"status":     map[string]any{"clusterName": "a", "count": 0.0, "theirs": true},
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if err := WriteStatus(tc.rsp, "example.org/v1", "XThing", status); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, tc.rsp.GetDesired().GetComposite().GetResource().AsMap()); diff != "" {
				t.Errorf("\n%s\nWriteStatus(...): -want, +got:\n%s", tc.reason, diff)
			}
			if r := tc.rsp.GetDesired().GetComposite().GetReady(); r != fnv1.Ready_READY_UNSPECIFIED {
				t.Errorf("\n%s\nWriteStatus(...): status says nothing of readiness, got %s", tc.reason, r)
			}
		})
	}
}

// TestWithheld tells whether what is withheld is found in order, in all parts.
func TestWithheld(t *testing.T) {
	there := State{Key: "there", Desired: &structpb.Struct{}}
	a := &Assembly{Parts: []PartState{
		{States: []State{{Key: "b"}, there}},
		{States: []State{there}},
		{States: []State{{Key: "a", WaitsFor: []string{"b"}}}},
	}}
	want := []State{{Key: "b"}, {Key: "a", WaitsFor: []string{"b"}}}
	if diff := cmp.Diff(want, a.Withheld(), protocmp.Transform()); diff != "" {
		t.Errorf("Withheld(): -want, +got:\n%s", diff)
	}
}
