package addons

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

func TestWarnings(t *testing.T) {
	cases := map[string]struct {
		reason string
		name   string
		want   []string
	}{
		"AWS":         {reason: "AWS publishes it.", name: "aws-efs-csi-driver"},
		"Community":   {reason: "EKS publishes it for the community.", name: "cert-manager"},
		"Marketplace": {reason: "The AWS Marketplace has add-ons that no page lists.", name: "kubecost_kubecost"},
		"Typo":        {reason: "A name that EKS doesn't publish is probably a typo.", name: "core-dns", want: []string{`spec.addons[1].name: unknown EKS add-on "core-dns": did you mean "coredns"?`}},
		"NoAddOn":     {reason: "Not every component is an add-on of EKS.", name: "cluster-autoscaler", want: []string{`spec.addons[1].name: unknown EKS add-on "cluster-autoscaler": check its spelling`}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var c claim.Claim
			c.Spec.Addons = []v1alpha1.AddonSpec{{Name: "coredns"}, {Name: tc.name}}
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
