// Package observability describes what of the cluster's workloads is kept in
// CloudWatch.
package observability

import (
	"strings"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// namespace that Fargate's log router reads its settings from:
// https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html
const namespace = "aws-observability"

// Resources of observability.
func Resources(p platform.Plan) []compose.Resource {
	if !p.Spec.Observability.FargateLogging {
		return nil
	}
	return []compose.Resource{
		p.Kubernetes("fargate-logging-namespace", platform.Manifest(map[string]any{
			"apiVersion": "v1",
			"kind":       "Namespace",
			"metadata":   map[string]any{"name": namespace, "labels": map[string]any{namespace: "enabled"}},
		})),
		p.Kubernetes("fargate-logging", platform.Manifest(map[string]any{
			"apiVersion": "v1",
			"kind":       "ConfigMap",
			"metadata":   map[string]any{"name": "aws-logging", "namespace": namespace},
			"data":       map[string]any{"flb_log_cw": "false", "output.conf": output(p)},
		})),
	}
}

// output sends every record to CloudWatch Logs, in the settings of Fluent Bit.
func output(p platform.Plan) string {
	return strings.Join([]string{
		"[OUTPUT]",
		"    Name cloudwatch_logs",
		"    Match *",
		"    region " + p.Spec.Region,
		"    log_group_name /aws/eks/" + p.Spec.ClusterName + "/fargate",
		"    log_stream_prefix fargate-",
		"    auto_create_group true",
		"",
	}, "\n")
}
