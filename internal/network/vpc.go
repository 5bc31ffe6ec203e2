package network

import (
	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// vpc of the platform. A cluster that exists without the object of its VPC, because its claim
// was restored without its objects, gets no second VPC.
func vpc(p platform.Plan, s v1alpha1.NetworkSpec) compose.Resource {
	r := p.AWS(key.VPC, &ec2.VPC{Spec: ec2.VPCSpec{ForProvider: ec2.VPCParameters_2{
		Region:    new(p.Region),
		CidrBlock: new(s.CIDR),
		// The name of the Kubernetes API's private endpoint resolves only in a VPC with
		// both.
		EnableDNSHostnames: new(true),
		EnableDNSSupport:   new(true),
		Tags:               p.Tags(p.NameTag("vpc")),
	}}}).Guarded("the whole platform is in this VPC: " + p.DeletionHint())
	if of := p.Facts.Cluster.VPCID; of != "" && p.ID(key.VPC) == "" {
		r = r.ObserveUntil(false, compose.Fact{What: "its annotation crossplane.io/external-name with the VPC of the cluster, " + of})
	}
	return r
}

// defaultSecurityGroup manages the security group that AWS creates in each VPC, without
// rules: traffic must not pass because no group was chosen.
func defaultSecurityGroup(p platform.Plan) compose.Resource {
	return p.AWS(key.DefaultSecurityGroup, &ec2.DefaultSecurityGroup{Spec: ec2.DefaultSecurityGroupSpec{ForProvider: ec2.DefaultSecurityGroupParameters{
		Region:   new(p.Region),
		VPCIDRef: p.Ref(key.VPC),
		Tags:     p.Tags(p.NameTag("default")),
	}}})
}

func internetGateway(p platform.Plan) compose.Resource {
	return p.AWS(key.InternetGateway, &ec2.InternetGateway{Spec: ec2.InternetGatewaySpec{ForProvider: ec2.InternetGatewayParameters_2{
		Region:   new(p.Region),
		VPCIDRef: p.Ref(key.VPC),
		Tags:     p.Tags(p.NameTag("internet-gateway")),
	}}})
}
