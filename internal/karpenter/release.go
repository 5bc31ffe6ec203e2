package karpenter

import (
	"cmp"
	"encoding/json"

	release1 "github.com/crossplane-contrib/provider-helm/apis/namespaced/release/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// defaultRepository of Karpenter's charts.
const defaultRepository = "oci://public.ecr.aws/karpenter"

// retries of a release that fails to install, while the cluster comes up.
const retries int32 = 10

// crdRelease installs Karpenter's CRDs, and upgrades them, which the chart of the
// controller does not.
func crdRelease(p platform.Plan) compose.Resource {
	return p.Helm(platform.KeyKarpenterCRDRelease, chart(p, "karpenter-crd")).
		Needs(p.Versions.Karpenter != "", chartOf(platform.KeyKarpenterCRDRelease), fieldChart)
}

// release installs the controller, on the system nodes.
//
// Its name is always karpenter: the chart makes names of it. The endpoint comes
// from the kubeconfig's Secret, so that nothing here waits for it.
func release(p platform.Plan) compose.Resource {
	r := chart(p, "karpenter")
	r.Spec.ForProvider.SkipCRDs = true
	r.Spec.ForProvider.Values = platform.Raw(merge(values(p), claimed(p)))
	r.Spec.ForProvider.Set = []release1.SetVal{{
		Name: "settings.clusterEndpoint",
		ValueFrom: &release1.ValueFromSource{
			SecretKeyRef: &release1.DataKeySelector{Name: p.ProviderSecret(), Key: "endpoint"},
		},
	}}
	res := p.Helm(platform.KeyKarpenterRelease, r).Refers(platform.KeyKarpenterQueue, keyControllerRole).
		Needs(p.Versions.Karpenter != "", chartOf(platform.KeyKarpenterRelease), fieldChart)
	for _, c := range p.Spec.Karpenter.NodeClasses {
		res = res.Outlives(keyNodeClass(c.Name), "Karpenter removes the nodes of this class, and only then the class is gone")
	}
	if p.Spec.IAM.WorkloadIdentity == v1alpha1.IRSA {
		return res.Needs(p.AccountKnown(), platform.AccountID, fieldValues)
	}
	return res.Needs(p.Facts.KarpenterAssociationID != "", association, fieldValues)
}

// association is what the release waits for.
var association = compose.Fact{
	What: "Karpenter's Pod Identity association, because pods older than it never get credentials",
	From: platform.KeyKarpenterAssociation,
}

const (
	fieldValues = "spec.forProvider.values"
	fieldChart  = "spec.forProvider.chart.version"
)

// chartOf a release is what it keeps while nobody can tell which it should have.
func chartOf(k compose.Key) compose.Fact {
	return compose.Fact{What: "the version of the chart that is installed", From: k}
}

func chart(p platform.Plan, name string) *release1.Release {
	return &release1.Release{ObjectMeta: platform.External(name), Spec: release1.ReleaseSpec{
		ForProvider: release1.ReleaseParameters{
			Chart: release1.ChartSpec{
				Repository: cmp.Or(p.Fences.KarpenterChartRepository, defaultRepository),
				Name:       name,
				Version:    p.Versions.Karpenter,
			},
			Namespace: p.Spec.Karpenter.Namespace,
		},
		RollbackRetriesLimit: new(retries),
	}}
}

// values of the chart: https://github.com/aws/karpenter-provider-aws/tree/main/charts/karpenter
func values(p platform.Plan) map[string]any {
	v := map[string]any{
		"settings": map[string]any{
			"clusterName":       p.Spec.ClusterName,
			"interruptionQueue": p.QueueName(),
		},
		"serviceAccount": map[string]any{"name": serviceAccount},
		"nodeSelector":   map[string]any{"kubernetes.io/os": "linux", platform.SystemNodeLabel: "true"},
		// Karpenter must not need CoreDNS to start, nor to end.
		"dnsPolicy": "Default",
		"controller": map[string]any{
			// Without it the controller asks the instance, which is a hop too far.
			"env": []any{map[string]any{"name": "AWS_REGION", "value": p.Spec.Region}},
			"resources": map[string]any{
				"requests": map[string]any{"cpu": "250m", "memory": "512Mi"},
				"limits":   map[string]any{"memory": "1Gi"},
			},
		},
	}
	if p.Spec.IAM.WorkloadIdentity == v1alpha1.IRSA {
		v["serviceAccount"] = map[string]any{
			"name":        serviceAccount,
			"annotations": map[string]any{"eks.amazonaws.com/role-arn": p.RoleARN(p.KarpenterRoleName())},
		}
		return v
	}
	// Pods get credentials only from an association that was there before them.
	// Naming it restarts them when it's made again.
	v["podAnnotations"] = map[string]any{"platform.seafarer.cloud/pod-identity-association": p.Facts.KarpenterAssociationID}
	return v
}

// claimed values of the chart.
func claimed(p platform.Plan) map[string]any {
	if p.Spec.Karpenter.Values == nil {
		return nil
	}
	var v map[string]any
	if err := json.Unmarshal(p.Spec.Karpenter.Values.Raw, &v); err != nil {
		return nil // The schema says it's an object.
	}
	return v
}

// merge values the way Helm does: maps are merged, all else is replaced.
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
