package karpenter

import (
	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws/iam"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// nodeRole is what the nodes that Karpenter launches act as, and their entry to
// the cluster. EKS makes such entries itself only for its own node groups.
func nodeRole(p platform.Plan) []compose.Resource {
	rs := p.Role(platform.Role{
		Key:         platform.KeyKarpenterNodeRole,
		Name:        p.KarpenterNodeRoleName(),
		Description: "Nodes that Karpenter launches for " + p.Spec.ClusterName,
		Trust:       iam.AssumedByService(aws.EC2Principal(p.Partition)),
		Managed:     platform.NodePolicies(),
	})
	return append(rs, p.ClusterBound("karpenter-node-access", &eks.AccessEntry{Spec: eks.AccessEntrySpec{ForProvider: eks.AccessEntryParameters{
		Region:                  new(p.Spec.Region),
		ClusterNameRef:          p.Ref(platform.KeyCluster),
		PrincipalArnFromRoleRef: p.Ref(platform.KeyKarpenterNodeRole),
		Type:                    new("EC2_LINUX"),
		Tags:                    p.Tags(),
	}}}))
}
