package addons

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
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

func TestConfiguration(t *testing.T) {
	type args struct {
		spec  v1alpha1.AddonSpec
		exist []key.Key
	}
	values := func(v string) *apiextensionsv1.JSON { return &apiextensionsv1.JSON{Raw: []byte(v)} }
	cases := map[string]struct {
		reason string
		args   args
		want   string
	}{
		"None":    {reason: "An add-on has no configuration by default.", args: args{spec: v1alpha1.AddonSpec{Name: "coredns"}}},
		"Claimed": {reason: "The claim's configuration has its keys sorted.", args: args{spec: v1alpha1.AddonSpec{Name: "coredns", ConfigurationValues: values(`{"b": 1, "a": 2}`)}}, want: `{"a":2,"b":1}`},
		"Driver":  {reason: "A claim for storage needs a default StorageClass.", args: args{spec: v1alpha1.AddonSpec{Name: "aws-ebs-csi-driver"}}, want: `{"defaultStorageClass":{"enabled":true}}`},
		"Merged": {
			reason: "The claim's configuration is merged with it.",
			args:   args{spec: v1alpha1.AddonSpec{Name: "aws-ebs-csi-driver", ConfigurationValues: values(`{"controller": {"replicaCount": 1}}`)}},
			want:   `{"controller":{"replicaCount":1},"defaultStorageClass":{"enabled":true}}`,
		},
		"Disabled": {
			reason: "The claim's value counts.",
			args:   args{spec: v1alpha1.AddonSpec{Name: "aws-ebs-csi-driver", ConfigurationValues: values(`{"defaultStorageClass": {"enabled": false}}`)}},
			want:   `{"defaultStorageClass":{"enabled":false}}`,
		},
		"Earlier": {
			reason: "An existing platform may have another default StorageClass.",
			args:   args{spec: v1alpha1.AddonSpec{Name: "aws-ebs-csi-driver"}, exist: []key.Key{key.Attachment("AmazonEBSCSIDriverPolicy", key.AddonRole(claim.EBSCSIDriver))}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := configuration(planOf(tc.args.exist), tc.args.spec)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nconfiguration(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestPolicies(t *testing.T) {
	const v1, v2 = "service-role/AmazonEBSCSIDriverPolicy", "AmazonEBSCSIDriverPolicyV2"
	attached := func(name string) key.Key { return key.Attachment(name, key.AddonRole(claim.EBSCSIDriver)) }
	cases := map[string]struct {
		reason string
		addon  string
		exist  []key.Key
		want   []string
	}{
		"CNI":     {reason: "The policy of the VPC CNI has no former one.", addon: "vpc-cni", want: []string{"AmazonEKS_CNI_Policy"}},
		"New":     {reason: "A new driver is limited to its own volumes.", addon: claim.EBSCSIDriver, want: []string{v2}},
		"Since":   {reason: "It stays.", addon: claim.EBSCSIDriver, exist: []key.Key{attached(v2)}, want: []string{v2}},
		"Earlier": {reason: "An existing driver may have volumes without the tag.", addon: claim.EBSCSIDriver, exist: []key.Key{attached("AmazonEBSCSIDriverPolicy")}, want: []string{v1}},
		"Hidden":  {reason: "The attachment isn't observed for a while.", addon: claim.EBSCSIDriver, exist: []key.Key{key.Usage(attached("AmazonEBSCSIDriverPolicy"), key.Karpenter)}, want: []string{v1}},
		"Both":    {reason: "What is attached is never detached.", addon: claim.EBSCSIDriver, exist: []key.Key{attached("AmazonEBSCSIDriverPolicy"), attached(v2)}, want: []string{v1, v2}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r, ok := roleOf(tc.addon)
			if !ok {
				t.Fatalf("%s has no role", tc.addon)
			}
			got := r.policies(planOf(tc.exist))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\npolicies(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// planOf a platform with some resources.
func planOf(exist []key.Key) platform.Plan {
	composed := object.Composed{}
	for _, k := range exist {
		composed[k] = object.Object{}
	}
	return platform.Plan{Facts: facts.Read(claim.Claim{}, object.Object{}, composed)}
}
