package protocol

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

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
			reason: "At first the composite resource has no desired state.",
			rsp:    &fnv1.RunFunctionResponse{},
			want:   map[string]any{"apiVersion": "example.org/v1", "kind": "XThing", "status": map[string]any{"clusterName": "a", "count": 0.0}},
		},
		"EarlierSteps": {
			reason: "Desired spec and metadata of earlier steps stay.",
			rsp: &fnv1.RunFunctionResponse{Desired: &fnv1.State{Composite: &fnv1.Resource{Resource: structOf(t, map[string]any{
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
			if err := WriteStatus(tc.rsp, object.Of(structOf(t, map[string]any{"apiVersion": "example.org/v1", "kind": "XThing"})), status); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, tc.rsp.GetDesired().GetComposite().GetResource().AsMap()); diff != "" {
				t.Errorf("\n%s\nWriteStatus(...): -want, +got:\n%s", tc.reason, diff)
			}
			if r := tc.rsp.GetDesired().GetComposite().GetReady(); r != fnv1.Ready_READY_UNSPECIFIED {
				t.Errorf("\n%s\nWriteStatus(...): got readiness %s, want it unspecified", tc.reason, r)
			}
		})
	}
}

// withConditions returns a composite resource with conditions.
func withConditions(t *testing.T, cs ...object.Condition) object.Object {
	t.Helper()
	var all []any
	for _, c := range cs {
		all = append(all, map[string]any{"type": c.Type, "status": string(c.Status), "reason": c.Reason, "message": c.Message})
	}
	return object.Of(structOf(t, map[string]any{"status": map[string]any{"conditions": all}}))
}

func TestSetConditions(t *testing.T) {
	c := object.Condition{Type: "NetworkReady", Status: "False", Reason: "Failing", Message: "vpc: no"}
	was := func(s metav1.ConditionStatus, message string) object.Object {
		return withConditions(t, object.Condition{Type: "NetworkReady", Status: s, Message: message})
	}
	set := []*fnv1.Condition{{
		Type: "NetworkReady", Status: fnv1.Status_STATUS_CONDITION_FALSE, Reason: "Failing", Message: new("vpc: no"),
		Target: fnv1.Target_TARGET_COMPOSITE_AND_CLAIM.Enum(),
	}}
	event := []*fnv1.Result{{
		Severity: fnv1.Severity_SEVERITY_NORMAL, Message: "NetworkReady is False: vpc: no", Reason: new("Failing"),
		Target: fnv1.Target_TARGET_COMPOSITE_AND_CLAIM.Enum(),
	}}
	cases := map[string]struct {
		reason string
		xr     object.Object
		want   *fnv1.RunFunctionResponse
	}{
		"New":     {reason: "A new condition is no event.", want: &fnv1.RunFunctionResponse{Conditions: set}},
		"Same":    {reason: "The same status is no event.", xr: was("False", "vpc: no"), want: &fnv1.RunFunctionResponse{Conditions: set}},
		"Message": {reason: "Another message with the same status is no event.", xr: was("False", "vpc: other"), want: &fnv1.RunFunctionResponse{Conditions: set}},
		"Changed": {reason: "Another status is an event.", xr: was("True", ""), want: &fnv1.RunFunctionResponse{Conditions: set, Results: event}},
		"Unknown": {reason: "A change from Unknown is an event, too.", xr: was("Unknown", ""), want: &fnv1.RunFunctionResponse{Conditions: set, Results: event}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := &fnv1.RunFunctionResponse{}
			SetConditions(rsp, tc.xr, c)
			if diff := cmp.Diff(tc.want, rsp, protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nSetConditions(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestPreserveConditions(t *testing.T) {
	xr := withConditions(t,
		object.Condition{Type: "Valid", Status: "True", Reason: "Valid"},
		object.Condition{Type: "Theirs", Status: "True", Reason: "Fine"},
		object.Condition{Type: "NetworkReady", Status: "False", Reason: "Failing", Message: "vpc: no"},
		object.Condition{Type: "AccessReady", Status: "Unknown", Reason: "FatalError", Message: "who knows"})
	rsp := &fnv1.RunFunctionResponse{}
	SetConditions(rsp, xr, object.Condition{Type: "Valid", Status: "False", Reason: "InvalidSpec"})
	results := len(rsp.GetResults())
	PreserveConditions(rsp, xr, "Valid", "NetworkReady", "AccessReady", "NodePoolsReady")

	both := fnv1.Target_TARGET_COMPOSITE_AND_CLAIM.Enum()
	want := []*fnv1.Condition{
		{Type: "Valid", Status: fnv1.Status_STATUS_CONDITION_FALSE, Reason: "InvalidSpec", Target: both},
		{Type: "NetworkReady", Status: fnv1.Status_STATUS_CONDITION_FALSE, Reason: "Failing", Message: new("vpc: no"), Target: both},
		{Type: "AccessReady", Status: fnv1.Status_STATUS_CONDITION_UNKNOWN, Reason: "FatalError", Message: new("who knows"), Target: both},
	}
	if diff := cmp.Diff(want, rsp.GetConditions(), protocmp.Transform()); diff != "" {
		t.Errorf("PreserveConditions(...): want set conditions, then ours that were observed: -want, +got:\n%s", diff)
	}
	if len(rsp.GetResults()) != results {
		t.Errorf("PreserveConditions(...): want no event, got %v", rsp.GetResults()[results:])
	}
}

func structOf(t *testing.T, m map[string]any) *structpb.Struct {
	t.Helper()
	s, err := structpb.NewStruct(m)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
