package network

import (
	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/layout"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// natGateways in the zones that have one, each with its address.
func natGateways(p platform.Plan, s v1alpha1.NetworkSpec) []compose.Resource {
	var rs []compose.Resource
	for _, z := range natZones(p, s) {
		rs = append(rs, natAddress(p, z), natGateway(p, z))
	}
	return rs
}

// natZones are the zones that have a NAT gateway.
func natZones(p platform.Plan, s v1alpha1.NetworkSpec) []layout.Zone {
	switch s.NATGateway {
	case v1alpha1.NATPerZone:
		return p.Zones
	case v1alpha1.NATSingle:
		return []layout.Zone{singleNATZone(p)}
	case v1alpha1.NATNone:
		return nil
	default:
		return nil
	}
}

// natZone is the zone whose NAT gateway a zone uses.
func natZone(p platform.Plan, s v1alpha1.NetworkSpec, z layout.Zone) layout.Zone {
	if s.NATGateway == v1alpha1.NATSingle {
		return singleNATZone(p)
	}
	return z
}

// singleNATZone is the zone of the only NAT gateway: where there is one already, or else
// the first. Adding a zone must not move it.
func singleNATZone(p platform.Plan) layout.Zone {
	for _, z := range p.Zones {
		if p.Exists(key.NATGateway(z.Label)) || p.Exists(key.NATAddress(z.Label)) {
			return z
		}
	}
	return p.Zones[0]
}

func natAddress(p platform.Plan, z layout.Zone) compose.Resource {
	return p.AWS(key.NATAddress(z.Label), &ec2.EIP{Spec: ec2.EIPSpec{ForProvider: ec2.EIPParameters{
		Region: new(p.Region),
		Domain: new("vpc"),
		Tags:   p.Tags(p.NameTag("nat-" + z.Label)),
	}}})
}

// natGateway is created once the internet gateway is attached: one created earlier fails
// permanently, and it has no field that could wait.
func natGateway(p platform.Plan, z layout.Zone) compose.Resource {
	return p.AWS(key.NATGateway(z.Label), &ec2.NATGateway{Spec: ec2.NATGatewaySpec{ForProvider: ec2.NATGatewayParameters_2{
		Region:           new(p.Region),
		ConnectivityType: new("public"),
		AllocationIDRef:  p.Ref(key.NATAddress(z.Label)),
		SubnetIDRef:      p.Ref(key.PublicSubnet(z.Label)),
		Tags:             p.Tags(p.NameTag("nat-" + z.Label)),
	}}}).ObserveUntil(p.Facts.Network.InternetGatewayID != "", compose.Fact{What: "the internet gateway", From: key.InternetGateway})
}
