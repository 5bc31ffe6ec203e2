package addons

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
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

func TestAdmit(t *testing.T) {
	const role = "arn:aws:iam::123456789012:role/a"
	cases := map[string]struct {
		reason   string
		identity v1alpha1.WorkloadIdentity
		addon    map[string]any
		want     []string
	}{
		"New":      {reason: "There is no add-on yet.", identity: v1alpha1.PodIdentity},
		"Same":     {reason: "The add-on has a role for IRSA.", identity: v1alpha1.IRSA, addon: map[string]any{"serviceAccountRoleArn": role}},
		"ToIRSA":   {reason: "The provider can set a role.", identity: v1alpha1.IRSA, addon: map[string]any{"podIdentityAssociation": []any{}}},
		"FromIRSA": {reason: "The provider cannot remove a role.", identity: v1alpha1.PodIdentity, addon: map[string]any{"serviceAccountRoleArn": role}, want: []string{`spec.iam.workloadIdentity: Invalid value: "PodIdentity": the add-ons have roles for IRSA, which provider-aws cannot remove, and would lose their permissions: set it to IRSA, or create a new SeafarerCluster`}},
		"Switched": {reason: "A platform that switched before isn't frozen.", identity: v1alpha1.PodIdentity, addon: map[string]any{"podIdentityAssociation": []any{}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var c claim.Claim
			c.Spec.IAM.WorkloadIdentity = tc.identity
			c.Addons = claim.Addons(c.Spec)
			composed := make(object.Composed)
			if tc.addon != nil {
				s, err := structpb.NewStruct(map[string]any{"metadata": map[string]any{"name": "a"}, "spec": map[string]any{"forProvider": tc.addon}})
				if err != nil {
					t.Fatal(err)
				}
				composed[key.Addon("vpc-cni")] = object.Of(s)
			}
			var got []string
			_, errs := Admit(c, facts.Read(c, object.Of(nil), composed))
			for _, e := range errs {
				got = append(got, e.Error())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nAdmit(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
