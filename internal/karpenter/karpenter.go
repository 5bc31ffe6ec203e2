// Package karpenter describes Karpenter: what it needs in AWS, its releases in the cluster,
// and the NodePools and EC2NodeClasses from which it launches nodes.
package karpenter

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// serviceAccount of the controller.
const serviceAccount = "karpenter"

// Resources of Karpenter itself, which runs on system nodes with or without their taint.
func Resources(p platform.Plan, s v1alpha1.KarpenterSpec, systemTaint bool) []compose.Resource {
	rs := interruptionQueue(p)
	rs = append(rs, interruptionRules(p)...)
	needed := append(nodeRole(p, s), controllerRole(p, s)...)
	needed = append(needed, crdRelease(p, s))
	rs = append(rs, compose.AllDeletedAfter(needed, key.Karpenter, "Karpenter cannot remove its nodes without it")...)
	return append(rs, release(p, s, systemTaint))
}

// Pools from which Karpenter launches nodes.
func Pools(p platform.Plan, s v1alpha1.KarpenterSpec) []compose.Resource {
	rs := make([]compose.Resource, 0, len(s.NodeClasses)+len(s.NodePools))
	for _, c := range s.NodeClasses {
		class := nodeClass(p, s, c)
		for _, np := range s.NodePools {
			if np.NodeClassName == c.Name {
				class = class.DeletedAfter(key.NodePool(np.Name), "nodes of the NodePool are of this class")
			}
		}
		rs = append(rs, class)
	}
	for _, np := range s.NodePools {
		rs = append(rs, nodePool(p, np))
	}
	return rs
}

// drained describes an object whose deletion the teardown waits for, because Karpenter
// then removes its nodes. It's created only once Karpenter is installed: before, it can
// have no nodes, and a claim that is deleted that early must not wait for a cluster that
// never came up. It's also created only once Usages protect everything that its deletion
// needs, so that a claim can be deleted at any time.
func drained(p platform.Plan, k key.Key, m platform.Managed) compose.Resource {
	return p.KubernetesOwned(k, m).
		ObserveUntil(p.Facts.Karpenter.Installed, compose.Fact{What: "Karpenter's release", From: key.Karpenter}).
		ObserveUntilProtected()
}

// roleName of the controller in AWS.
func roleName(p platform.Plan) string { return p.GlobalName(aws.LimitRole, "karpenter") }

// nodeRoleSuffix is the end of the name in AWS of the role of nodes, unless the claim sets it.
const nodeRoleSuffix = "karpenter-node"

// nodeRoleName in AWS of the nodes that Karpenter launches. EC2NodeClasses refer to it.
func nodeRoleName(p platform.Plan, s v1alpha1.KarpenterSpec) string {
	if s.NodeRoleName != "" {
		return s.NodeRoleName
	}
	return p.GlobalName(aws.LimitRole, nodeRoleSuffix)
}

// QueueName is the name of the interruption queue.
func QueueName(p platform.Plan) string { return queueName(p.ClusterName) }

func queueARN(p platform.Plan) string { return p.ARN("sqs", p.Region, QueueName(p)) }
