package access

import (
	"encoding/base64"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// forPeople is a Secret with a kubeconfig: who uses it authenticates as themselves.
func forPeople(p platform.Plan) compose.Resource {
	r := p.Local(platform.KeyKubeconfig, &corev1.Secret{Data: Connection(p)}).Needs(p.AddressKnown(), platform.Address, "data")
	r.Ready = compose.ReadyByExistence
	return r
}

// Connection is what it takes to reach the cluster, but for credentials: the keys
// are those that the provider's own Secret has, and the cluster's name. There's
// none until the cluster has an address.
func Connection(p platform.Plan) map[string][]byte {
	ca, err := base64.StdEncoding.DecodeString(p.Facts.ClusterCertificateAuthority)
	if err != nil || !p.AddressKnown() {
		return nil
	}
	return map[string][]byte{
		"kubeconfig":  kubeconfigFile(p),
		"endpoint":    []byte(p.Facts.ClusterEndpoint),
		"clusterCA":   ca,
		"clusterName": []byte(p.Spec.ClusterName),
	}
}

// kubeconfigFile is as aws eks update-kubeconfig writes it: everything is called
// by the cluster's ARN, and a token is asked for when it's needed.
// https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html
func kubeconfigFile(p platform.Plan) []byte {
	arn := p.Facts.ClusterARN
	b, err := yaml.Marshal(map[string]any{
		"apiVersion":      "v1",
		"kind":            "Config",
		"current-context": arn,
		"clusters": []any{map[string]any{"name": arn, "cluster": map[string]any{
			"server":                     p.Facts.ClusterEndpoint,
			"certificate-authority-data": p.Facts.ClusterCertificateAuthority,
		}}},
		"contexts": []any{map[string]any{"name": arn, "context": map[string]any{"cluster": arn, "user": arn}}},
		"users": []any{map[string]any{"name": arn, "user": map[string]any{"exec": map[string]any{
			"apiVersion":      "client.authentication.k8s.io/v1beta1",
			"command":         "aws",
			"args":            []any{"--region", p.Spec.Region, "eks", "get-token", "--cluster-name", p.Spec.ClusterName, "--output", "json"},
			"interactiveMode": "IfAvailable",
		}}}},
	})
	if err != nil {
		return nil // It's made of strings.
	}
	return b
}
