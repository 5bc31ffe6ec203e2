package nodes

import (
	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

func launchTemplateName(p platform.Plan) string {
	return aws.Name(aws.LimitLaunchTemplate, p.Spec.ClusterName, p.Spec.SystemNodes.Name)
}

// launchTemplate is how the system nodes are launched. It names no image and no
// security group: EKS adds its own.
func launchTemplate(p platform.Plan) compose.Resource {
	return p.AWS(platform.KeySystemLaunchTemplate, &ec2.LaunchTemplate{Spec: ec2.LaunchTemplateSpec{ForProvider: ec2.LaunchTemplateParameters_2{
		Region:               new(p.Spec.Region),
		Name:                 new(launchTemplateName(p)),
		UpdateDefaultVersion: new(true),
		MetadataOptions: &ec2.LaunchTemplateMetadataOptionsParameters{
			HTTPEndpoint: new("enabled"),
			HTTPTokens:   new("required"),
			// One hop keeps pods from the node's own role.
			HTTPPutResponseHopLimit: new(1.0),
		},
		BlockDeviceMappings: []ec2.BlockDeviceMappingsParameters{{
			DeviceName: new("/dev/xvda"),
			EBS: &ec2.EBSParameters{
				VolumeSize:          new(float64(p.Spec.SystemNodes.VolumeSizeGiB)),
				VolumeType:          new("gp3"),
				Encrypted:           new("true"),
				DeleteOnTermination: new("true"),
			},
		}},
		TagSpecifications: tagSpecifications(p),
		Tags:              p.Tags(),
	}}}).Outlives(platform.KeySystemNodeGroup, "EKS replaces system nodes by it")
}

func tagSpecifications(p platform.Plan) []ec2.TagSpecificationsParameters {
	var ts []ec2.TagSpecificationsParameters
	for _, kind := range []string{"instance", "volume", "network-interface"} {
		ts = append(ts, ec2.TagSpecificationsParameters{ResourceType: new(kind), Tags: p.Tags(p.NameTag(p.Spec.SystemNodes.Name))})
	}
	return ts
}
