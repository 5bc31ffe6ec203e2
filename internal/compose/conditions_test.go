package compose

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

func TestConditions(t *testing.T) {
	ready := Decision{Key: "ready", Desired: &structpb.Struct{}, Exists: true, Ready: true}
	creating := func(k key.Key) Decision { return Decision{Key: k, Desired: &structpb.Struct{}} }
	failing := func(k key.Key, why string) Decision {
		return Decision{Key: k, Desired: &structpb.Struct{}, Exists: true, Why: why}
	}
	blocked := func(k, by key.Key, why string) Decision {
		s := failing(k, why)
		s.BlockedBy = by
		return s
	}
	withheld := func(k key.Key, what ...string) Decision { return Decision{Key: k, WaitsFor: what} }
	observeOnly := func(k key.Key, what string) Decision {
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
		reason    string
		decisions []Decision
		want      want
	}{
		"Available": {
			reason:    "Everything exists and is ready.",
			decisions: []Decision{ready},
			want:      want{reason: ReasonAvailable},
		},
		"Creating": {
			reason:    "Resources that aren't ready are named.",
			decisions: []Decision{ready, creating("b"), creating("c")},
			want:      want{ReasonCreating, "not ready yet: b, c"},
		},
		"CreatingMany": {
			reason:    "Of many resources that aren't ready, the first are named.",
			decisions: []Decision{creating("a"), creating("b"), creating("c"), creating("d"), creating("e"), creating("f"), creating("g")},
			want:      want{ReasonCreating, "not ready yet: a, b, c, d, e and 2 more"},
		},
		"Blocked": {
			reason:    "A resource blocked by its dependencies isn't a failure, whatever its provider reports. The dependencies are named.",
			decisions: []Decision{creating("vpc"), blocked("subnet-a", "vpc", novpc), blocked("subnet-b", "vpc", ""), blocked("release", "auth", "connect failed: no Secret")},
			want:      want{ReasonCreating, "not ready yet: vpc; subnet-a, subnet-b wait for vpc; release waits for auth"},
		},
		"BlockedOnly": {
			reason:    "The dependency may be in another part.",
			decisions: []Decision{ready, blocked("addon", "cluster", "observe failed: no cluster")},
			want:      want{ReasonWaiting, "addon waits for cluster"},
		},
		"Resolving": {
			reason:    "Its reference is about to be resolved.",
			decisions: []Decision{failing("subnet-a", novpc)},
			want:      want{ReasonCreating, "not ready yet: subnet-a"},
		},
		"WithheldAndBlocked": {
			reason:    "The missing fact is more specific than the resource that provides it.",
			decisions: []Decision{{Key: "tag", WaitsFor: []string{"the security group"}, BlockedBy: "cluster"}},
			want:      want{ReasonWaiting, "tag waits for the security group"},
		},
		"Absent": {
			reason:    "A resource that was only observed until now is about to be created.",
			decisions: []Decision{failing("nat", absent)},
			want:      want{ReasonCreating, "not ready yet: nat"},
		},
		"Failing": {
			reason:    "A provider's error is quoted, without line breaks and request IDs.",
			decisions: []Decision{creating("a"), failing("b", "create failed: no,\n RequestID: 1")},
			want:      want{ReasonFailing, "b: create failed: no; not ready yet: a"},
		},
		"FailingMany": {
			reason:    "Of many errors the first are quoted, in the order of the parts.",
			decisions: []Decision{failing("e", "1"), failing("d", "2"), failing("c", "3"), failing("b", "4"), failing("a", "5")},
			want:      want{ReasonFailing, "e: 1; d: 2; c: 3; 2 more fail"},
		},
		"Waiting": {
			reason:    "Withheld resources are named with the fact that they wait for, grouped by fact.",
			decisions: []Decision{ready, withheld("b", "an issuer", "an account"), withheld("c", "an account"), withheld("d", "an account")},
			want:      want{ReasonWaiting, "b waits for an issuer and an account; c, d wait for an account"},
		},
		"WaitingMany": {
			reason:    "The list of facts is limited.",
			decisions: []Decision{withheld("a", "1"), withheld("b", "2"), withheld("c", "3"), withheld("d", "4"), withheld("e", "5")},
			want:      want{ReasonWaiting, "a waits for 1; b waits for 2; c waits for 3; others wait for 2 more reasons"},
		},
		"ObserveOnly": {
			reason:    "An external resource that is only observed and doesn't exist isn't a failure: it waits.",
			decisions: []Decision{observeOnly("nat", "the internet gateway")},
			want:      want{ReasonWaiting, "nat waits for the internet gateway"},
		},
		"RetainedAndFailing": {
			reason:    "A retained resource exists, so its provider's error matters more than the missing fact.",
			decisions: []Decision{{Key: "a", Desired: &structpb.Struct{}, Exists: true, Retained: true, Why: "no", WaitsFor: []string{"an account"}}},
			want:      want{ReasonFailing, "a: no"},
		},
		"RetainedAndReady": {
			reason:    "A retained resource that works is ready.",
			decisions: []Decision{{Key: "a", Desired: &structpb.Struct{}, Exists: true, Retained: true, Ready: true, WaitsFor: []string{"an account"}}},
			want:      want{reason: ReasonAvailable},
		},
		"All": {
			reason:    "Errors come first, and waiting resources last.",
			decisions: []Decision{withheld("a", "an issuer"), creating("b"), blocked("c", "b", novpc), failing("d", "no")},
			want:      want{ReasonFailing, "d: no; not ready yet: b; a waits for an issuer; c waits for b"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := &Assembly{Parts: []PartDecision{{Part: Part{Name: "Network"}, Decisions: tc.decisions}}}
			w := object.Condition{Type: "NetworkReady", Status: metav1.ConditionFalse, Reason: tc.want.reason, Message: tc.want.message}
			if w.Message == "" {
				w.Status = metav1.ConditionTrue
			}
			if diff := cmp.Diff([]object.Condition{w}, a.Conditions(object.Object{})); diff != "" {
				t.Errorf("\n%s\nConditions(...): -want, +got:\n%s", tc.reason, diff)
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

func TestConditionsOfEmptyParts(t *testing.T) {
	a := &Assembly{Parts: []PartDecision{{Part: Part{Name: "Network"}}}}
	cases := map[string]struct {
		reason string
		xr     object.Object
		want   []object.Condition
	}{
		"Never": {
			reason: "A part that was never requested has no condition.",
			want:   []object.Condition{},
		},
		"Once": {
			reason: "The last condition of a removed part must not stay.",
			xr:     withConditions(t, object.Condition{Type: "NetworkReady", Status: "False", Reason: ReasonFailing, Message: "no"}),
			want:   []object.Condition{{Type: "NetworkReady", Status: "True", Reason: ReasonNotRequested}},
		},
		"Others": {
			reason: "Conditions of other types don't concern the part.",
			xr:     withConditions(t, object.Condition{Type: "Ready", Status: "True"}),
			want:   []object.Condition{},
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
