// Package access describes who may use the Kubernetes API: people, Argo CD and the
// platform's own providers.
package access

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// Resources of access.
func Resources(p platform.Plan, s v1alpha1.AccessSpec) []compose.Resource {
	rs := append(provider(p), clusterAuth(p), helmConfig(p), kubernetesConfig(p))
	rs = compose.AllDeletedAfter(rs, key.Karpenter, "the providers reach the cluster through it")
	rs = append(rs, admins(p, s)...)
	rs = append(rs, kubeconfig(p))
	return append(rs, argoCD(p, s.ArgoCD)...)
}
