package karpenter

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

func TestWarnings(t *testing.T) {
	cases := map[string]struct {
		reason string
		key    string
		values []string
		want   []string
	}{
		"Families":     {reason: "Known families are fine.", key: "karpenter.k8s.aws/instance-family", values: []string{"m7i", "c8gn"}},
		"Types":        {reason: "Types of known families are fine.", key: "node.kubernetes.io/instance-type", values: []string{"m7i.large"}},
		"OtherLabels":  {reason: "Values of other labels may be anything.", key: "example.org/team", values: []string{"m7ii"}},
		"WrongFamily":  {reason: "No node has a family that doesn't exist.", key: "karpenter.k8s.aws/instance-family", values: []string{"m7i", "c7ii"}, want: []string{`spec.karpenter.nodePools[1].requirements[0].values[1]: unknown EC2 instance family "c7ii": did you mean "c7i"?`}},
		"WrongType":    {reason: "No node has a type of such a family.", key: "node.kubernetes.io/instance-type", values: []string{"c7ii.large"}, want: []string{`spec.karpenter.nodePools[1].requirements[0].values[0]: unknown EC2 instance family "c7ii": did you mean "c7i"?`}},
		"FamilyNoType": {reason: "A type where a family is required is none.", key: "karpenter.k8s.aws/instance-family", values: []string{"c7i.large"}, want: []string{`spec.karpenter.nodePools[1].requirements[0].values[0]: unknown EC2 instance family "c7i.large": check its spelling`}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var c claim.Claim
			c.Spec.Karpenter.NodePools = []v1alpha1.NodePoolSpec{{Name: "a"}, {Name: "b", Requirements: []v1alpha1.Requirement{{Key: tc.key, Operator: "In", Values: tc.values}}}}
			var got []string
			for _, w := range Warnings(c) {
				got = append(got, w.String())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nWarnings(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestWarningsOfZones(t *testing.T) {
	network := v1alpha1.NetworkSpec{CIDR: "10.0.0.0/16", Zones: []string{"euw3-az1", "euw3-az2"}}
	cases := map[string]struct {
		reason      string
		requirement v1alpha1.Requirement
		want        []string
	}{
		"Inside":     {reason: "The network has the zones.", requirement: v1alpha1.Requirement{Key: labelZoneID, Operator: "In", Values: []string{"euw3-az2"}}},
		"Outside":    {reason: "Nodes are in the other zone only.", requirement: v1alpha1.Requirement{Key: labelZoneID, Operator: "In", Values: []string{"euw3-az1", "euw3-az3"}}, want: []string{`spec.karpenter.nodePools[0].requirements[0].values[1]: the platform's network has no zone "euw3-az3", so Karpenter launches no node there: leave it out, or add the zone to spec.network`}},
		"Excluded":   {reason: "A zone that is excluded anyway changes nothing.", requirement: v1alpha1.Requirement{Key: labelZoneID, Operator: "NotIn", Values: []string{"euw3-az3"}}},
		"OtherLabel": {reason: "Other labels are no zones.", requirement: v1alpha1.Requirement{Key: "example.org/zone", Operator: "In", Values: []string{"north"}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := changed(func(c *claim.Claim) {
				c.Spec.Network = network
				c.Spec.Karpenter.NodePools[0].Requirements = []v1alpha1.Requirement{tc.requirement}
			})
			var got []string
			for _, w := range Warnings(c) {
				got = append(got, w.String())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nWarnings(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
