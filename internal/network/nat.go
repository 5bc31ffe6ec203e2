package network

import (
	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

func keyNATGateway(z platform.Zone) compose.Key { return compose.Key("nat-gateway-" + z.Label) }
func keyNATAddress(z platform.Zone) compose.Key { return compose.Key("nat-address-" + z.Label) }

// natGateways in the zones that have one, each with its address.
func natGateways(p platform.Plan) []compose.Resource {
	var rs []compose.Resource
	for _, z := range natZones(p) {
		rs = append(rs, natAddress(p, z), natGateway(p, z))
	}
	return rs
}

// natZones are the zones that have a NAT gateway.
func natZones(p platform.Plan) []platform.Zone {
	switch p.Spec.Network.NATGateway {
	case v1alpha1.NATPerZone:
		return p.Zones
	case v1alpha1.NATSingle:
		return []platform.Zone{singleZone(p)}
	case v1alpha1.NATNone:
		return nil
	default:
		return nil
	}
}

// natZone is the zone whose NAT gateway a zone uses.
func natZone(p platform.Plan, z platform.Zone) platform.Zone {
	if p.Spec.Network.NATGateway == v1alpha1.NATSingle {
		return singleZone(p)
	}
	return z
}

// singleZone is the zone of the only NAT gateway: where there is one already, or
// else the first. A zone that is added must not move it.
func singleZone(p platform.Plan) platform.Zone {
	for _, z := range p.Zones {
		if p.Exists(keyNATGateway(z)) || p.Exists(keyNATAddress(z)) {
			return z
		}
	}
	return p.Zones[0]
}

func natAddress(p platform.Plan, z platform.Zone) compose.Resource {
	return p.AWS(keyNATAddress(z), &ec2.EIP{Spec: ec2.EIPSpec{ForProvider: ec2.EIPParameters{
		Region: new(p.Spec.Region),
		Domain: new("vpc"),
		Tags:   p.Tags(p.NameTag("nat-" + z.Label)),
	}}})
}

// natGateway is made once the internet gateway is attached. One made earlier
// goes into state failed, and stays there.
func natGateway(p platform.Plan, z platform.Zone) compose.Resource {
	return p.Routed(keyNATGateway(z), &ec2.NATGateway{Spec: ec2.NATGatewaySpec{ForProvider: ec2.NATGatewayParameters_2{
		Region:           new(p.Spec.Region),
		ConnectivityType: new("public"),
		AllocationIDRef:  p.Ref(keyNATAddress(z)),
		SubnetIDRef:      p.Ref(platform.KeyPublicSubnet(z)),
		Tags:             p.Tags(p.NameTag("nat-" + z.Label)),
	}}})
}
