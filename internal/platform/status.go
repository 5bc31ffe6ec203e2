package platform

import (
	"slices"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

// phaseReady is the phase of a platform that lacks nothing.
const phaseReady = "Ready"

// Status of the platform, as the composite resource and its claim show it.
func (p Plan) Status(a *compose.Assembly) v1alpha1.SeafarerClusterStatus {
	s := v1alpha1.SeafarerClusterStatus{
		Phase:     phaseReady,
		AccountID: p.Facts.AccountID,
		Cluster: v1alpha1.ClusterStatus{
			Name:                     p.Spec.ClusterName,
			ARN:                      p.Facts.ClusterARN,
			Version:                  p.Facts.ClusterVersion,
			Endpoint:                 p.Facts.ClusterEndpoint,
			CertificateAuthorityData: p.Facts.ClusterCertificateAuthority,
			OIDCIssuer:               p.Facts.OIDCIssuer,
			SecurityGroupID:          p.Facts.ClusterSecurityGroupID,
		},
		Network: v1alpha1.NetworkStatus{
			VPCID:             p.Facts.VPCID,
			InternetGatewayID: p.Facts.InternetGatewayID,
			Zones:             p.zonesStatus(),
		},
		Roles:    p.rolesStatus(),
		Queue:    v1alpha1.QueueStatus{Name: p.QueueName(), URL: p.Facts.QueueURL},
		Versions: p.Versions,
		Facts: v1alpha1.Facts{
			SecretsEncryption:      p.encryptionMade,
			SystemNodesVersion:     p.Facts.SystemNodesVersion,
			LaunchTemplateVersion:  p.Facts.LaunchTemplateVersion,
			KarpenterAssociationID: p.Facts.KarpenterAssociationID,
			KarpenterInstalled:     p.Facts.KarpenterInstalled,
		},
	}
	if p.AddressKnown() {
		s.Secrets = p.secretsStatus()
		s.UpdateKubeconfigCommand = "aws eks --region " + p.Spec.Region + " update-kubeconfig --name " + p.Spec.ClusterName
	}
	c := a.Count()
	s.Resources = v1alpha1.ResourcesStatus{Desired: c.Described, Existing: c.Existing, Ready: c.Ready}
	if part, waitsFor := a.Next(); part != "" {
		s.Phase, s.WaitsFor = part, waitsFor
	}
	return s
}

func (p Plan) secretsStatus() v1alpha1.SecretsStatus {
	s := v1alpha1.SecretsStatus{
		Kubeconfig: v1alpha1.SecretReference{Namespace: p.Namespace, Name: p.ObjectName(KeyKubeconfig)},
		Provider:   v1alpha1.SecretReference{Namespace: p.Namespace, Name: p.ProviderSecret()},
	}
	if p.Spec.Access.ArgoCD.Enabled {
		s.ArgoCD = v1alpha1.SecretReference{Namespace: p.Fences.ArgoCD.Namespace, Name: p.ArgoCDSecret()}
	}
	return s
}

func (p Plan) zonesStatus() []v1alpha1.ZoneStatus {
	zs := make([]v1alpha1.ZoneStatus, 0, len(p.Zones))
	nat := p.NATZones()
	for _, z := range p.Zones {
		s := v1alpha1.ZoneStatus{
			Zone:          z.Label,
			PrivateSubnet: v1alpha1.SubnetStatus{ID: z.Facts.PrivateSubnetID, CIDR: z.Private.String()},
			PublicSubnet:  v1alpha1.SubnetStatus{ID: z.Facts.PublicSubnetID, CIDR: z.Public.String()},
		}
		if slices.ContainsFunc(nat, func(n Zone) bool { return n.Label == z.Label }) {
			s.NATAddress = z.Facts.NATAddress
		}
		zs = append(zs, s)
	}
	return zs
}

// rolesStatus tells ARNs once the account is known: they are made of names.
func (p Plan) rolesStatus() v1alpha1.RolesStatus {
	if !p.AccountKnown() {
		return v1alpha1.RolesStatus{}
	}
	return v1alpha1.RolesStatus{
		Cluster:        p.RoleARN(p.ClusterRoleName()),
		SystemNodes:    p.RoleARN(p.SystemNodeRoleName()),
		VPCCNI:         p.RoleARN(p.VPCCNIRoleName()),
		EBSCSI:         p.RoleARN(p.EBSCSIRoleName()),
		Karpenter:      p.RoleARN(p.KarpenterRoleName()),
		KarpenterNodes: p.RoleARN(p.KarpenterNodeRoleName()),
	}
}
