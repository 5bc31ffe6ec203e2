package identity

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws/iam"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// clusterRole is what the control plane acts as:
// https://docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html
func clusterRole(p platform.Plan) []compose.Resource {
	return p.Role(platform.Role{
		Key:         platform.KeyClusterRole,
		Name:        p.ClusterRoleName(),
		Description: "EKS control plane of " + p.Spec.ClusterName,
		Trust:       iam.AssumedByService("eks.amazonaws.com"),
		Managed:     []string{"AmazonEKSClusterPolicy"},
	})
}

// systemNodeRole is what the system nodes act as. The VPC CNI has a role of its
// own, so nodes need none of its rights:
// https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
func systemNodeRole(p platform.Plan) []compose.Resource {
	return p.Role(platform.Role{
		Key:         platform.KeySystemNodeRole,
		Name:        p.GlobalName(aws.LimitRole, "system-node"),
		Description: "System nodes of " + p.Spec.ClusterName,
		Trust:       iam.AssumedByService(aws.EC2Principal(p.Partition)),
		Managed:     platform.NodePolicies(),
	})
}

// addonRoles are what add-ons that call AWS act as.
func addonRoles(p platform.Plan) []compose.Resource {
	rs := p.WorkloadRole(platform.Workload{Namespace: "kube-system", ServiceAccount: "aws-node"}, platform.Role{
		Key:         platform.KeyVPCCNIRole,
		Name:        p.VPCCNIRoleName(),
		Description: "VPC CNI of " + p.Spec.ClusterName,
		Managed:     []string{"AmazonEKS_CNI_Policy"},
	})
	return append(rs, p.WorkloadRole(platform.Workload{Namespace: "kube-system", ServiceAccount: "ebs-csi-controller-sa"}, platform.Role{
		Key:         platform.KeyEBSCSIRole,
		Name:        p.EBSCSIRoleName(),
		Description: "EBS CSI driver of " + p.Spec.ClusterName,
		Managed:     []string{"service-role/AmazonEBSCSIDriverPolicy"},
	})...)
}
