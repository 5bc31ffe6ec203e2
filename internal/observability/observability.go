// Package observability describes which logs of workloads go to CloudWatch.
package observability

import (
	"strings"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/manifest"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// namespace of the settings of Fargate's log router:
// https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html
const namespace = "aws-observability"

// Resources of observability.
func Resources(p platform.Plan, s v1alpha1.ObservabilitySpec) []compose.Resource {
	if !s.FargateLogging {
		return nil
	}
	return []compose.Resource{
		p.Kubernetes(key.FargateLoggingNamespace, manifest.Of(map[string]any{
			"apiVersion": "v1",
			"kind":       "Namespace",
			"metadata":   map[string]any{"name": namespace, "labels": map[string]any{namespace: "enabled"}},
		})),
		p.Kubernetes(key.FargateLogging, manifest.Of(map[string]any{
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
		"    region " + p.Region,
		"    log_group_name /aws/eks/" + p.ClusterName + "/fargate",
		"    log_stream_prefix fargate-",
		"    auto_create_group true",
		"",
	}, "\n")
}
