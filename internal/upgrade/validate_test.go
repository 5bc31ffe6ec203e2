package upgrade

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/layout"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
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
			if errs := Validate(claim.Claim{Spec: v1alpha1.SeafarerClusterSpec{KubernetesVersion: tc.args.version}}, tc.args.is); len(errs) > 0 {
				got = errs.ToAggregate().Error()
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestSubnets(t *testing.T) {
	type want struct {
		err, warning string
	}
	exists := facts.Read(claim.Claim{Region: region(t)}, existing(t, `{"status": {"network": {"zones": [{"zone": "euw3-az1"}]}}}`), object.Composed{})
	cases := map[string]struct {
		reason string
		spec   v1alpha1.NetworkSpec
		is     facts.Facts
		want   want
	}{
		"Enough": {reason: "The smallest subnets for nodes.", spec: v1alpha1.NetworkSpec{CIDR: "10.0.0.0/22"}},
		"SmallVPC": {
			reason: "The VPC is too small.",
			spec:   v1alpha1.NetworkSpec{CIDR: "10.0.0.0/23"},
			want:   want{err: `spec.network.cidr: Invalid value: "10.0.0.0/23": private subnets of /27 have 27 addresses each, too few for nodes and their pods: set a block of /22 or larger`},
		},
		"SmallSubnets": {
			reason: "The subnets are too small.",
			spec:   v1alpha1.NetworkSpec{CIDR: "10.0.0.0/16", SubnetPrefixLength: new(int32(28))},
			want:   want{err: `spec.network.subnetPrefixLength: Invalid value: 28: private subnets of /28 have 11 addresses each, too few for nodes and their pods: set 26 or less`},
		},
		"Existing": {
			reason: "Existing subnets stay, and a person reads why they are too small.",
			spec:   v1alpha1.NetworkSpec{CIDR: "10.0.0.0/24"},
			is:     exists,
			want:   want{warning: "spec.network: private subnets of /28 have 11 addresses each, too few for nodes and their pods: AWS cannot resize them; for more, create a new SeafarerCluster"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := claim.Claim{Spec: v1alpha1.SeafarerClusterSpec{KubernetesVersion: "1.36", Network: tc.spec}, Region: region(t)}
			c.Zones, _ = layout.Of(c.Region, tc.spec)
			var got want
			for _, err := range Validate(c, tc.is) {
				got.err += err.Error()
			}
			for _, w := range Warnings(c, tc.is) {
				got.warning += w.String()
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func region(t *testing.T) aws.Region {
	t.Helper()
	r, ok := aws.LookupRegion("eu-west-3")
	if !ok {
		t.Fatal("there is no region eu-west-3")
	}
	return r
}
