package controlplane

import (
	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"
	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// cluster is the EKS cluster:
// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
func cluster(p platform.Plan, s v1alpha1.ControlPlaneSpec) compose.Resource {
	c := &eks.Cluster{ObjectMeta: platform.External(p.ClusterName), Spec: eks.ClusterSpec{
		ForProvider: eks.ClusterParameters{
			Region:                 new(p.Region),
			Version:                new(p.Versions.ControlPlane),
			RoleArnRef:             p.Ref(key.ClusterRole),
			AccessConfig:           &eks.AccessConfigParameters{AuthenticationMode: new(s.AuthenticationMode)},
			EnabledClusterLogTypes: logTypes(s.Logging),
			DeletionProtection:     new(p.DeletionProtection),
			UpgradePolicy:          &eks.UpgradePolicyParameters{SupportType: new(s.SupportType)},
			VPCConfig:              vpcConfig(p, s.Endpoint),
			Tags:                   p.Tags(),
		},
		// EKS accepts these fields only when it creates a cluster. In forProvider, a
		// later difference could request a new cluster.
		InitProvider: eks.ClusterInitParameters{
			// Add-ons are installed as EKS add-ons, not by the cluster itself.
			BootstrapSelfManagedAddons: new(false),
			AccessConfig: &eks.AccessConfigInitParameters{
				BootstrapClusterCreatorAdminPermissions: new(p.Fences.ProviderPrincipalARN == ""),
			},
			EncryptionConfig: encryptionConfig(p),
		},
	}}
	if s.ServiceCIDR != "" {
		c.Spec.ForProvider.KubernetesNetworkConfig = &eks.KubernetesNetworkConfigParameters{ServiceIPv4Cidr: new(s.ServiceCIDR)}
	}
	r := p.AWS(key.Cluster, c).
		Guarded("deleting the cluster deletes everything in it: "+p.DeletionHint()).
		DeletedAfter(key.Karpenter, "Karpenter runs in it").
		DeletedAfter(key.NodeGroup(key.System), "EKS deletes no cluster that has a node group").
		Needs(p.Versions.ControlPlane != "", platform.KubernetesVersion, "spec.forProvider.version")
	if ownKey(p) {
		r = r.Refers(key.SecretsKeyAlias).Needs(p.AccountKnown(), platform.AccountID, "spec.initProvider.encryptionConfig")
	}
	return p.Follow(r, "spec.forProvider.vpcConfig.subnetIds", p.ControlPlaneSubnets()...)
}

func vpcConfig(p platform.Plan, e v1alpha1.EndpointSpec) *eks.VPCConfigParameters {
	v := &eks.VPCConfigParameters{
		EndpointPublicAccess:  new(e.PublicAccess),
		EndpointPrivateAccess: new(e.PrivateAccess),
		SubnetIDRefs:          p.Refs(p.ControlPlaneSubnets()...),
	}
	if p.Exists(key.Cluster) {
		v.SubnetIds = p.IDs(p.ControlPlaneSubnets()...)
	}
	for _, c := range publicAccessCIDRs(e) {
		v.PublicAccessCidrs = append(v.PublicAccessCidrs, new(c))
	}
	return v
}

// publicAccessCIDRs of the claim, or else EKS's default: EKS retains a list that is left
// out. While there is no public access, EKS ignores the list.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_VpcConfigRequest.html
func publicAccessCIDRs(e v1alpha1.EndpointSpec) []string {
	if len(e.PublicAccessCIDRs) == 0 && e.PublicAccess {
		return []string{"0.0.0.0/0"}
	}
	return e.PublicAccessCIDRs
}

// discoveryTag lets Karpenter find the security group that EKS created for the cluster.
// EKS manages the group, and the platform only this tag on it.
func discoveryTag(p platform.Plan) compose.Resource {
	return p.AWSOrphan(key.ClusterDiscovery, &ec2.Tag{Spec: ec2.TagSpec{ForProvider: ec2.TagParameters{
		Region:     new(p.Region),
		ResourceID: new(p.Facts.Cluster.SecurityGroupID),
		Key:        new(platform.DiscoveryTag),
		Value:      new(p.ClusterName),
	}}}).Needs(p.Facts.Cluster.SecurityGroupID != "", compose.Fact{What: "the security group that EKS creates for the cluster", From: key.Cluster}, "spec.forProvider.resourceId")
}
