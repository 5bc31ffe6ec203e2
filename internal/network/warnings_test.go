package network

import (
	"strings"
	"testing"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

func TestWarnings(t *testing.T) {
	cases := map[string]struct {
		reason, cidr string
		want         bool
	}{
		"Usual":  {reason: "A private block is fine.", cidr: "10.0.0.0/16"},
		"Docker": {reason: "Hosts that run Docker cannot reach the VPC.", cidr: "172.17.0.0/18", want: true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			ws := Warnings(claim.Claim{Spec: v1alpha1.SeafarerClusterSpec{Network: v1alpha1.NetworkSpec{CIDR: tc.cidr}}})
			if (len(ws) == 1 && strings.HasPrefix(ws[0].String(), "spec.network.cidr: overlaps 172.17.0.0/16")) != tc.want {
				t.Errorf("\n%s\nWarnings(...): got %v", tc.reason, ws)
			}
		})
	}
}
