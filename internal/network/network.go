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
	rs := []compose.Resource{vpc(p), defaultSecurityGroup(p), internetGateway(p)}
	rs = append(rs, subnets(p)...)
	rs = append(rs, publicRoutes(p)...)
	rs = append(rs, natGateways(p)...)
	rs = append(rs, privateRoutes(p)...)
	return rs
}
