package network

import (
	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

func vpc(p platform.Plan) compose.Resource {
	return p.AWS(platform.KeyVPC, &ec2.VPC{Spec: ec2.VPCSpec{ForProvider: ec2.VPCParameters_2{
		Region:    new(p.Spec.Region),
		CidrBlock: new(p.Spec.Network.CIDR),
		// The private endpoint of the Kubernetes API is found by a name that
		// resolves only inside a VPC with both.
		EnableDNSHostnames: new(true),
		EnableDNSSupport:   new(true),
		Tags:               p.Tags(p.NameTag("vpc")),
	}}}).Guarded("the whole platform is in this VPC: " + p.Instead())
}

// defaultSecurityGroup takes over the security group that AWS gives each VPC, and
// thereby empties it of rules: nothing should work because nobody chose a group.
func defaultSecurityGroup(p platform.Plan) compose.Resource {
	return p.AWS("default-security-group", &ec2.DefaultSecurityGroup{Spec: ec2.DefaultSecurityGroupSpec{ForProvider: ec2.DefaultSecurityGroupParameters{
		Region:   new(p.Spec.Region),
		VPCIDRef: p.Ref(platform.KeyVPC),
		Tags:     p.Tags(p.NameTag("default")),
	}}})
}

func internetGateway(p platform.Plan) compose.Resource {
	return p.AWS(platform.KeyInternetGateway, &ec2.InternetGateway{Spec: ec2.InternetGatewaySpec{ForProvider: ec2.InternetGatewayParameters_2{
		Region:   new(p.Spec.Region),
		VPCIDRef: p.Ref(platform.KeyVPC),
		Tags:     p.Tags(p.NameTag("internet-gateway")),
	}}})
}
