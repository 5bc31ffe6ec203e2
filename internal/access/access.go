// Package access describes who may use the Kubernetes API: people and the
// platform's own providers.
package access

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// Resources of access.
func Resources(p platform.Plan) []compose.Resource {
	rs := provider(p)
	rs = append(rs, admins(p)...)
	return append(rs, clusterAuth(p), helmConfig(p), kubernetesConfig(p))
}
