package claim

import (
	"maps"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/layout"
)

// Existing values of a platform. They stand in for defaults that have changed since, where the
// spec has no value: a default must not change a platform that exists. The API server stores
// the defaults of the schema, so only a spec that it didn't store has none.
type Existing struct {
	// KubernetesVersion that the platform has, or empty.
	KubernetesVersion string

	// Subnets that the platform has.
	Subnets layout.Subnets
}

// retainSubnets of a network that states no length of their prefixes.
func (e Existing) retainSubnets(n *v1alpha1.NetworkSpec) {
	if n.SubnetPrefixLength != nil {
		return
	}
	if length := layout.FormerLength(n.CIDR, e.Subnets); length != 0 {
		n.SubnetPrefixLength = new(length)
	}
}

// retain existing values in a spec that has no others. Both are left as they are.
func (e Existing) retain(spec map[string]any) map[string]any {
	if _, ok := spec["kubernetesVersion"]; ok || spec == nil || e.KubernetesVersion == "" {
		return spec
	}
	spec = maps.Clone(spec)
	spec["kubernetesVersion"] = e.KubernetesVersion
	return spec
}
