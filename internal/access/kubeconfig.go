package access

import (
	"encoding/base64"

	"go.yaml.in/yaml/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// kubeconfig for people is in a Secret, and has no credentials.
func kubeconfig(p platform.Plan) compose.Resource {
	return p.Local(key.Kubeconfig, &corev1.Secret{Data: Connection(p)}).Needs(p.Facts.Cluster.HasAddress(), platform.Address, "data")
}

// Connection details of the cluster, without credentials: with the keys of the provider's
// own Secret, and the cluster's name. There are none until the cluster has an address.
func Connection(p platform.Plan) map[string][]byte {
	ca, err := base64.StdEncoding.DecodeString(p.Facts.Cluster.CertificateAuthority)
	if err != nil || !p.Facts.Cluster.HasAddress() {
		return nil
	}
	return map[string][]byte{
		"kubeconfig":  kubeconfigFile(p),
		"endpoint":    []byte(p.Facts.Cluster.Endpoint),
		"clusterCA":   ca,
		"clusterName": []byte(p.ClusterName),
	}
}

// kubeconfigFile is as aws eks update-kubeconfig writes it: every name is the cluster's ARN,
// and kubectl requests a token when it needs one.
// https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html
func kubeconfigFile(p platform.Plan) []byte {
	arn := p.Facts.Cluster.ARN
	b, err := yaml.Marshal(map[string]any{
		"apiVersion":      "v1",
		"kind":            "Config",
		"current-context": arn,
		"clusters": []any{map[string]any{"name": arn, "cluster": map[string]any{
			"server":                     p.Facts.Cluster.Endpoint,
			"certificate-authority-data": p.Facts.Cluster.CertificateAuthority,
		}}},
		"contexts": []any{map[string]any{"name": arn, "context": map[string]any{"cluster": arn, "user": arn}}},
		"users": []any{map[string]any{"name": arn, "user": map[string]any{"exec": map[string]any{
			"apiVersion":      "client.authentication.k8s.io/v1beta1",
			"command":         "aws",
			"args":            []any{"--region", p.Region, "eks", "get-token", "--cluster-name", p.ClusterName, "--output", "json"},
			"interactiveMode": "IfAvailable",
		}}}},
	})
	if err != nil {
		return nil // Strings always marshal.
	}
	return b
}
