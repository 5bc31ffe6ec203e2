package network

import (
	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// natGateways in the zones that have one, each with its address.
func natGateways(p platform.Plan) []compose.Resource {
	var rs []compose.Resource
	for _, z := range p.NATZones() {
		rs = append(rs, natAddress(p, z), natGateway(p, z))
	}
	return rs
}

func natAddress(p platform.Plan, z platform.Zone) compose.Resource {
	return p.AWS(platform.KeyNATAddress(z), &ec2.EIP{Spec: ec2.EIPSpec{ForProvider: ec2.EIPParameters{
		Region: new(p.Spec.Region),
		Domain: new("vpc"),
		Tags:   p.Tags(p.NameTag("nat-" + z.Label)),
	}}})
}

// natGateway is made once the internet gateway is attached. One made earlier
// goes into state failed, and stays there.
func natGateway(p platform.Plan, z platform.Zone) compose.Resource {
	return p.Routed(platform.KeyNATGateway(z), &ec2.NATGateway{Spec: ec2.NATGatewaySpec{ForProvider: ec2.NATGatewayParameters_2{
		Region:           new(p.Spec.Region),
		ConnectivityType: new("public"),
		AllocationIDRef:  p.Ref(platform.KeyNATAddress(z)),
		SubnetIDRef:      p.Ref(platform.KeyPublicSubnet(z)),
		Tags:             p.Tags(p.NameTag("nat-" + z.Label)),
	}}})
}
