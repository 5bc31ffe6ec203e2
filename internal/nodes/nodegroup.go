package nodes

import (
	"cmp"

	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// firstVersion is that of a launch template that EC2 has just created.
const firstVersion = "1"

// nodeGroup of the system nodes.
func nodeGroup(p platform.Plan, s v1alpha1.SystemNodesSpec) compose.Resource {
	g := &eks.NodeGroup{ObjectMeta: platform.External(s.Name), Spec: eks.NodeGroupSpec{
		ForProvider: eks.NodeGroupParameters{
			Region:         new(p.Region),
			ClusterNameRef: p.Ref(key.Cluster),
			NodeRoleArnRef: p.Ref(key.NodeRole(key.System)),
			SubnetIDRefs:   p.Refs(p.PrivateSubnets()...),
			Version:        new(p.NodesVersion()),
			AMIType:        new(amiType(s, p.Facts.NodeGroups[key.System])),
			CapacityType:   new(s.CapacityType),
			LaunchTemplate: &eks.LaunchTemplateParameters{
				Name:    new(launchTemplateName(p, s)),
				Version: new(cmp.Or(p.Facts.NodeGroups[key.System].LaunchTemplateVersion, firstVersion)),
			},
			ScalingConfig: scaling(s, p.Facts.NodeGroups[key.System].Scaling),
			UpdateConfig:  &eks.UpdateConfigParameters{MaxUnavailable: new(1.0)},
			Labels:        labels(s),
			Taint:         taints(s),
			Tags:          p.LaunchTags(),
		},
		InitProvider: eks.NodeGroupInitParameters{
			ScalingConfig: &eks.ScalingConfigInitParameters{MinSize: new(float64(s.MinSize)), DesiredSize: new(float64(s.DesiredSize)), MaxSize: new(float64(s.MaxSize))},
		},
	}}
	for _, t := range s.InstanceTypes {
		g.Spec.ForProvider.InstanceTypes = append(g.Spec.ForProvider.InstanceTypes, new(t))
	}
	// A node group that exists must not go back to the first version because the
	// newest is unknown for a while: it would replace all its nodes.
	known := p.Facts.NodeGroups[key.System].LaunchTemplateVersion != "" || !p.Exists(key.NodeGroup(key.System))
	return p.AWS(key.NodeGroup(key.System), g).
		Refers(key.LaunchTemplate(key.System)).
		DeletedAfter(key.Karpenter, "Karpenter runs on the system nodes").
		Needs(known, compose.Fact{What: "the version of the launch template", From: key.LaunchTemplate(key.System)}, "spec.forProvider.launchTemplate.version").
		Needs(p.NodesVersion() != "", platform.KubernetesVersion, "spec.forProvider.version")
}

// scaling to desire of a group that exists. The provider ignores a difference of the sizes, such
// as one that an autoscaler made, only if forProvider has none of them. So it has them until the
// limits are as requested, with the size that the group has, within these limits: EKS refuses a
// size outside of them.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupScalingConfig.html
func scaling(s v1alpha1.SystemNodesSpec, is facts.Scaling) *eks.ScalingConfigParameters {
	if !is.Known || (is.Min == s.MinSize && is.Max == s.MaxSize) {
		return nil
	}
	return &eks.ScalingConfigParameters{
		MinSize:     new(float64(s.MinSize)),
		DesiredSize: new(float64(min(max(is.Desired, s.MinSize), s.MaxSize))),
		MaxSize:     new(float64(s.MaxSize)),
	}
}

func labels(s v1alpha1.SystemNodesSpec) map[string]*string {
	ls := map[string]*string{platform.SystemNodeLabel: new("true")}
	for k, v := range s.Labels {
		ls[k] = new(v)
	}
	return ls
}

func taints(s v1alpha1.SystemNodesSpec) []eks.TaintParameters {
	if !s.CriticalAddonsOnly {
		return nil
	}
	// EKS has its own spelling of effects.
	return []eks.TaintParameters{{Key: new(platform.SystemTaint), Value: new("true"), Effect: new("NO_SCHEDULE")}}
}
