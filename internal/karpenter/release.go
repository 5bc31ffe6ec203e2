package karpenter

import (
	"cmp"

	release1 "github.com/crossplane-contrib/provider-helm/apis/namespaced/release/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/manifest"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// defaultRepository of Karpenter's charts.
const defaultRepository = "oci://public.ecr.aws/karpenter"

// retries of a release that fails to install, while the cluster comes up.
const retries int32 = 10

// crdRelease installs and upgrades Karpenter's CRDs. The chart of the controller doesn't
// upgrade them.
func crdRelease(p platform.Plan, s v1alpha1.KarpenterSpec) compose.Resource {
	return p.Helm(key.KarpenterCRDs, chart(p, s, "karpenter-crd")).
		Needs(p.Versions.Karpenter != "", chartOf(key.KarpenterCRDs), fieldChart)
}

// release installs the controller on the system nodes. Its name is always karpenter, from
// which the chart makes other names. The endpoint comes from the kubeconfig's Secret, so
// the release doesn't wait for it.
func release(p platform.Plan, s v1alpha1.KarpenterSpec, systemTaint bool) compose.Resource {
	r := chart(p, s, "karpenter")
	r.Spec.ForProvider.SkipCRDs = true
	r.Spec.ForProvider.Values = manifest.Raw(chartValues(p, s, systemTaint))
	r.Spec.ForProvider.Set = []release1.SetVal{{
		Name: "settings.clusterEndpoint",
		ValueFrom: &release1.ValueFromSource{
			SecretKeyRef: &release1.DataKeySelector{Name: p.ProviderSecret(), Key: "endpoint"},
		},
	}}
	res := p.Helm(key.Karpenter, r).Refers(key.KarpenterQueue, key.KarpenterRole).
		Needs(p.Versions.Karpenter != "", chartOf(key.Karpenter), fieldChart)
	for _, c := range s.NodeClasses {
		res = res.DeletedAfter(key.NodeClass(c.Name), "Karpenter deletes the nodes of this class before the class")
	}
	if p.WorkloadIdentity == v1alpha1.IRSA {
		return res.Needs(p.AccountKnown(), platform.AccountID, fieldValues)
	}
	return res.Needs(p.Facts.Karpenter.AssociationID != "", association, fieldValues)
}

// association is the fact that the release waits for.
var association = compose.Fact{
	What: "Karpenter's Pod Identity association, because pods older than it never get credentials",
	From: key.KarpenterAssociation,
}

const (
	fieldValues = "spec.forProvider.values"
	fieldChart  = "spec.forProvider.chart.version"
)

// chartOf a release: it retains its version while the version to desire is unknown.
func chartOf(k key.Key) compose.Fact {
	return compose.Fact{What: "the version of the chart that is installed", From: k}
}

func chart(p platform.Plan, s v1alpha1.KarpenterSpec, name string) *release1.Release {
	return &release1.Release{ObjectMeta: platform.External(name), Spec: release1.ReleaseSpec{
		ForProvider: release1.ReleaseParameters{
			Chart: release1.ChartSpec{
				Repository: cmp.Or(p.Fences.KarpenterChartRepository, defaultRepository),
				Name:       name,
				Version:    p.Versions.Karpenter,
			},
			Namespace: s.Namespace,
		},
		RollbackRetriesLimit: new(retries),
	}}
}
