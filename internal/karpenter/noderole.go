package karpenter

import (
	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/iamrole"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// nodeRole of the nodes that Karpenter launches, and their access entry. EKS creates such
// entries itself only for its own node groups.
func nodeRole(p platform.Plan, s v1alpha1.KarpenterSpec) []compose.Resource {
	rs := iamrole.Role{
		Key:             key.KarpenterNodeRole,
		Name:            nodeRoleName(p, s),
		Description:     "Nodes that Karpenter launches for " + p.ClusterName,
		Service:         aws.EC2Principal(p.Partition),
		ManagedPolicies: iamrole.NodePolicies(),
	}.Resources(p)
	return append(rs, p.AWSOrphan(key.KarpenterNodeAccess, &eks.AccessEntry{Spec: eks.AccessEntrySpec{ForProvider: eks.AccessEntryParameters{
		Region:                  new(p.Region),
		ClusterNameRef:          p.Ref(key.Cluster),
		PrincipalArnFromRoleRef: p.Ref(key.KarpenterNodeRole),
		Type:                    new("EC2_LINUX"),
		Tags:                    p.Tags(),
	}}}))
}
