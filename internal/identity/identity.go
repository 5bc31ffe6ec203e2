// Package identity describes the IAM roles of the cluster, of the system nodes
// and of the add-ons, and the OIDC provider by which workloads assume roles.
package identity

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// Resources of identity.
func Resources(p platform.Plan) []compose.Resource {
	rs := clusterRole(p)
	rs = append(rs, systemNodeRole(p)...)
	rs = append(rs, addonRoles(p)...)
	rs = append(rs, oidcProvider(p)...)
	return rs
}
