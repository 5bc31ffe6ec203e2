package karpenter

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

func TestNodeRoleName(t *testing.T) {
	const account, others = "arn:aws:iam::123456789012:role/", "names that begin with shop-eu-west-3- are for the platform's other roles: use another, or leave it out"
	const admin = "is the role of the platform's nodes, which EKS lets join the cluster and nothing else: use another role"
	type args struct {
		name, provider string
		admins         []string
	}

	cases := map[string]struct {
		reason string
		args   args
		want   []string
	}{
		"Default":      {reason: "The platform names the role."},
		"Own":          {reason: "The claim may repeat the name.", args: args{name: "shop-eu-west-3-karpenter-node"}},
		"Other":        {reason: "The claim may name it.", args: args{name: "company-node", provider: account + "crossplane", admins: []string{account + "admin"}}},
		"OtherRole":    {reason: "Another resource manages that role.", args: args{name: "shop-eu-west-3-karpenter"}, want: []string{`spec.karpenter.nodeRoleName: Invalid value: "shop-eu-west-3-karpenter": ` + others}},
		"Provider":     {reason: "The platform would manage the provider's own role, and delete it.", args: args{name: "crossplane", provider: account + "infra/crossplane"}, want: []string{`spec.karpenter.nodeRoleName: Invalid value: "crossplane": is the role of provider-aws itself, which the platform must not manage: use another, or leave it out`}},
		"Admin":        {reason: "EKS allows one access entry for a role.", args: args{name: "company-node", admins: []string{account + "people/Company-Node"}}, want: []string{`spec.access.admins[0]: Invalid value: "` + account + `people/Company-Node": ` + admin}},
		"DefaultAdmin": {reason: "EKS allows one access entry for a role.", args: args{admins: []string{account + "shop-eu-west-3-karpenter-node"}}, want: []string{`spec.access.admins[0]: Invalid value: "` + account + `shop-eu-west-3-karpenter-node": ` + admin}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := messages(changed(func(c *claim.Claim) {
				c.Spec.AccountID, c.Spec.Access.Admins = "123456789012", tc.args.admins
				c.Spec.Karpenter.NodeRoleName, c.Fences.ProviderPrincipalARN = tc.args.name, tc.args.provider
			}))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
