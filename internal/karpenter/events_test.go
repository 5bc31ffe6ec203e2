package karpenter

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInterruptionEvents(t *testing.T) {
	type rule struct{ Key, Title, Pattern string }

	want := []rule{
		{"scheduled-change", "ScheduledChange", `{"source":["aws.health"],"detail-type":["AWS Health Event"]}`},
		{"spot-interruption", "SpotInterruption", `{"source":["aws.ec2"],"detail-type":["EC2 Spot Instance Interruption Warning"]}`},
		{"rebalance", "Rebalance", `{"source":["aws.ec2"],"detail-type":["EC2 Instance Rebalance Recommendation"]}`},
		{"instance-state-change", "InstanceStateChange", `{"source":["aws.ec2"],"detail-type":["EC2 Instance State-change Notification"]}`},
		{"capacity-reservation-interruption", "CapacityReservationInterruption", `{"source":["aws.ec2"],"detail-type":["EC2 Capacity Reservation Instance Interruption Warning"]}`},
	}

	got := []rule{}
	for _, r := range interruptionEvents {
		got = append(got, rule{r.key, r.title, r.pattern})
		if n := len(r.description); n == 0 || n > 512 {
			t.Errorf("%s: the description has %d characters, want 1 to 512", r.key, n)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("The rules are those of the official template.\ninterruptionEvents: -want, +got:\n%s", diff)
	}
}
