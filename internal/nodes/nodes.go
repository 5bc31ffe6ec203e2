// Package nodes describes the EKS managed node group that the system's own pods
// run on.
package nodes

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// Resources of the system nodes.
func Resources(p platform.Plan) []compose.Resource {
	return []compose.Resource{launchTemplate(p), nodeGroup(p)}
}
