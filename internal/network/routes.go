package network

import (
	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

const keyPublicRouteTable compose.Key = "route-table-public"

func keyPrivateRouteTable(z platform.Zone) compose.Key {
	return compose.Key("route-table-private-" + z.Label)
}

// publicRoutes lead from the public subnets to the internet.
func publicRoutes(p platform.Plan) []compose.Resource {
	rs := []compose.Resource{
		routeTable(p, keyPublicRouteTable, "public"),
		p.AWS("route-public", &ec2.Route{Spec: ec2.RouteSpec{ForProvider: ec2.RouteParameters_2{
			Region:               new(p.Spec.Region),
			DestinationCidrBlock: new(anywhere),
			RouteTableIDRef:      p.Ref(keyPublicRouteTable),
			GatewayIDRef:         p.Ref(platform.KeyInternetGateway),
		}}}),
	}
	for _, z := range p.Zones {
		rs = append(rs, association(p, platform.KeyPublicSubnet(z), keyPublicRouteTable))
	}
	return rs
}

// privateRoutes lead from the private subnets to a NAT gateway. Each zone has a
// route table of its own whatever the NAT mode, so that changing the mode turns
// routes around instead of moving subnets from table to table.
func privateRoutes(p platform.Plan) []compose.Resource {
	var rs []compose.Resource
	for _, z := range p.Zones {
		rs = append(rs,
			routeTable(p, keyPrivateRouteTable(z), "private-"+z.Label),
			association(p, platform.KeyPrivateSubnet(z), keyPrivateRouteTable(z)))
		if p.Spec.Network.NATGateway != v1alpha1.NATNone {
			rs = append(rs, natRoute(p, z))
		}
	}
	return rs
}

// natRoute leads to another NAT gateway after the NAT mode has changed. To one that's
// made for that only once it's protected: a platform that's deleted before would lose
// it at once, and Karpenter could not reach AWS to remove its nodes. The one of a
// single mode was there before, and what the route led to then goes now.
func natRoute(p platform.Plan, z platform.Zone) compose.Resource {
	k, nat := compose.Key("route-nat-"+z.Label), platform.KeyNATGateway(p.NATZone(z))
	r := &ec2.Route{Spec: ec2.RouteSpec{ForProvider: ec2.RouteParameters_2{
		Region:               new(p.Spec.Region),
		DestinationCidrBlock: new(anywhere),
		RouteTableIDRef:      p.Ref(keyPrivateRouteTable(z)),
		NATGatewayIDRef:      p.Ref(nat),
	}}}
	if id := p.ID(nat); id != "" && p.Exists(k) {
		r.Spec.ForProvider.NATGatewayID = new(id)
	}
	const path = "spec.forProvider.natGatewayId"
	route := p.Follow(p.AWS(k, r), path, nat)
	if p.Spec.Network.NATGateway == v1alpha1.NATPerZone {
		return route.TurnsTo(nat, path)
	}
	return route
}

func routeTable(p platform.Plan, k compose.Key, name string) compose.Resource {
	return p.AWS(k, &ec2.RouteTable{Spec: ec2.RouteTableSpec{ForProvider: ec2.RouteTableParameters_2{
		Region:   new(p.Spec.Region),
		VPCIDRef: p.Ref(platform.KeyVPC),
		Tags:     p.Tags(p.NameTag(name)),
	}}})
}

func association(p platform.Plan, subnet, table compose.Key) compose.Resource {
	return p.AWS("association-"+subnet, &ec2.RouteTableAssociation{Spec: ec2.RouteTableAssociationSpec{ForProvider: ec2.RouteTableAssociationParameters{
		Region:          new(p.Spec.Region),
		SubnetIDRef:     p.Ref(subnet),
		RouteTableIDRef: p.Ref(table),
	}}})
}
