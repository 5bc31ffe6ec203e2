package compose

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

func TestConditions(t *testing.T) {
	ready := State{Key: "ready", Desired: &structpb.Struct{}, Exists: true, Ready: true}
	creating := func(k Key) State { return State{Key: k, Desired: &structpb.Struct{}} }
	failing := func(k Key, why string) State {
		return State{Key: k, Desired: &structpb.Struct{}, Exists: true, Why: why}
	}
	blocked := func(k, by Key, why string) State {
		s := failing(k, why)
		s.BlockedBy = by
		return s
	}
	withheld := func(k Key, what ...string) State { return State{Key: k, WaitsFor: what} }
	watched := func(k Key, what string) State {
		s := failing(k, "observe failed: external resource does not exist")
		s.WaitsFor = []string{what}
		return s
	}
	const (
		novpc  = "cannot resolve references: mg.Spec.ForProvider.VPCID: referenced field was empty (referenced resource may not yet be ready)"
		absent = "observe failed: external resource does not exist"
	)
	type want struct {
		reason, message string
	}
	cases := map[string]struct {
		reason string
		states []State
		want   want
	}{
		"Available": {
			reason: "Everything is there and ready.",
			states: []State{ready},
			want:   want{reason: ReasonAvailable},
		},
		"Creating": {
			reason: "What isn't ready is named.",
			states: []State{ready, creating("b"), creating("c")},
			want:   want{ReasonCreating, "not ready yet: b, c"},
		},
		"CreatingMany": {
			reason: "Of many that aren't ready, some are named.",
			states: []State{creating("a"), creating("b"), creating("c"), creating("d"), creating("e"), creating("f"), creating("g")},
			want:   want{ReasonCreating, "not ready yet: a, b, c, d, e and 2 more"},
		},
		"Blocked": {
			reason: "What depends on others that don't work yet is no failure, whatever its provider says, and the others are named.",
			states: []State{creating("vpc"), blocked("subnet-a", "vpc", novpc), blocked("subnet-b", "vpc", ""), blocked("release", "auth", "connect failed: no Secret")},
			want:   want{ReasonCreating, "not ready yet: vpc; subnet-a, subnet-b wait for vpc; release waits for auth"},
		},
		"BlockedOnly": {
			reason: "What it waits for may be of another part.",
			states: []State{ready, blocked("addon", "cluster", "observe failed: no cluster")},
			want:   want{ReasonWaiting, "addon waits for cluster"},
		},
		"Resolving": {
			reason: "What it refers to has just come.",
			states: []State{failing("subnet-a", novpc)},
			want:   want{ReasonCreating, "not ready yet: subnet-a"},
		},
		"WithheldAndBlocked": {
			reason: "The fact that is missing says more than the resource that tells it.",
			states: []State{{Key: "tag", WaitsFor: []string{"the security group"}, BlockedBy: "cluster"}},
			want:   want{ReasonWaiting, "tag waits for the security group"},
		},
		"Absent": {
			reason: "What was only watched until now is about to be created.",
			states: []State{failing("nat", absent)},
			want:   want{ReasonCreating, "not ready yet: nat"},
		},
		"Failing": {
			reason: "What a provider complains about is quoted, without its noise.",
			states: []State{creating("a"), failing("b", "create failed: no,\n RequestID: 1")},
			want:   want{ReasonFailing, "b: create failed: no; not ready yet: a"},
		},
		"FailingMany": {
			reason: "Of many complaints the first are quoted, in the order of the parts.",
			states: []State{failing("e", "1"), failing("d", "2"), failing("c", "3"), failing("b", "4"), failing("a", "5")},
			want:   want{ReasonFailing, "e: 1; d: 2; c: 3; 2 more fail"},
		},
		"Waiting": {
			reason: "What is withheld is named, with what it waits for, and all that wait for the same at once.",
			states: []State{ready, withheld("b", "an issuer", "an account"), withheld("c", "an account"), withheld("d", "an account")},
			want:   want{ReasonWaiting, "b waits for an issuer and an account; c, d wait for an account"},
		},
		"WaitingMany": {
			reason: "There's an end to everything.",
			states: []State{withheld("a", "1"), withheld("b", "2"), withheld("c", "3"), withheld("d", "4"), withheld("e", "5")},
			want:   want{ReasonWaiting, "a waits for 1; b waits for 2; c waits for 3; others wait for 2 more reasons"},
		},
		"Watched": {
			reason: "That what is only watched isn't there is no failure: it waits.",
			states: []State{watched("nat", "the internet gateway")},
			want:   want{ReasonWaiting, "nat waits for the internet gateway"},
		},
		"HeldAndFailing": {
			reason: "What is held exists, so that what its provider says matters more than what we miss.",
			states: []State{{Key: "a", Desired: &structpb.Struct{}, Exists: true, Held: true, Why: "no", WaitsFor: []string{"an account"}}},
			want:   want{ReasonFailing, "a: no"},
		},
		"HeldAndReady": {
			reason: "What is held and works is ready.",
			states: []State{{Key: "a", Desired: &structpb.Struct{}, Exists: true, Held: true, Ready: true, WaitsFor: []string{"an account"}}},
			want:   want{reason: ReasonAvailable},
		},
		"All": {
			reason: "Complaints come first, and what waits comes last.",
			states: []State{withheld("a", "an issuer"), creating("b"), blocked("c", "b", novpc), failing("d", "no")},
			want:   want{ReasonFailing, "d: no; not ready yet: b; a waits for an issuer; c waits for b"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := &Assembly{Parts: []PartState{{Part: Part{Name: "Network"}, States: tc.states}}}
			w := Condition{Type: "NetworkReady", Status: metav1.ConditionFalse, Reason: tc.want.reason, Message: tc.want.message}
			if w.Message == "" {
				w.Status = metav1.ConditionTrue
			}
			if diff := cmp.Diff([]Condition{w}, a.Conditions(Existing{})); diff != "" {
				t.Errorf("\n%s\nConditions(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// conditioned is a composite resource with conditions.
func conditioned(t *testing.T, cs ...Condition) Existing {
	t.Helper()
	var all []any
	for _, c := range cs {
		all = append(all, map[string]any{"type": c.Type, "status": string(c.Status), "reason": c.Reason, "message": c.Message})
	}
	return Exists(object(t, map[string]any{"status": map[string]any{"conditions": all}}))
}

func TestConditionsOfEmptyParts(t *testing.T) {
	a := &Assembly{Parts: []PartState{{Part: Part{Name: "Network"}}}}
	cases := map[string]struct {
		reason string
		xr     Existing
		want   []Condition
	}{
		"Never": {
			reason: "A part that nobody has ever asked for isn't told of.",
			want:   []Condition{},
		},
		"Once": {
			reason: "What was said of a part while it was there must not stay for ever.",
			xr:     conditioned(t, Condition{Type: "NetworkReady", Status: "False", Reason: ReasonFailing, Message: "no"}),
			want:   []Condition{{Type: "NetworkReady", Status: "True", Reason: ReasonNotRequested}},
		},
		"Others": {
			reason: "Conditions of others say nothing of the part.",
			xr:     conditioned(t, Condition{Type: "Ready", Status: "True"}),
			want:   []Condition{},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, a.Conditions(tc.xr)); diff != "" {
				t.Errorf("\n%s\nConditions(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestTell(t *testing.T) {
	c := Condition{Type: "NetworkReady", Status: "False", Reason: ReasonFailing, Message: "vpc: no"}
	was := func(s metav1.ConditionStatus, message string) Existing {
		return conditioned(t, Condition{Type: "NetworkReady", Status: s, Message: message})
	}
	told := []*fnv1.Condition{{
		Type: "NetworkReady", Status: fnv1.Status_STATUS_CONDITION_FALSE, Reason: ReasonFailing, Message: new("vpc: no"),
		Target: fnv1.Target_TARGET_COMPOSITE_AND_CLAIM.Enum(),
	}}
	event := []*fnv1.Result{{
		Severity: fnv1.Severity_SEVERITY_NORMAL, Message: "NetworkReady is False: vpc: no", Reason: new(ReasonFailing),
		Target: fnv1.Target_TARGET_COMPOSITE_AND_CLAIM.Enum(),
	}}
	cases := map[string]struct {
		reason string
		xr     Existing
		want   *fnv1.RunFunctionResponse
	}{
		"New":     {reason: "What is said for the first time hasn't changed.", want: &fnv1.RunFunctionResponse{Conditions: told}},
		"Same":    {reason: "What is as it was is no event.", xr: was("False", "vpc: no"), want: &fnv1.RunFunctionResponse{Conditions: told}},
		"Message": {reason: "Another message is no event: the status is what it was.", xr: was("False", "vpc: other"), want: &fnv1.RunFunctionResponse{Conditions: told}},
		"Changed": {reason: "A change is an event.", xr: was("True", ""), want: &fnv1.RunFunctionResponse{Conditions: told, Results: event}},
		"Unknown": {reason: "To know is a change, too.", xr: was("Unknown", ""), want: &fnv1.RunFunctionResponse{Conditions: told, Results: event}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := &fnv1.RunFunctionResponse{}
			Tell(rsp, tc.xr, c)
			if diff := cmp.Diff(tc.want, rsp, protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nTell(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestRetell(t *testing.T) {
	xr := conditioned(t,
		Condition{Type: "Valid", Status: "True", Reason: "Valid"},
		Condition{Type: "Theirs", Status: "True", Reason: "Fine"},
		Condition{Type: "NetworkReady", Status: "False", Reason: ReasonFailing, Message: "vpc: no"},
		Condition{Type: "AccessReady", Status: "Unknown", Reason: "FatalError", Message: "who knows"})
	rsp := &fnv1.RunFunctionResponse{}
	Tell(rsp, xr, Condition{Type: "Valid", Status: "False", Reason: "InvalidSpec"})
	results := len(rsp.GetResults())
	Retell(rsp, xr, "Valid", "NetworkReady", "AccessReady", "NodePoolsReady")

	both := fnv1.Target_TARGET_COMPOSITE_AND_CLAIM.Enum()
	want := []*fnv1.Condition{
		{Type: "Valid", Status: fnv1.Status_STATUS_CONDITION_FALSE, Reason: "InvalidSpec", Target: both},
		{Type: "NetworkReady", Status: fnv1.Status_STATUS_CONDITION_FALSE, Reason: ReasonFailing, Message: new("vpc: no"), Target: both},
		{Type: "AccessReady", Status: fnv1.Status_STATUS_CONDITION_UNKNOWN, Reason: "FatalError", Message: new("who knows"), Target: both},
	}
	if diff := cmp.Diff(want, rsp.GetConditions(), protocmp.Transform()); diff != "" {
		t.Errorf("What is told stays, what isn't ours stays out of it, and the rest is as it was: -want, +got:\n%s", diff)
	}
	if len(rsp.GetResults()) != results {
		t.Errorf("What is as it was is no event, got %v", rsp.GetResults()[results:])
	}
}
