package controlplane

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
)

func TestPublicAccessDefault(t *testing.T) {
	cases := map[string]struct {
		reason   string
		endpoint v1alpha1.EndpointSpec
		want     []string
	}{
		"Set": {
			reason:   "The list of the claim is desired.",
			endpoint: v1alpha1.EndpointSpec{PublicAccess: true, PublicAccessCIDRs: []string{"54.240.193.128/26"}},
			want:     []string{"54.240.193.128/26"},
		},
		"Unset": {
			reason:   "EKS would retain an earlier list, so its default is desired.",
			endpoint: v1alpha1.EndpointSpec{PublicAccess: true},
			want:     []string{"0.0.0.0/0"},
		},
		"Private": {
			reason:   "EKS ignores a list while there is no public access.",
			endpoint: v1alpha1.EndpointSpec{PrivateAccess: true},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, publicAccessCIDRs(tc.endpoint)); diff != "" {
				t.Errorf("\n%s\npublicAccessCIDRs(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
