// Package controlplane describes the EKS cluster, the key that encrypts its
// Secrets and the log group it writes to.
package controlplane

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// Resources of the control plane.
func Resources(p platform.Plan) []compose.Resource {
	rs := []compose.Resource{logGroup(p)}
	rs = append(rs, secretsKey(p)...)
	return append(rs, cluster(p), discoveryTag(p))
}
