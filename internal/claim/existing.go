package claim

import "maps"

// Existing values of a platform. They stand in for defaults that have changed since, where the
// spec has no value: a default must not change a platform that exists. The API server stores
// the defaults of the schema, so only a spec that it didn't store has none.
type Existing struct {
	// KubernetesVersion that the platform has, or empty.
	KubernetesVersion string
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
