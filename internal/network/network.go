// Package network describes the VPC of a platform: subnets, route tables and the gateways
// that they lead to. Package layout validates the section of the spec.
package network

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// anywhere is the destination of default routes.
const anywhere = "0.0.0.0/0"

// Resources of the network.
func Resources(p platform.Plan, s v1alpha1.NetworkSpec) []compose.Resource {
	rs := []compose.Resource{internetGateway(p)}
	rs = append(rs, subnets(p)...)
	rs = append(rs, publicRoutes(p)...)
	rs = append(rs, natGateways(p, s)...)
	rs = append(rs, privateRoutes(p, s)...)
	// AWS deletes routes, and the NAT gateways that they lead to, while they carry traffic.
	rs = compose.AllDeletedAfter(rs, key.Karpenter, "nodes that drain reach the cluster and AWS through it")
	return append([]compose.Resource{vpc(p, s), defaultSecurityGroup(p)}, rs...)
}
