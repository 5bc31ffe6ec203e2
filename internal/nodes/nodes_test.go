package nodes

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
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

func TestArchitecture(t *testing.T) {
	const path = "spec.systemNodes."
	type args struct {
		types   []string
		ami, is string
	}
	type want struct {
		ami  string
		errs []string
	}
	cases := map[string]struct {
		reason string
		args   args
		want   want
	}{
		"AMD64":       {reason: "The AMI follows from the types.", args: args{types: []string{"t3.medium", "m7i.large"}}, want: want{ami: amiAMD64}},
		"ARM64":       {reason: "The AMI follows from the types.", args: args{types: []string{"t4g.medium", "m7g.large"}}, want: want{ami: amiARM64}},
		"Explicit":    {reason: "The claim may repeat what follows.", args: args{types: []string{"t4g.medium"}, ami: amiARM64}, want: want{ami: amiARM64}},
		"Unknown":     {reason: "A family that isn't known decides nothing.", args: args{types: []string{"future1.large"}}, want: want{ami: amiAMD64}},
		"UnknownSet":  {reason: "The claim decides for a family that isn't known.", args: args{types: []string{"future1.large"}, ami: amiARM64}, want: want{ami: amiARM64}},
		"UnknownIs":   {reason: "A group that exists isn't replaced because its family isn't known.", args: args{types: []string{"future1.large"}, is: amiARM64}, want: want{ami: amiARM64}},
		"Changed":     {reason: "Other types need another AMI, and the change is blocked like that of the types.", args: args{types: []string{"t4g.medium"}, is: amiAMD64}, want: want{ami: amiARM64}},
		"SomeUnknown": {reason: "The types that are known decide.", args: args{types: []string{"future1.large", "t4g.medium"}}, want: want{ami: amiARM64}},
		"Mixed": {
			reason: "A group has one AMI.",
			args:   args{types: []string{"t4g.medium", "t3.medium"}, ami: amiARM64},
			want:   want{ami: amiARM64, errs: []string{path + `instanceTypes[1]: Invalid value: "t3.medium": is amd64, and types before it are arm64: a node group has one AMI, so use types of one architecture`}},
		},
		"Wrong": {
			reason: "EKS refuses an AMI of another architecture.",
			args:   args{types: []string{"t4g.medium"}, ami: amiAMD64},
			want:   want{ami: amiAMD64, errs: []string{path + `amiType: Invalid value: "AL2023_x86_64_STANDARD": the instance types are arm64: set it to AL2023_ARM_64_STANDARD, or leave it out`}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := v1alpha1.SystemNodesSpec{InstanceTypes: tc.args.types, AMIType: tc.args.ami}
			got := want{ami: amiType(s, facts.NodeGroup{AMIType: tc.args.is})}
			for _, err := range Validate(claim.Claim{Spec: v1alpha1.SeafarerClusterSpec{SystemNodes: s}}) {
				got.errs = append(got.errs, err.Error())
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestNodeRoleIsNoAdmin(t *testing.T) {
	const role = "arn:aws:iam::123456789012:role/shop-eu-west-3-system-node"
	cases := map[string]struct {
		reason  string
		account string
		admins  []string
		want    []string
	}{
		"Own":     {reason: "EKS has an access entry for it.", account: "123456789012", admins: []string{"arn:aws:iam::123456789012:role/admin", role}, want: []string{`spec.access.admins[1]: Invalid value: "` + role + `": is the role of the platform's nodes, which EKS lets join the cluster and nothing else: use another role`}},
		"Foreign": {reason: "Another account may have a role of that name.", account: "210987654321", admins: []string{role}},
		"User":    {reason: "A user is no role.", account: "123456789012", admins: []string{"arn:aws:iam::123456789012:user/shop-eu-west-3-system-node"}},
		"Unknown": {reason: "The account isn't known yet.", admins: []string{role}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := claim.Claim{ClusterName: "shop", Spec: v1alpha1.SeafarerClusterSpec{Region: "eu-west-3", AccountID: tc.account, Access: v1alpha1.AccessSpec{Admins: tc.admins}}}
			var got []string
			for _, err := range Validate(c) {
				got = append(got, err.Error())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
