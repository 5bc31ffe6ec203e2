package platform

import "github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"

// GlobalName of something whose names are shared by all regions of an account.
func (p Plan) GlobalName(l aws.Limit, suffix string) string {
	return aws.Name(l, p.Spec.ClusterName, p.Spec.Region, suffix)
}

// ClusterRoleName is the name of the IAM role of the EKS cluster.
func (p Plan) ClusterRoleName() string { return p.GlobalName(aws.LimitRole, "cluster") }

// SystemNodeRoleName is the name of the IAM role of the system nodes.
func (p Plan) SystemNodeRoleName() string { return p.GlobalName(aws.LimitRole, "system-node") }

// VPCCNIRoleName is the name of the IAM role of the VPC CNI add-on.
func (p Plan) VPCCNIRoleName() string { return p.GlobalName(aws.LimitRole, "vpc-cni") }

// EBSCSIRoleName is the name of the IAM role of the EBS CSI driver add-on.
func (p Plan) EBSCSIRoleName() string { return p.GlobalName(aws.LimitRole, "ebs-csi") }

// KarpenterRoleName is the name of the IAM role of Karpenter's controller.
func (p Plan) KarpenterRoleName() string { return p.GlobalName(aws.LimitRole, "karpenter") }

// KarpenterNodeRoleName is the name of the IAM role of the nodes that Karpenter
// launches. EC2NodeClasses refer to it.
func (p Plan) KarpenterNodeRoleName() string {
	if n := p.Spec.Karpenter.NodeRoleName; n != "" {
		return n
	}
	return p.GlobalName(aws.LimitRole, "karpenter-node")
}

// QueueName is the name of Karpenter's interruption queue.
func (p Plan) QueueName() string { return aws.Name(aws.LimitQueue, "Karpenter", p.Spec.ClusterName) }

// ProviderSecret is the name of the Secret that the providers reach the cluster
// with: keys kubeconfig, endpoint and clusterCA. Its kubeconfig holds a token.
func (p Plan) ProviderSecret() string { return p.ObjectName("provider-kubeconfig") }

// ArgoCDSecret is the name of the Secret by which Argo CD knows the cluster. It's
// among those of all namespaces.
func (p Plan) ArgoCDSecret() string {
	if n, ok := p.names[KeyArgoCDCluster]; ok {
		return n
	}
	return aws.ObjectName(p.Namespace+"."+p.Owner, string(KeyArgoCDCluster))
}
