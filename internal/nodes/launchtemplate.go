package nodes

import (
	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

func launchTemplateName(p platform.Plan, s v1alpha1.SystemNodesSpec) string {
	return aws.Name(aws.LimitLaunchTemplate, p.ClusterName, s.Name)
}

// launchTemplate of the system nodes. It has no image and no security group: EKS adds
// both.
func launchTemplate(p platform.Plan, s v1alpha1.SystemNodesSpec) compose.Resource {
	return p.AWS(key.LaunchTemplate(key.System), &ec2.LaunchTemplate{Spec: ec2.LaunchTemplateSpec{ForProvider: ec2.LaunchTemplateParameters_2{
		Region:               new(p.Region),
		Name:                 new(launchTemplateName(p, s)),
		UpdateDefaultVersion: new(true),
		MetadataOptions: &ec2.LaunchTemplateMetadataOptionsParameters{
			HTTPEndpoint: new("enabled"),
			HTTPTokens:   new("required"),
			// With one hop, pods can't use the node's role.
			HTTPPutResponseHopLimit: new(1.0),
		},
		BlockDeviceMappings: []ec2.BlockDeviceMappingsParameters{{
			DeviceName: new("/dev/xvda"),
			EBS: &ec2.EBSParameters{
				VolumeSize:          new(float64(s.VolumeSizeGiB)),
				VolumeType:          new("gp3"),
				Encrypted:           new("true"),
				DeleteOnTermination: new("true"),
			},
		}},
		TagSpecifications: tagSpecifications(p, s),
		Tags:              p.LaunchTags(),
	}}}).DeletedAfter(key.NodeGroup(key.System), "EKS launches system nodes from it")
}

func tagSpecifications(p platform.Plan, s v1alpha1.SystemNodesSpec) []ec2.TagSpecificationsParameters {
	var ts []ec2.TagSpecificationsParameters
	for _, kind := range []string{"instance", "volume", "network-interface"} {
		ts = append(ts, ec2.TagSpecificationsParameters{ResourceType: new(kind), Tags: p.LaunchTags(p.NameTag(s.Name))})
	}
	return ts
}
