package key

import (
	"strings"
	"testing"
)

// chosen are keys that end with a name from the claim, by what they identify.
var chosen = map[string]func(name string) Key{
	"NodeGroup":           NodeGroup,
	"NodeRole":            NodeRole,
	"LaunchTemplate":      LaunchTemplate,
	"Addon":               Addon,
	"AddonRole":           AddonRole,
	"NodeClass":           NodeClass,
	"NodePool":            NodePool,
	"NodeRoleAttachment":  func(name string) Key { return Attachment("AmazonEKSWorkerNodePolicy", NodeRole(name)) },
	"AddonRoleAttachment": func(name string) Key { return Attachment("AmazonEKS_CNI_Policy", AddonRole(name)) },
}

// fixed keys, and those that end with the name of a zone.
var fixed = append([]Key{
	VPC, DefaultSecurityGroup, InternetGateway, PublicRouteTable, PublicRoute,
	Cluster, ClusterRole, ClusterDiscovery, LogGroup, SecretsKey, SecretsKeyAlias, OIDCProvider,
	ClusterAuth, HelmProviderConfig, KubernetesProviderConfig, Kubeconfig, ArgoCDCluster,
	KarpenterCRDs, Karpenter, KarpenterRole, KarpenterAssociation, KarpenterNodeRole, KarpenterNodeAccess, KarpenterQueue, KarpenterQueuePolicy,
	KarpenterPolicy("interruption"), KarpenterPolicyAttachment("interruption"), KarpenterRule("rebalance"), KarpenterTarget("rebalance"),
	FargateLogging, FargateLoggingNamespace, Claim, Composite, ProviderAccess, AccessPolicy(ProviderAccess), AccessEntry("0a1b2c3d"),
	Attachment("AmazonEKSClusterPolicy", ClusterRole), Attachment("AmazonEKSWorkerNodePolicy", KarpenterNodeRole),
}, OfZone("eu-west-3a")...)

// TestNamesPeopleChoose never give two resources the same key. Here the names are suffixes
// of other keys.
func TestNamesPeopleChoose(t *testing.T) {
	names := map[string]bool{"system": true, "eu-west-3a": true, "vpc-cni": true}
	for _, k := range fixed {
		for s := string(k); s != ""; _, s, _ = strings.Cut(s, "-") {
			names[s] = true
		}
	}
	for of := range chosen {
		for s := string(chosen[of]("a")); s != ""; _, s, _ = strings.Cut(s, "-") {
			names[s] = true
		}
	}
	owners := make(map[Key]string)
	for _, k := range fixed {
		owners[k] = "a fixed key"
	}
	for of, k := range chosen {
		for name := range names {
			if other, taken := owners[k(name)]; taken {
				t.Errorf("%s is the key of %s %q and of %s", k(name), of, name, other)
			}
			owners[k(name)] = of + " " + name
		}
	}
	for of, k := range owners {
		if strings.HasPrefix(string(of), "usage-") || strings.Contains(string(of), ".") {
			t.Errorf("%s of %s may be the key of a Usage", of, k)
		}
	}
}
