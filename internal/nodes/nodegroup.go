package nodes

import (
	"cmp"

	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// firstVersion is that of a launch template that EC2 has just made.
const firstVersion = "1"

// nodeGroup runs the system's own pods.
func nodeGroup(p platform.Plan) compose.Resource {
	s := p.Spec.SystemNodes
	g := &eks.NodeGroup{ObjectMeta: platform.External(s.Name), Spec: eks.NodeGroupSpec{
		ForProvider: eks.NodeGroupParameters{
			Region:         new(p.Spec.Region),
			ClusterNameRef: p.Ref(platform.KeyCluster),
			NodeRoleArnRef: p.Ref(platform.KeySystemNodeRole),
			SubnetIDRefs:   p.Refs(p.PrivateSubnets()...),
			Version:        new(p.Versions.SystemNodes),
			AMIType:        new(s.AMIType),
			CapacityType:   new(s.CapacityType),
			LaunchTemplate: &eks.LaunchTemplateParameters{
				Name:    new(launchTemplateName(p)),
				Version: new(cmp.Or(p.Facts.LaunchTemplateVersion, firstVersion)),
			},
			ScalingConfig: &eks.ScalingConfigParameters{MinSize: new(float64(s.MinSize)), MaxSize: new(float64(s.MaxSize))},
			UpdateConfig:  &eks.UpdateConfigParameters{MaxUnavailable: new(1.0)},
			Labels:        labels(p),
			Taint:         taints(p),
			Tags:          p.Tags(),
		},
		// Whoever scales the group later owns its size.
		InitProvider: eks.NodeGroupInitParameters{
			ScalingConfig: &eks.ScalingConfigInitParameters{DesiredSize: new(float64(s.DesiredSize))},
		},
	}}
	for _, t := range s.InstanceTypes {
		g.Spec.ForProvider.InstanceTypes = append(g.Spec.ForProvider.InstanceTypes, new(t))
	}
	// A node group that exists must not go back to the first version because the
	// newest is unknown for a while: it would replace all its nodes.
	known := p.Facts.LaunchTemplateVersion != "" || !p.Exists(platform.KeySystemNodeGroup)
	return p.AWS(platform.KeySystemNodeGroup, g).
		Refers(platform.KeySystemLaunchTemplate).
		Outlives(platform.KeyKarpenterRelease, "Karpenter runs on the system nodes").
		Needs(known, compose.Fact{What: "the version of the launch template", From: platform.KeySystemLaunchTemplate}, "spec.forProvider.launchTemplate.version").
		Needs(p.Versions.SystemNodes != "", platform.KubernetesVersion, "spec.forProvider.version")
}

func labels(p platform.Plan) map[string]*string {
	ls := map[string]*string{platform.SystemNodeLabel: new("true")}
	for k, v := range p.Spec.SystemNodes.Labels {
		ls[k] = new(v)
	}
	return ls
}

func taints(p platform.Plan) []eks.TaintParameters {
	if !p.Spec.SystemNodes.CriticalAddonsOnly {
		return nil
	}
	// EKS spells effects its own way.
	return []eks.TaintParameters{{Key: new("CriticalAddonsOnly"), Value: new("true"), Effect: new("NO_SCHEDULE")}}
}
