package karpenter

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	object "github.com/crossplane-contrib/provider-kubernetes/apis/namespaced/object/v1alpha1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/manifest"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// defaultRequirements apply to a pool without requirements for their keys, which for
// Karpenter would mean any value.
var defaultRequirements = []v1alpha1.Requirement{
	{Key: "kubernetes.io/arch", Operator: "In", Values: []string{"amd64"}},
	{Key: "kubernetes.io/os", Operator: "In", Values: []string{"linux"}},
	{Key: "karpenter.sh/capacity-type", Operator: "In", Values: []string{"spot", "on-demand"}},
}

// nodePool is a NodePool of Karpenter, as plain maps: the Go types marshal unset durations as
// Never, and an empty status.
func nodePool(p platform.Plan, np v1alpha1.NodePoolSpec) compose.Resource {
	spec := map[string]any{
		"template":   template(np),
		"disruption": disruption(np.Disruption),
	}
	if len(np.Limits) > 0 {
		spec["limits"] = np.Limits
	}
	if np.Weight != nil {
		spec["weight"] = *np.Weight
	}
	o := ready(manifest.Of(map[string]any{
		"apiVersion": "karpenter.sh/v1",
		"kind":       "NodePool",
		"metadata":   map[string]any{"name": np.Name},
		"spec":       spec,
	}))
	// A NodePool has no finalizer: without Foreground it would be deleted before its nodes.
	o.Spec.ForProvider.DeletionPropagationPolicy = metav1.DeletePropagationForeground
	return drained(p, key.NodePool(np.Name), o).
		Refers(key.NodeClass(np.NodeClassName)).
		Guarded("deleting it deletes its nodes: remove it from spec.karpenter.nodePools of the SeafarerCluster instead")
}

// ready once Karpenter reports it.
func ready(o *manifest.Object) *manifest.Object {
	o.Spec.Readiness.Policy = object.ReadinessPolicyDeriveFromObject
	return o
}

func template(np v1alpha1.NodePoolSpec) map[string]any {
	t := map[string]any{"spec": templateSpec(np)}
	if len(np.Labels) > 0 {
		t["metadata"] = map[string]any{"labels": np.Labels}
	}
	return t
}

func templateSpec(np v1alpha1.NodePoolSpec) map[string]any {
	s := map[string]any{
		"nodeClassRef": map[string]any{
			"group": "karpenter.k8s.aws",
			"kind":  "EC2NodeClass",
			"name":  np.NodeClassName,
		},
		"requirements":           requirements(np),
		"expireAfter":            np.ExpireAfter,
		"terminationGracePeriod": np.TerminationGracePeriod,
	}
	if len(np.Taints) > 0 {
		s["taints"] = np.Taints
	}
	return s
}

func requirements(np v1alpha1.NodePoolSpec) []v1alpha1.Requirement {
	own := make(map[string]bool)
	for _, r := range np.Requirements {
		own[r.Key] = true
	}
	rs := append([]v1alpha1.Requirement{}, np.Requirements...)
	for _, r := range defaultRequirements {
		if !own[r.Key] {
			rs = append(rs, r)
		}
	}
	return rs
}

func disruption(d v1alpha1.DisruptionSpec) map[string]any {
	m := map[string]any{
		"consolidationPolicy": d.ConsolidationPolicy,
		"consolidateAfter":    d.ConsolidateAfter,
	}
	if len(d.Budgets) > 0 {
		m["budgets"] = d.Budgets
	}
	return m
}
