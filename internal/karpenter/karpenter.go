// Package karpenter describes Karpenter: what it needs in AWS, its release in the
// cluster, and what it may launch.
package karpenter

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// serviceAccount that the controller runs as.
const serviceAccount = "karpenter"

// Resources of Karpenter itself.
func Resources(p platform.Plan) []compose.Resource {
	rs := interruptionQueue(p)
	rs = append(rs, interruptionRules(p)...)
	needed := append(nodeRole(p), controllerRole(p)...)
	needed = append(needed, crdRelease(p))
	rs = append(rs, compose.Outlive(needed, platform.KeyKarpenterRelease, "Karpenter cannot remove its nodes without it")...)
	return append(rs, release(p))
}

// Pools are what Karpenter may launch.
func Pools(p platform.Plan) []compose.Resource {
	rs := make([]compose.Resource, 0, len(p.Spec.Karpenter.NodeClasses)+len(p.Spec.Karpenter.NodePools))
	for _, c := range p.Spec.Karpenter.NodeClasses {
		class := nodeClass(p, c)
		for _, np := range p.Spec.Karpenter.NodePools {
			if np.NodeClassName == c.Name {
				class = class.Outlives(keyNodePool(np), "nodes of the NodePool are of this class")
			}
		}
		rs = append(rs, class)
	}
	for _, np := range p.Spec.Karpenter.NodePools {
		rs = append(rs, nodePool(p, np))
	}
	return rs
}

func keyNodeClass(name string) compose.Key { return compose.Key("node-class-" + name) }

func keyNodePool(np v1alpha1.NodePoolSpec) compose.Key { return compose.Key("node-pool-" + np.Name) }

func queueARN(p platform.Plan) string { return p.ARN("sqs", p.Spec.Region, p.QueueName()) }
