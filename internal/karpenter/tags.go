package karpenter

import (
	"fmt"
	"maps"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// instanceTags are the keys of tags on an instance besides those of its class: Karpenter
// launches it with four, and adds its name and its NodeClaim later. The last is the
// platform's. See pkg/utils and pkg/controllers/nodeclaim/tagging in
// https://github.com/aws/karpenter-provider-aws/tree/v1.14.1
func instanceTags(clusterName string) []string {
	return []string{
		"kubernetes.io/cluster/" + clusterName,
		"karpenter.sh/nodepool",
		"eks:eks-cluster-name",
		"karpenter.k8s.aws/ec2nodeclass",
		"Name",
		"karpenter.sh/nodeclaim",
		platform.DiscoveryTag,
	}
}

// validateTagCount of an instance, which has the most tags.
func validateTagCount(c claim.Claim, nc v1alpha1.NodeClassSpec, p *field.Path) field.ErrorList {
	all := make(map[string]string)
	for _, tags := range []map[string]string{c.Fences.Tags, c.Spec.Tags, nc.Tags} {
		maps.Copy(all, tags)
	}
	chosen := len(all)
	for _, k := range instanceTags(c.ClusterName) {
		all[k] = ""
	}
	tooMany := len(all) - claim.MaxTags
	if tooMany <= 0 {
		return nil
	}
	return field.ErrorList{field.Forbidden(p, fmt.Sprintf("AWS allows %d tags on an instance: spec.tags, the platform team and this class set %d, and the platform and Karpenter %d more: remove %d", claim.MaxTags, chosen, len(all)-chosen, tooMany))}
}

// validateFencedTags of a class, whose tags take precedence over those of the platform.
func validateFencedTags(c claim.Claim, nc v1alpha1.NodeClassSpec, p *field.Path) field.ErrorList {
	errs := claim.FencedTags(nc.Tags, c.Fences.Tags, p)
	for _, k := range c.Fences.MandatoryTags {
		if v, ok := nc.Tags[k]; ok && v == "" {
			errs = append(errs, field.Required(p.Key(k), "the platform team requires this tag: set it, or leave it out to have that of spec.tags"))
		}
	}
	return errs
}
