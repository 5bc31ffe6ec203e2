package addons

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// An addon, and what calls AWS of it, as whom.
type addon struct {
	name string

	// serviceAccount that calls AWS, and the role it acts as.
	serviceAccount string
	role           compose.Key
	roleName       func(p platform.Plan) string
}

// catalog of the add-ons that we know more of than their name.
var catalog = []addon{
	{name: "vpc-cni", serviceAccount: "aws-node", role: platform.KeyVPCCNIRole, roleName: platform.Plan.VPCCNIRoleName},
	{name: "aws-ebs-csi-driver", serviceAccount: "ebs-csi-controller-sa", role: platform.KeyEBSCSIRole, roleName: platform.Plan.EBSCSIRoleName},
}
