package karpenter

import (
	"slices"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/manifest"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

const (
	// annotationRole names the IAM role of a service account, with IRSA.
	annotationRole = "eks.amazonaws.com/role-arn"

	// annotationAssociation names the Pod Identity association of the pods.
	annotationAssociation = "platform.seafarer.cloud/pod-identity-association"

	// variableRegion is an environment variable with the region of AWS.
	variableRegion = "AWS_REGION"
)

// chartValues are those of the claim, merged over those of the platform. If the system nodes
// have the taint, Karpenter tolerates it whatever else it tolerates.
func chartValues(p platform.Plan, s v1alpha1.KarpenterSpec, systemTaint bool) map[string]any {
	v := manifest.Merge(values(p), manifest.Values(s.Values))
	if ts, ok := v["tolerations"]; ok && systemTaint {
		v["tolerations"] = tolerateSystemTaint(ts)
	}
	return v
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
			"env": []any{map[string]any{"name": variableRegion, "value": p.Region}},
			"resources": map[string]any{
				"requests": map[string]any{"cpu": "250m", "memory": "512Mi"},
				"limits":   map[string]any{"memory": "1Gi"},
			},
		},
	}
	if p.WorkloadIdentity == v1alpha1.IRSA {
		v["serviceAccount"] = map[string]any{
			"name":        serviceAccount,
			"annotations": map[string]any{annotationRole: p.RoleARN(roleName(p))},
		}
		return v
	}
	// Pods get credentials only from an association that was there before them. The
	// annotation restarts them when it's created again.
	v["podAnnotations"] = map[string]any{annotationAssociation: p.Facts.Karpenter.AssociationID}
	return v
}

// tolerateSystemTaint adds the toleration that the chart has by default, unless the list of
// the claim has it or tolerates all taints.
func tolerateSystemTaint(tolerations any) []any {
	ts, _ := tolerations.([]any)
	if slices.ContainsFunc(ts, toleratesSystemTaint) {
		return ts
	}
	return append(ts, map[string]any{"key": platform.SystemTaint, "operator": "Exists"})
}

func toleratesSystemTaint(toleration any) bool {
	t, _ := toleration.(map[string]any)
	if e := t["effect"]; e != nil && e != "" && e != "NoSchedule" {
		return false
	}
	if t["operator"] == "Exists" {
		return t["key"] == nil || t["key"] == "" || t["key"] == platform.SystemTaint
	}
	return t["key"] == platform.SystemTaint && t["value"] == "true"
}
