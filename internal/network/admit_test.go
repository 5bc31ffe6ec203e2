package network

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// existing resource without anything but a name.
func existing(t *testing.T) object.Object {
	t.Helper()
	s, err := structpb.NewStruct(map[string]any{"metadata": map[string]any{"name": "a"}})
	if err != nil {
		t.Fatal(err)
	}
	return object.Of(s)
}

func TestAdmit(t *testing.T) {
	const (
		warning = "spec.network.natGateway: without NAT gateways nodes need VPC endpoints or routes that the platform doesn't manage: set it to Single or PerZone unless they exist"
		refused = `spec.network.natGateway: Invalid value: "None": nodes would reach neither AWS nor registries of images, because the platform has no VPC endpoints: set it to Single or PerZone`
		arn     = "arn:aws:eks:eu-west-3:123456789012:cluster/a"
	)
	type args struct {
		mode   v1alpha1.NATGatewayMode
		exists []key.Key
		status map[string]any
	}
	type want struct{ warnings, errs []string }
	cases := map[string]struct {
		reason string
		args   args
		want   want
	}{
		"Single":     {reason: "A NAT gateway is a way out.", args: args{mode: v1alpha1.NATSingle}},
		"New":        {reason: "Nodes of a new platform would never join.", args: args{mode: v1alpha1.NATNone}, want: want{errs: []string{refused}}},
		"Exists":     {reason: "A platform that exists without a NAT gateway has another way.", args: args{mode: v1alpha1.NATNone, exists: []key.Key{key.Cluster}}, want: want{warnings: []string{warning}}},
		"Unobserved": {reason: "A cluster that isn't observed for a while still exists.", args: args{mode: v1alpha1.NATNone, status: map[string]any{"cluster": map[string]any{"arn": arn}}}, want: want{warnings: []string{warning}}},
		"Removed":    {reason: "Nodes that exist need their NAT gateway.", args: args{mode: v1alpha1.NATNone, exists: []key.Key{key.Cluster, key.NATGateway("euw3-az2")}}, want: want{errs: []string{refused}}},
		"RemovedBy":  {reason: "A network may have zones by name.", args: args{mode: v1alpha1.NATNone, exists: []key.Key{key.Cluster, key.NATGateway("eu-west-3b")}}, want: want{errs: []string{refused}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := claim.Claim{Spec: v1alpha1.SeafarerClusterSpec{Region: "eu-west-3", Network: v1alpha1.NetworkSpec{NATGateway: tc.args.mode}}}
			c.Region, _ = aws.LookupRegion(c.Spec.Region)
			composed := make(object.Composed)
			for _, k := range tc.args.exists {
				composed[k] = existing(t)
			}
			xr, err := structpb.NewStruct(map[string]any{"status": tc.args.status})
			if err != nil {
				t.Fatal(err)
			}
			var got want
			ws, errs := Admit(c, facts.Read(c, object.Of(xr), composed))
			for _, w := range ws {
				got.warnings = append(got.warnings, w.String())
			}
			for _, e := range errs {
				got.errs = append(got.errs, e.Error())
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nAdmit(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
