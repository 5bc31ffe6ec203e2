package claim

import (
	"slices"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
)

// Names of add-ons.
const (
	// KubeProxy is the add-on whose version begins with that of Kubernetes.
	KubeProxy = "kube-proxy"

	// EBSCSIDriver is the add-on that creates volumes.
	EBSCSIDriver = "aws-ebs-csi-driver"
)

// standardAddons are those that every cluster has. The first three run on each node and
// must exist for a node to become ready; EKS installs them before the first node. The
// others are pods that wait for a node.
var standardAddons = []string{"vpc-cni", KubeProxy, "eks-pod-identity-agent", "coredns", EBSCSIDriver}

// IsStandardAddon reports whether every cluster has the add-on.
func IsStandardAddon(name string) bool { return slices.Contains(standardAddons, name) }

// Addons of a claim: the standard ones, configured or not, and those that it adds.
func Addons(s v1alpha1.SeafarerClusterSpec) []v1alpha1.AddonSpec {
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
