package upgrade

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
)

// Validate what only an existing platform may have.
func Validate(c claim.Claim, f facts.Facts) field.ErrorList {
	return append(validateVersion(c, f), validateSubnets(c, f)...)
}

// Warnings about what only an existing platform may have.
func Warnings(c claim.Claim, f facts.Facts) []claim.Warning {
	if bits := nodeBits(c); bits > maxNodeBits && f.Network.Exists() {
		return []claim.Warning{claim.Warn(field.NewPath("spec", "network"), "%s: AWS cannot resize them; for more, create a new SeafarerCluster", describeSubnets(bits))}
	}
	return nil
}

// maxNodeBits is the longest prefix of a subnet for nodes. A node reserves addresses for
// dozens of pods, and EKS needs some for the control plane:
// https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
const maxNodeBits = 26

// reservedAddresses of each subnet:
// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
const reservedAddresses = 5

// validateSubnets for nodes.
func validateSubnets(c claim.Claim, f facts.Facts) field.ErrorList {
	bits, n, path := nodeBits(c), c.Spec.Network, field.NewPath("spec", "network")
	switch {
	case bits <= maxNodeBits || f.Network.Exists():
		return nil
	case n.SubnetPrefixLength != nil:
		return field.ErrorList{field.Invalid(path.Child("subnetPrefixLength"), bits, fmt.Sprintf("%s: set %d or less", describeSubnets(bits), maxNodeBits))}
	default:
		return field.ErrorList{field.Invalid(path.Child("cidr"), n.CIDR, describeSubnets(bits)+": set a block of /22 or larger")}
	}
}

// nodeBits is the length of the prefixes of subnets for nodes, or zero without any.
func nodeBits(c claim.Claim) int {
	if len(c.Zones) == 0 {
		return 0
	}
	return c.Zones[0].Private.Bits()
}

func describeSubnets(bits int) string {
	const ipv4 = 32
	return fmt.Sprintf("private subnets of /%d have %d addresses each, too few for nodes and their pods", bits, 1<<(ipv4-bits)-reservedAddresses)
}

// validateVersion of Kubernetes. EKS creates no cluster of a version whose extended support has
// ended. A platform that has one is upgraded from there, and one that EKS has upgraded by itself
// has a claim that is behind.
func validateVersion(c claim.Claim, f facts.Facts) field.ErrorList {
	v := c.Spec.KubernetesVersion
	exists := f.Cluster.Exists || f.Cluster.Version != "" || f.Versions.ControlPlane != ""
	if ended := compat.Ended(v); ended != "" && !exists {
		return field.ErrorList{field.Invalid(field.NewPath("spec", "kubernetesVersion"), v, "EKS ended extended support for it on "+ended+", and creates no cluster of it: set "+compat.OldestKubernetes+" or later")}
	}
	return nil
}
