package network

import (
	"net/netip"

	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/layout"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// Tags by which the AWS load balancer controllers find subnets:
// https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
var (
	tagPublicLoadBalancers   = map[string]string{"kubernetes.io/role/elb": "1"}
	tagInternalLoadBalancers = map[string]string{"kubernetes.io/role/internal-elb": "1"}
)

// subnets of each zone: a private one for nodes, and a public one for gateways and load
// balancers.
func subnets(p platform.Plan) []compose.Resource {
	rs := make([]compose.Resource, 0, 2*len(p.Zones))
	for _, z := range p.Zones {
		rs = append(rs,
			p.AWS(key.PrivateSubnet(z.Label), subnet(p, z, z.Private, "private", tagInternalLoadBalancers, discovery(p, z))),
			p.AWS(key.PublicSubnet(z.Label), subnet(p, z, z.Public, "public", tagPublicLoadBalancers)))
	}
	return rs
}

// discovery lets Karpenter launch nodes in the zones of the claim.
func discovery(p platform.Plan, z layout.Zone) map[string]string {
	if z.Retained {
		return nil
	}
	return p.Discovery()
}

func subnet(p platform.Plan, z layout.Zone, block netip.Prefix, tier string, tags ...map[string]string) *ec2.Subnet {
	s := &ec2.Subnet{Spec: ec2.SubnetSpec{ForProvider: ec2.SubnetParameters_2{
		Region:    new(p.Region),
		CidrBlock: new(block.String()),
		VPCIDRef:  p.Ref(key.VPC),
		Tags:      p.Tags(append(tags, p.NameTag(tier+"-"+z.Label))...),
	}}}
	if z.ID != "" {
		s.Spec.ForProvider.AvailabilityZoneID = new(z.ID)
		return s
	}
	s.Spec.ForProvider.AvailabilityZone = new(z.Name)
	return s
}
