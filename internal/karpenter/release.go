package karpenter

import (
	"cmp"
	"encoding/json"

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
func release(p platform.Plan, s v1alpha1.KarpenterSpec) compose.Resource {
	r := chart(p, s, "karpenter")
	r.Spec.ForProvider.SkipCRDs = true
	r.Spec.ForProvider.Values = manifest.Raw(merge(values(p), requested(s)))
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

// values of the chart: https://github.com/aws/karpenter-provider-aws/tree/main/charts/karpenter
func values(p platform.Plan) map[string]any {
	v := map[string]any{
		"settings": map[string]any{
			"clusterName":       p.ClusterName,
			"interruptionQueue": QueueName(p),
		},
		"serviceAccount": map[string]any{"name": serviceAccount},
		"nodeSelector":   map[string]any{"kubernetes.io/os": "linux", platform.SystemNodeLabel: "true"},
		// Karpenter must start and stop without CoreDNS.
		"dnsPolicy": "Default",
		"controller": map[string]any{
			// Without it the controller queries the instance's metadata, which the hop
			// limit denies to pods.
			"env": []any{map[string]any{"name": "AWS_REGION", "value": p.Region}},
			"resources": map[string]any{
				"requests": map[string]any{"cpu": "250m", "memory": "512Mi"},
				"limits":   map[string]any{"memory": "1Gi"},
			},
		},
	}
	if p.WorkloadIdentity == v1alpha1.IRSA {
		v["serviceAccount"] = map[string]any{
			"name":        serviceAccount,
			"annotations": map[string]any{"eks.amazonaws.com/role-arn": p.RoleARN(roleName(p))},
		}
		return v
	}
	// Pods get credentials only from an association that was there before them. The
	// annotation restarts them when it's created again.
	v["podAnnotations"] = map[string]any{"platform.seafarer.cloud/pod-identity-association": p.Facts.Karpenter.AssociationID}
	return v
}

// requested values of the chart.
func requested(s v1alpha1.KarpenterSpec) map[string]any {
	if s.Values == nil {
		return nil
	}
	var v map[string]any
	if err := json.Unmarshal(s.Values.Raw, &v); err != nil {
		return nil // The schema requires an object.
	}
	return v
}

// merge values as Helm does: maps are merged, anything else is replaced.
func merge(base, over map[string]any) map[string]any {
	for k, v := range over {
		b, bok := base[k].(map[string]any)
		o, ook := v.(map[string]any)
		if bok && ook {
			base[k] = merge(b, o)
			continue
		}
		base[k] = v
	}
	return base
}
