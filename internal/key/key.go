// Package key has the keys of composed resources. A key identifies a composed resource
// forever: Crossplane deletes the resource whose key a function stops desiring.
//
// A name that people choose is always the end of a key, after a prefix that no other key
// begins with. So two resources never share a key, and no code parses one.
package key

import "strings"

// A Key of a composed resource, in kebab-case.
type Key string

// Keys of resources that a platform has once.
const (
	VPC                  Key = "vpc"
	DefaultSecurityGroup Key = "default-security-group"
	InternetGateway      Key = "internet-gateway"
	PublicRouteTable     Key = "route-table-public"
	PublicRoute          Key = "route-public"

	Cluster          Key = "cluster"
	ClusterRole      Key = "cluster-role"
	ClusterDiscovery Key = "cluster-security-group-discovery"
	LogGroup         Key = "log-group"
	SecretsKey       Key = "secrets-key"
	SecretsKeyAlias  Key = "secrets-key-alias"
	OIDCProvider     Key = "oidc-provider"

	ClusterAuth              Key = "cluster-auth"
	HelmProviderConfig       Key = "helm-provider-config"
	KubernetesProviderConfig Key = "kubernetes-provider-config"
	Kubeconfig               Key = "kubeconfig"
	ArgoCDCluster            Key = "argocd-cluster"

	KarpenterCRDs        Key = "karpenter-crd"
	Karpenter            Key = "karpenter"
	KarpenterRole        Key = "karpenter-role"
	KarpenterAssociation Key = "karpenter-pod-identity"
	KarpenterNodeRole    Key = "karpenter-node-role"
	KarpenterNodeAccess  Key = "karpenter-node-access"
	KarpenterQueue       Key = "karpenter-queue"
	KarpenterQueuePolicy Key = "karpenter-queue-policy"

	FargateLogging          Key = "fargate-logging"
	FargateLoggingNamespace Key = "fargate-logging-namespace"
)

// Keys of the objects that own a platform. They are not composed: Usages guard them.
const (
	Claim     Key = "claim"
	Composite Key = "composite"
)

// System is the name of the node group of the system nodes.
const System = "system"

// PrivateSubnet of a zone, by the zone's id or name, as are the keys that follow.
func PrivateSubnet(zone string) Key { return Key("subnet-private-" + zone) }

// PublicSubnet of a zone.
func PublicSubnet(zone string) Key { return Key("subnet-public-" + zone) }

// NATGateway of a zone.
func NATGateway(zone string) Key { return Key("nat-gateway-" + zone) }

// NATAddress of a zone's NAT gateway.
func NATAddress(zone string) Key { return Key("nat-address-" + zone) }

// PrivateRouteTable of a zone.
func PrivateRouteTable(zone string) Key { return Key("route-table-private-" + zone) }

// NATRoute from a zone's private subnet to a NAT gateway.
func NATRoute(zone string) Key { return Key("route-nat-" + zone) }

// Association of a subnet with its route table.
func Association(subnet Key) Key { return "association-" + subnet }

// OfZone are the keys of all resources that a zone may have.
func OfZone(zone string) []Key {
	private, public := PrivateSubnet(zone), PublicSubnet(zone)
	return []Key{
		private, public, Association(private), Association(public),
		PrivateRouteTable(zone), NATRoute(zone), NATGateway(zone), NATAddress(zone),
	}
}

// NodeGroup by its name.
func NodeGroup(name string) Key { return Key("node-group-" + name) }

// NodeRole is the IAM role of a node group's nodes.
func NodeRole(name string) Key { return Key("node-role-" + name) }

// LaunchTemplate of a node group.
func LaunchTemplate(name string) Key { return Key("launch-template-" + name) }

// Addon by its name in EKS.
func Addon(name string) Key { return Key("addon-" + name) }

// AddonRole is the IAM role that an add-on's pods assume.
func AddonRole(addon string) Key { return Key("role-addon-" + addon) }

// Attachment of a policy to a role. Names of policies that AWS manages have no hyphen,
// and the name of the role is the end of the key.
func Attachment(policy string, role Key) Key {
	return Key("attachment-"+strings.ToLower(policy)+"-") + role
}

// NodeClass of Karpenter, by its name.
func NodeClass(name string) Key { return Key("node-class-" + name) }

// NodePool of Karpenter, by its name.
func NodePool(name string) Key { return Key("node-pool-" + name) }

// KarpenterPolicy of the controller's role, by a fixed name, as are the keys that follow.
func KarpenterPolicy(name string) Key { return Key("karpenter-policy-" + name) }

// KarpenterPolicyAttachment of a policy to the controller's role.
func KarpenterPolicyAttachment(name string) Key { return KarpenterPolicy(name) + "-attachment" }

// KarpenterRule of EventBridge.
func KarpenterRule(name string) Key { return Key("karpenter-rule-" + name) }

// KarpenterTarget of a rule.
func KarpenterTarget(name string) Key { return KarpenterRule(name) + "-target" }

// AccessEntry of a principal, by a hash of its ARN: an ARN is no legal part of a name,
// and its place in a list is no identity.
func AccessEntry(hash string) Key { return Key("access-" + hash) }

// ProviderAccess is the access entry of the provider's own identity.
const ProviderAccess Key = "access-provider"

// AccessPolicy is the association of an access policy with an access entry.
func AccessPolicy(entry Key) Key { return entry + "-admin" }

// Usage of a resource by another, or a guard of the resource if by is empty. No other
// key has a dot.
func Usage(of, by Key) Key {
	if by == "" {
		return "usage-" + of
	}
	return "usage-" + of + "." + by
}
