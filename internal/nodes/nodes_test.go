package nodes

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

func TestWarnings(t *testing.T) {
	const few = " takes 4 pods unless the VPC CNI assigns prefixes, and the add-ons run 4 on each node: CoreDNS and Karpenter will be Pending: use a larger type, such as t3.medium"
	cases := map[string]struct {
		reason string
		types  []string
		want   []string
	}{
		"Usual":  {reason: "Types of known families with room for pods are fine.", types: []string{"t3.medium", "t3.small", "m7i-flex.large", "u7i-12tb.224xlarge"}},
		"Nano":   {reason: "A node with room for the DaemonSets alone runs nothing else.", types: []string{"t3.medium", "t3.nano", "t4g.micro"}, want: []string{"spec.systemNodes.instanceTypes[1]: a t3.nano" + few, "spec.systemNodes.instanceTypes[2]: a t4g.micro" + few}},
		"Typo":   {reason: "A family that doesn't exist may be new, or a typo.", types: []string{"m7ii.large"}, want: []string{`spec.systemNodes.instanceTypes[0]: unknown EC2 instance family "m7ii": did you mean "m7i"?`}},
		"Future": {reason: "A family that resembles none may be new.", types: []string{"quantum1.large"}, want: []string{`spec.systemNodes.instanceTypes[0]: unknown EC2 instance family "quantum1": check its spelling`}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var c claim.Claim
			c.Spec.SystemNodes.InstanceTypes = tc.types
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
