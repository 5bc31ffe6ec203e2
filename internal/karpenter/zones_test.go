package karpenter

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

func TestZones(t *testing.T) {
	const path = "spec.karpenter.nodePools[0].requirements[0].values: Invalid value: "
	byID := v1alpha1.NetworkSpec{CIDR: "10.0.0.0/16", Zones: []string{"euw3-az1", "euw3-az2"}}
	byName := v1alpha1.NetworkSpec{CIDR: "10.0.0.0/16", Zones: []string{"eu-west-3a", "eu-west-3b"}}
	const ownIDs = "leaves no zone of the platform's network: use topology.k8s.aws/zone-id with some of euw3-az1, euw3-az2"
	const ownNames = "leaves no zone of the platform's network: use topology.kubernetes.io/zone with some of eu-west-3a, eu-west-3b"
	type args struct {
		network     v1alpha1.NetworkSpec
		requirement v1alpha1.Requirement
	}

	cases := map[string]struct {
		reason string
		args   args
		want   []string
	}{
		"OwnID":        {reason: "The network has the zone.", args: args{byID, v1alpha1.Requirement{Key: labelZoneID, Operator: "In", Values: []string{"euw3-az2"}}}},
		"OwnName":      {reason: "The network has the zone.", args: args{byName, v1alpha1.Requirement{Key: labelZone, Operator: "In", Values: []string{"eu-west-3b"}}}},
		"SomeOutside":  {reason: "Karpenter uses those that are left.", args: args{byID, v1alpha1.Requirement{Key: labelZoneID, Operator: "In", Values: []string{"euw3-az2", "euw3-az3"}}}},
		"NameByID":     {reason: "Which zone has the name is only known in the account.", args: args{byID, v1alpha1.Requirement{Key: labelZone, Operator: "In", Values: []string{"eu-west-3c"}}}},
		"IDByName":     {reason: "Which zone has the ID is only known in the account.", args: args{byName, v1alpha1.Requirement{Key: labelZoneID, Operator: "In", Values: []string{"euw3-az3"}}}},
		"NotAll":       {reason: "One zone is left.", args: args{byID, v1alpha1.Requirement{Key: labelZoneID, Operator: "NotIn", Values: []string{"euw3-az1"}}}},
		"OtherLabel":   {reason: "Other labels are no zones.", args: args{byID, v1alpha1.Requirement{Key: "example.org/zone", Operator: "In", Values: []string{"north"}}}},
		"Exists":       {reason: "Each node has a zone.", args: args{byID, v1alpha1.Requirement{Key: labelZoneID, Operator: "Exists"}}},
		"OutsideID":    {reason: "The network has no subnet there.", args: args{byID, v1alpha1.Requirement{Key: labelZoneID, Operator: "In", Values: []string{"euw3-az3"}}}, want: []string{path + `"euw3-az3": ` + ownIDs}},
		"OutsideName":  {reason: "The network has no subnet there.", args: args{byName, v1alpha1.Requirement{Key: labelZone, Operator: "In", Values: []string{"eu-west-3c"}}}, want: []string{path + `"eu-west-3c": ` + ownNames}},
		"OtherRegion":  {reason: "No zone of the region has the name.", args: args{byID, v1alpha1.Requirement{Key: labelZone, Operator: "In", Values: []string{"us-east-1a"}}}, want: []string{path + `"us-east-1a": ` + ownIDs}},
		"OtherID":      {reason: "No zone of the region has the ID.", args: args{byName, v1alpha1.Requirement{Key: labelZoneID, Operator: "In", Values: []string{"use1-az1"}}}, want: []string{path + `"use1-az1": ` + ownNames}},
		"IDAsName":     {reason: "An ID is the value of another label.", args: args{byID, v1alpha1.Requirement{Key: labelZone, Operator: "In", Values: []string{"euw3-az1"}}}, want: []string{path + `"euw3-az1": ` + ownIDs}},
		"AllExcluded":  {reason: "No zone is left.", args: args{byID, v1alpha1.Requirement{Key: labelZoneID, Operator: "NotIn", Values: []string{"euw3-az1", "euw3-az2"}}}, want: []string{path + `"euw3-az1, euw3-az2": ` + ownIDs}},
		"BrokenLayout": {reason: "Package layout reports an unknown zone.", args: args{v1alpha1.NetworkSpec{CIDR: "10.0.0.0/16", Zones: []string{"nowhere"}}, v1alpha1.Requirement{Key: labelZoneID, Operator: "In", Values: []string{"euw3-az1"}}}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := messages(changed(func(c *claim.Claim) {
				c.Spec.Network = tc.args.network
				c.Spec.Karpenter.NodePools[0].Requirements = []v1alpha1.Requirement{tc.args.requirement}
			}))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
