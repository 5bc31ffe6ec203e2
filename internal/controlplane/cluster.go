package controlplane

import (
	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"
	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// cluster is the EKS cluster:
// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
func cluster(p platform.Plan) compose.Resource {
	s := p.Spec.ControlPlane
	c := &eks.Cluster{ObjectMeta: platform.External(p.Spec.ClusterName), Spec: eks.ClusterSpec{
		ForProvider: eks.ClusterParameters{
			Region:                 new(p.Spec.Region),
			Version:                new(p.Versions.ControlPlane),
			RoleArnRef:             p.Ref(platform.KeyClusterRole),
			AccessConfig:           &eks.AccessConfigParameters{AuthenticationMode: new(s.AuthenticationMode)},
			EnabledClusterLogTypes: logTypes(p),
			DeletionProtection:     new(p.Spec.DeletionProtection),
			UpgradePolicy:          &eks.UpgradePolicyParameters{SupportType: new(s.SupportType)},
			VPCConfig:              vpcConfig(p),
			Tags:                   p.Tags(),
		},
		// What EKS takes when it creates a cluster and never again. Kept out of
		// forProvider, no difference found later can ask for a new cluster.
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
	r := p.AWS(platform.KeyCluster, c).
		Guarded("all that runs in the cluster goes with it: "+p.Instead()).
		Outlives(platform.KeyKarpenterRelease, "Karpenter runs in it").
		Outlives(platform.KeySystemNodeGroup, "EKS deletes no cluster that has a node group").
		Needs(p.Versions.ControlPlane != "", platform.KubernetesVersion, "spec.forProvider.version")
	if ownKey(p) {
		r = r.Refers(platform.KeySecretsKeyAlias).Needs(p.AccountKnown(), platform.AccountID, "spec.initProvider.encryptionConfig")
	}
	return p.Follow(r, "spec.forProvider.vpcConfig.subnetIds", p.ControlPlaneSubnets()...)
}

func vpcConfig(p platform.Plan) *eks.VPCConfigParameters {
	e := p.Spec.ControlPlane.Endpoint
	v := &eks.VPCConfigParameters{
		EndpointPublicAccess:  new(e.PublicAccess),
		EndpointPrivateAccess: new(e.PrivateAccess),
		SubnetIDRefs:          p.Refs(p.ControlPlaneSubnets()...),
	}
	if p.Exists(platform.KeyCluster) {
		v.SubnetIds = p.IDs(p.ControlPlaneSubnets()...)
	}
	for _, c := range e.PublicAccessCIDRs {
		v.PublicAccessCidrs = append(v.PublicAccessCidrs, new(c))
	}
	return v
}

// discoveryTag lets Karpenter find the security group that EKS made for the
// cluster. The group is EKS's: a tag of ours on it, and nothing else of it.
func discoveryTag(p platform.Plan) compose.Resource {
	return p.ClusterBound("cluster-security-group-discovery", &ec2.Tag{Spec: ec2.TagSpec{ForProvider: ec2.TagParameters{
		Region:     new(p.Spec.Region),
		ResourceID: new(p.Facts.ClusterSecurityGroupID),
		Key:        new(platform.DiscoveryTag),
		Value:      new(p.Spec.ClusterName),
	}}}).Needs(p.Facts.ClusterSecurityGroupID != "", compose.Fact{What: "the security group that EKS makes for the cluster", From: platform.KeyCluster}, "spec.forProvider.resourceId")
}
