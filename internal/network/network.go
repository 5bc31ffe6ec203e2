// Package network describes the VPC a platform is placed in: subnets, route
// tables and the gateways they lead to.
package network

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// anywhere is the destination of default routes.
const anywhere = "0.0.0.0/0"

// Resources of the network.
func Resources(p platform.Plan) []compose.Resource {
	rs := []compose.Resource{internetGateway(p)}
	rs = append(rs, subnets(p)...)
	rs = append(rs, publicRoutes(p)...)
	rs = append(rs, natGateways(p)...)
	rs = append(rs, privateRoutes(p)...)
	// AWS deletes routes, and NAT gateways under them, without asking who sends
	// traffic that way.
	rs = compose.Outlive(rs, platform.KeyKarpenterRelease, "nodes that drain reach the cluster and AWS through it")
	return append([]compose.Resource{vpc(p), defaultSecurityGroup(p)}, rs...)
}
