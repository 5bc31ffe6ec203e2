package addons

import (
	"slices"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
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

	// policy that AWS manages, by path and name.
	policy string
}

// roles of add-ons: each row becomes a role of the add-on.
var roles = []role{
	{addon: "vpc-cni", name: "vpc-cni", title: "VPC CNI", serviceAccount: "aws-node", policy: "AmazonEKS_CNI_Policy"},
	{addon: "aws-ebs-csi-driver", name: "ebs-csi", title: "EBS CSI driver", serviceAccount: "ebs-csi-controller-sa", policy: "service-role/AmazonEBSCSIDriverPolicy"},
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
			ManagedPolicies: []string{r.policy},
		}.Resources(p)...)
	}
	return compose.AllDeletedAfter(rs, key.Karpenter, "add-ons release nodes that drain with this role")
}
