package addons

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// An addon that we know more of than its name.
type addon struct {
	name string

	// serviceAccount that calls AWS, and the role it acts as.
	serviceAccount string
	role           compose.Key
	roleName       func(p platform.Plan) string
}

// catalog is what every cluster has. The first three run on each node and must be
// there for a node to become ready; EKS has them at hand before the first node.
// The others are pods that wait for a node.
var catalog = []addon{
	{name: "vpc-cni", serviceAccount: "aws-node", role: platform.KeyVPCCNIRole, roleName: platform.Plan.VPCCNIRoleName},
	{name: "kube-proxy"},
	{name: "eks-pod-identity-agent"},
	{name: "coredns"},
	{name: "aws-ebs-csi-driver", serviceAccount: "ebs-csi-controller-sa", role: platform.KeyEBSCSIRole, roleName: platform.Plan.EBSCSIRoleName},
}
