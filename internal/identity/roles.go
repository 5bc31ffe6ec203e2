package identity

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws/iam"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// clusterRole is what the control plane acts as, until the end: network interfaces
// and a security group that EKS cannot remove would keep the VPC from going.
// https://docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html
func clusterRole(p platform.Plan) []compose.Resource {
	rs := p.Role(platform.Role{
		Key:         platform.KeyClusterRole,
		Name:        p.ClusterRoleName(),
		Description: "EKS control plane of " + p.Spec.ClusterName,
		Trust:       iam.AssumedByService("eks.amazonaws.com"),
		Managed:     []string{"AmazonEKSClusterPolicy"},
	})
	return compose.Outlive(rs, platform.KeyCluster, "EKS removes what it made in the VPC with this role")
}

// systemNodeRole is what the system nodes act as. The VPC CNI has a role of its
// own, so nodes need none of its rights. Without their role, nodes leave the
// cluster, and EKS calls the node group degraded:
// https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
func systemNodeRole(p platform.Plan) []compose.Resource {
	rs := p.Role(platform.Role{
		Key:         platform.KeySystemNodeRole,
		Name:        p.SystemNodeRoleName(),
		Description: "System nodes of " + p.Spec.ClusterName,
		Trust:       iam.AssumedByService(aws.EC2Principal(p.Partition)),
		Managed:     platform.NodePolicies(),
	})
	return compose.Outlive(rs, platform.KeySystemNodeGroup, "the system nodes are part of the cluster by this role")
}

// addonRoles are what add-ons that call AWS act as. A node is gone only once its
// volumes are detached and its pods' addresses are given back.
func addonRoles(p platform.Plan) []compose.Resource {
	rs := p.WorkloadRole(platform.Workload{Namespace: "kube-system", ServiceAccount: "aws-node"}, platform.Role{
		Key:         platform.KeyVPCCNIRole,
		Name:        p.VPCCNIRoleName(),
		Description: "VPC CNI of " + p.Spec.ClusterName,
		Managed:     []string{"AmazonEKS_CNI_Policy"},
	})
	rs = append(rs, p.WorkloadRole(platform.Workload{Namespace: "kube-system", ServiceAccount: "ebs-csi-controller-sa"}, platform.Role{
		Key:         platform.KeyEBSCSIRole,
		Name:        p.EBSCSIRoleName(),
		Description: "EBS CSI driver of " + p.Spec.ClusterName,
		Managed:     []string{"service-role/AmazonEBSCSIDriverPolicy"},
	})...)
	return compose.Outlive(rs, platform.KeyKarpenterRelease, "add-ons let go of nodes that drain with this role")
}
