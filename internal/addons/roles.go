package addons

import (
	"path"
	"slices"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/iamrole"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// A role of an add-on that calls AWS.
type role struct {
	addon string

	// name is the end of the role's name in AWS, and title its description.
	name, title string

	// serviceAccount of the pods that call AWS, in kube-system.
	serviceAccount string

	// policy that AWS manages, by path and name, and the former one that platforms were
	// created with, or empty.
	policy, former string
}

// roles of add-ons: each row becomes a role of the add-on.
var roles = []role{
	{addon: "vpc-cni", name: "vpc-cni", title: "VPC CNI", serviceAccount: "aws-node", policy: "AmazonEKS_CNI_Policy"},
	// The second version is limited to volumes and snapshots with the tag that the driver
	// puts on its own: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverPolicyV2.html
	{addon: claim.EBSCSIDriver, name: "ebs-csi", title: "EBS CSI driver", serviceAccount: "ebs-csi-controller-sa", policy: "AmazonEBSCSIDriverPolicyV2", former: "service-role/AmazonEBSCSIDriverPolicy"},
}

// roleOf an add-on, if it has one.
func roleOf(addon string) (role, bool) {
	i := slices.IndexFunc(roles, func(r role) bool { return r.addon == addon })
	if i < 0 {
		return role{}, false
	}
	return roles[i], true
}

// awsName is the name of the role in AWS.
func (r role) awsName(p platform.Plan) string { return p.GlobalName(aws.LimitRole, r.name) }

// policies of the role. What is attached stays: volumes that a driver with the former policy
// uses may lack the tag.
func (r role) policies(p platform.Plan) []string {
	if !isEarlier(p, r.addon) {
		return []string{r.policy}
	}
	if r.isAttached(p, r.policy) {
		return []string{r.former, r.policy}
	}
	return []string{r.former}
}

// isEarlier reports whether a platform was created when an add-on had its former policy. The
// attachment exists from the first pass on, and no edit of an object changes that.
func isEarlier(p platform.Plan, addon string) bool {
	r, ok := roleOf(addon)
	return ok && r.former != "" && r.isAttached(p, r.former)
}

// isAttached reports whether the attachment of a policy exists, or its Usage.
func (r role) isAttached(p platform.Plan, policy string) bool {
	k := key.Attachment(path.Base(policy), key.AddonRole(r.addon))
	return p.Exists(k) || p.Exists(key.Usage(k, key.Karpenter))
}

// Roles of add-ons. A node is deleted only once its volumes are detached and the addresses of
// its pods are released, which the add-ons do with their roles.
func Roles(p platform.Plan) []compose.Resource {
	var rs []compose.Resource
	for _, r := range roles {
		rs = append(rs, iamrole.Role{
			Key:             key.AddonRole(r.addon),
			Name:            r.awsName(p),
			Description:     r.title + " of " + p.ClusterName,
			Workload:        iamrole.Workload{Namespace: "kube-system", ServiceAccount: r.serviceAccount},
			ManagedPolicies: r.policies(p),
		}.Resources(p)...)
	}
	return compose.AllDeletedAfter(rs, key.Karpenter, "add-ons release nodes that drain with this role")
}
