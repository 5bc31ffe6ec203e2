package network

import (
	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/layout"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// publicRoutes lead from the public subnets to the internet.
func publicRoutes(p platform.Plan) []compose.Resource {
	rs := []compose.Resource{
		routeTable(p, key.PublicRouteTable, "public"),
		p.AWS(key.PublicRoute, &ec2.Route{Spec: ec2.RouteSpec{ForProvider: ec2.RouteParameters_2{
			Region:               new(p.Region),
			DestinationCidrBlock: new(anywhere),
			RouteTableIDRef:      p.Ref(key.PublicRouteTable),
			GatewayIDRef:         p.Ref(key.InternetGateway),
		}}}),
	}
	for _, z := range p.Zones {
		rs = append(rs, association(p, key.PublicSubnet(z.Label), key.PublicRouteTable))
	}
	return rs
}

// privateRoutes lead from the private subnets to a NAT gateway. Each zone has a route table
// of its own whatever the NAT mode, so that a change of the mode changes routes, and moves
// no subnet from table to table.
func privateRoutes(p platform.Plan, s v1alpha1.NetworkSpec) []compose.Resource {
	var rs []compose.Resource
	for _, z := range p.Zones {
		rs = append(rs,
			routeTable(p, key.PrivateRouteTable(z.Label), "private-"+z.Label),
			association(p, key.PrivateSubnet(z.Label), key.PrivateRouteTable(z.Label)))
		if s.NATGateway != v1alpha1.NATNone {
			rs = append(rs, natRoute(p, s, z))
		}
	}
	return rs
}

// natRoute switches to another NAT gateway after a change of the NAT mode. It switches to a
// new one only once that is protected: a platform that is deleted earlier would lose it at
// once, and Karpenter could not reach AWS to remove its nodes. In Single mode the gateway
// existed before, and those that routes led to until then are deleted now.
func natRoute(p platform.Plan, s v1alpha1.NetworkSpec, z layout.Zone) compose.Resource {
	k, nat := key.NATRoute(z.Label), key.NATGateway(natZone(p, s, z).Label)
	r := &ec2.Route{Spec: ec2.RouteSpec{ForProvider: ec2.RouteParameters_2{
		Region:               new(p.Region),
		DestinationCidrBlock: new(anywhere),
		RouteTableIDRef:      p.Ref(key.PrivateRouteTable(z.Label)),
		NATGatewayIDRef:      p.Ref(nat),
	}}}
	if id := p.ID(nat); id != "" && p.Exists(k) {
		r.Spec.ForProvider.NATGatewayID = new(id)
	}
	const path = "spec.forProvider.natGatewayId"
	route := p.Follow(p.AWS(k, r), path, nat)
	if s.NATGateway == v1alpha1.NATPerZone {
		return route.SwitchTo(nat, path)
	}
	return route
}

func routeTable(p platform.Plan, k key.Key, name string) compose.Resource {
	return p.AWS(k, &ec2.RouteTable{Spec: ec2.RouteTableSpec{ForProvider: ec2.RouteTableParameters_2{
		Region:   new(p.Region),
		VPCIDRef: p.Ref(key.VPC),
		Tags:     p.Tags(p.NameTag(name)),
	}}})
}

func association(p platform.Plan, subnet, table key.Key) compose.Resource {
	return p.AWS(key.Association(subnet), &ec2.RouteTableAssociation{Spec: ec2.RouteTableAssociationSpec{ForProvider: ec2.RouteTableAssociationParameters{
		Region:          new(p.Region),
		SubnetIDRef:     p.Ref(subnet),
		RouteTableIDRef: p.Ref(table),
	}}})
}
