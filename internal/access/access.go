// Package access describes who may use the Kubernetes API: people and the
// platform's own providers.
package access

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// Resources of access.
func Resources(p platform.Plan) []compose.Resource {
	rs := append(provider(p), clusterAuth(p), helmConfig(p), kubernetesConfig(p))
	rs = compose.Outlive(rs, platform.KeyKarpenterRelease, "the providers reach the cluster by it")
	rs = append(rs, admins(p)...)
	rs = append(rs, forPeople(p))
	return append(rs, argoCD(p)...)
}
