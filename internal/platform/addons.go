package platform

import (
	"slices"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

// AddonKubeProxy is the add-on whose version says which Kubernetes it's of.
const AddonKubeProxy = "kube-proxy"

// standardAddons are what every cluster has. The first three run on each node and
// must be there for a node to become ready; EKS has them at hand before the first
// node. The others are pods that wait for a node.
var standardAddons = []string{"vpc-cni", AddonKubeProxy, "eks-pod-identity-agent", "coredns", "aws-ebs-csi-driver"}

// IsStandardAddon tells whether every cluster has the add-on.
func IsStandardAddon(name string) bool { return slices.Contains(standardAddons, name) }

// KeyAddon of an add-on by name.
func KeyAddon(name string) compose.Key { return compose.Key("addon-" + name) }

// addonsOf a claim: those that every cluster has, and those that the claim adds.
func addonsOf(s v1alpha1.SeafarerClusterSpec) []v1alpha1.AddonSpec {
	as := make([]v1alpha1.AddonSpec, 0, len(standardAddons)+len(s.Addons))
	for _, name := range standardAddons {
		a := v1alpha1.AddonSpec{Name: name}
		if i := slices.IndexFunc(s.Addons, func(a v1alpha1.AddonSpec) bool { return a.Name == name }); i >= 0 {
			a = s.Addons[i]
		}
		as = append(as, a)
	}
	for _, a := range s.Addons {
		if !IsStandardAddon(a.Name) {
			as = append(as, a)
		}
	}
	return as
}
