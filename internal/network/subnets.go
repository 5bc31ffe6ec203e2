package network

import (
	"net/netip"

	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// Tags by which the AWS load balancer controllers find subnets:
// https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
var (
	tagPublicLoadBalancers   = map[string]string{"kubernetes.io/role/elb": "1"}
	tagInternalLoadBalancers = map[string]string{"kubernetes.io/role/internal-elb": "1"}
)

// subnets of each zone: a private one for nodes and a public one for gateways
// and load balancers.
func subnets(p platform.Plan) []compose.Resource {
	rs := make([]compose.Resource, 0, 2*len(p.Zones))
	for _, z := range p.Zones {
		rs = append(rs,
			p.AWS(platform.KeyPrivateSubnet(z), subnet(p, z, z.Private, "private", tagInternalLoadBalancers, discovery(p, z))),
			p.AWS(platform.KeyPublicSubnet(z), subnet(p, z, z.Public, "public", tagPublicLoadBalancers)))
	}
	return rs
}

// discovery lets Karpenter launch nodes in the zones that the claim asks for.
func discovery(p platform.Plan, z platform.Zone) map[string]string {
	if z.Kept {
		return nil
	}
	return p.Discovery()
}

func subnet(p platform.Plan, z platform.Zone, block netip.Prefix, tier string, tags ...map[string]string) *ec2.Subnet {
	s := &ec2.Subnet{Spec: ec2.SubnetSpec{ForProvider: ec2.SubnetParameters_2{
		Region:    new(p.Spec.Region),
		CidrBlock: new(block.String()),
		VPCIDRef:  p.Ref(platform.KeyVPC),
		Tags:      p.Tags(append(tags, p.NameTag(tier+"-"+z.Label))...),
	}}}
	if z.ID != "" {
		s.Spec.ForProvider.AvailabilityZoneID = new(z.ID)
		return s
	}
	s.Spec.ForProvider.AvailabilityZone = new(z.Name)
	return s
}
