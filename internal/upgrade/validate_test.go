package upgrade

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
)

func TestValidateVersion(t *testing.T) {
	type args struct {
		version string
		is      facts.Facts
	}
	cases := map[string]struct {
		reason string
		args   args
		want   string
	}{
		"New": {
			reason: "EKS creates no cluster of a version whose extended support has ended.",
			args:   args{version: "1.31"},
			want:   `spec.kubernetesVersion: Invalid value: "1.31": EKS ended extended support for it on 2026-11-26, and creates no cluster of it: set 1.32 or later`,
		},
		"Supported": {reason: "The oldest supported version can be created.", args: args{version: "1.32"}},
		"Observed":  {reason: "A cluster that exists stays valid.", args: args{version: "1.31", is: facts.Facts{Cluster: facts.Cluster{Component: facts.Component{Exists: true}}}}},
		"Recorded":  {reason: "So does one that isn't observed for a while.", args: args{version: "1.31", is: facts.Facts{Cluster: facts.Cluster{Version: "1.31"}}}},
		"Desired":   {reason: "So does one whose version isn't recorded yet.", args: args{version: "1.31", is: facts.Facts{Versions: v1alpha1.VersionsStatus{ControlPlane: "1.31"}}}},
		"Upgraded":  {reason: "EKS upgrades a cluster by itself after extended support, and the claim is then behind.", args: args{version: "1.31", is: facts.Facts{Cluster: facts.Cluster{Version: "1.32"}}}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := ""
			for _, err := range Validate(claim.Claim{Spec: v1alpha1.SeafarerClusterSpec{KubernetesVersion: tc.args.version}}, tc.args.is) {
				got += err.Error()
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
