// Package platform makes resources for domains: a Plan carries the values that domains share,
// and gives each resource its name, references, policies and provider configuration.
package platform

import (
	"maps"
	"strings"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/layout"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/upgrade"
)

// A Plan has the values that domains share. Besides it, a domain gets its own section of
// the spec.
type Plan struct {
	// Owner is the name of the claim, or of a composite resource without one, and
	// Namespace that of all composed resources.
	Owner, Namespace string

	// ClusterName is the name of the EKS cluster.
	ClusterName string

	// Region of AWS, such as eu-west-3, and its Partition, such as aws-cn.
	Region, Partition string

	// WorkloadIdentity is how pods get the credentials of an IAM role.
	WorkloadIdentity v1alpha1.WorkloadIdentity

	// Zones of the platform, in the order of their subnets, and those in which the
	// control plane has a subnet.
	Zones, ControlPlaneZones []layout.Zone

	// SecretsEncryption of the cluster.
	SecretsEncryption v1alpha1.SecretsEncryptionSpec

	// Fences of the platform team.
	Fences v1beta1.Fences

	// Facts that are known.
	Facts facts.Facts

	// Versions to desire now. Unknown ones are empty.
	Versions v1alpha1.VersionsStatus

	// DeletionProtection of the claim.
	DeletionProtection bool

	upgrade upgrade.Upgrade
	tags    map[string]string
	ownerID string
}

// New plan of what is requested and what is known.
func New(c claim.Claim, f facts.Facts, u upgrade.Upgrade, p upgrade.Pinned) Plan {
	return Plan{
		Owner:              c.Owner,
		Namespace:          c.Namespace,
		ClusterName:        c.ClusterName,
		Region:             c.Spec.Region,
		Partition:          c.Region.Partition,
		WorkloadIdentity:   c.Spec.IAM.WorkloadIdentity,
		Zones:              p.Zones,
		ControlPlaneZones:  p.ControlPlaneZones,
		SecretsEncryption:  p.SecretsEncryption,
		Fences:             c.Fences,
		Facts:              f,
		Versions:           u.Versions(),
		DeletionProtection: c.Spec.DeletionProtection,
		upgrade:            u,
		tags:               c.Spec.Tags,
		ownerID:            c.OwnerID(),
	}
}

// NodesVersion is the version of Kubernetes of the system nodes to desire now, or empty.
func (p Plan) NodesVersion() string { return upgrade.NodeGroup(p.Versions, key.System) }

// AddonVersion is the version of an add-on, or empty to leave the choice to EKS, and whether
// it's known.
func (p Plan) AddonVersion(a v1alpha1.AddonSpec) (version string, known bool) {
	return p.upgrade.Addon(a)
}

// AccountKnown reports whether the id of the AWS account is known.
func (p Plan) AccountKnown() bool { return p.Facts.AccountID != "" }

// ARN of a resource in a region, or with no region of a global one. It's wrong while
// AccountKnown is false: what contains it needs the fact AccountID.
func (p Plan) ARN(service, region, resource string) string {
	return aws.ARN{Partition: p.Partition, Service: service, Region: region, Account: p.Facts.AccountID, Resource: resource}.String()
}

// RoleARN of an IAM role of the account, by name.
func (p Plan) RoleARN(name string) string { return p.ARN("iam", "", "role/"+name) }

// OIDCIssuer of the cluster, as IAM spells it: without a scheme.
func (p Plan) OIDCIssuer() string {
	return strings.TrimPrefix(p.Facts.Cluster.OIDCIssuer, "https://")
}

// OIDCProviderARN of the cluster's OIDC issuer in IAM.
func (p Plan) OIDCProviderARN() string { return p.ARN("iam", "", "oidc-provider/"+p.OIDCIssuer()) }

// GlobalName of a resource whose names all regions of an account share.
func (p Plan) GlobalName(l aws.Limit, suffix string) string {
	return aws.GlobalName(l, p.ClusterName, p.Region, suffix)
}

// Tags of an AWS resource that launches no nodes: those of the claim, of the platform team,
// those given, and the owner's.
func (p Plan) Tags(more ...map[string]string) map[string]*string {
	return pointers(p.NodeTags(append(more, map[string]string{claim.OwnerTag: p.ownerID})...))
}

// LaunchTags are the tags of an AWS resource that launches nodes. They lack the owner's,
// because a new tag there replaces the nodes of a platform that is older than the tag.
func (p Plan) LaunchTags(more ...map[string]string) map[string]*string {
	return pointers(p.NodeTags(more...))
}

func pointers(values map[string]string) map[string]*string {
	t := make(map[string]*string, len(values))
	for k, v := range values {
		t[k] = new(v)
	}
	return t
}

// NodeTags are LaunchTags as plain values.
func (p Plan) NodeTags(more ...map[string]string) map[string]string {
	t := make(map[string]string)
	for _, m := range append([]map[string]string{p.tags, p.Fences.Tags}, more...) {
		maps.Copy(t, m)
	}
	return t
}

// NameTag of a resource that has no other name: the console of EC2 shows it.
func (p Plan) NameTag(suffix string) map[string]string {
	return map[string]string{"Name": p.ClusterName + "-" + suffix}
}

// DiscoveryTag is the key of the tag by which Karpenter finds subnets and security groups.
const DiscoveryTag = "karpenter.sh/discovery"

// Discovery is the tag by which Karpenter finds subnets and security groups.
func (p Plan) Discovery() map[string]string {
	return map[string]string{DiscoveryTag: p.ClusterName}
}

// SystemNodeLabel is a label of the nodes on which Karpenter runs.
const SystemNodeLabel = "platform.seafarer.cloud/system"

// SystemTaint is the key of the taint, with the value true, that the nodes on which Karpenter
// runs may have.
const SystemTaint = "CriticalAddonsOnly"

// PrivateSubnets by key, one in each zone of the claim.
func (p Plan) PrivateSubnets() []key.Key {
	ks := make([]key.Key, 0, len(p.Zones))
	for _, z := range p.Zones {
		if !z.Retained {
			ks = append(ks, key.PrivateSubnet(z.Label))
		}
	}
	return ks
}

// ControlPlaneSubnets by key.
func (p Plan) ControlPlaneSubnets() []key.Key {
	ks := make([]key.Key, 0, len(p.ControlPlaneZones))
	for _, z := range p.ControlPlaneZones {
		ks = append(ks, key.PrivateSubnet(z.Label))
	}
	return ks
}

// ProviderSecret is the name of the Secret with which the providers reach the cluster: keys
// kubeconfig, endpoint and clusterCA. Its kubeconfig has a token.
func (p Plan) ProviderSecret() string { return p.ObjectName("provider-kubeconfig") }

// DeletionHint is what to do instead of deleting a resource that the platform needs.
func (p Plan) DeletionHint() string {
	if p.DeletionProtection {
		return "set spec.deletionProtection of the SeafarerCluster to false and delete that instead"
	}
	return "delete the SeafarerCluster instead"
}
