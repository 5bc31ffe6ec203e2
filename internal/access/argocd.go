package access

import (
	"encoding/json"
	"maps"

	corev1 "k8s.io/api/core/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// argoCD registers the cluster with the platform team's Argo CD, by a Secret in
// the namespace where Argo CD looks for clusters:
// https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#eks
func argoCD(p platform.Plan, s v1alpha1.ArgoCDSpec) []compose.Resource {
	if !s.Enabled {
		return nil
	}
	secret := &corev1.Secret{}
	secret.Labels = map[string]string{"argocd.argoproj.io/secret-type": "cluster"}
	maps.Copy(secret.Labels, s.Labels)
	if p.Facts.Cluster.HasAddress() {
		secret.Data = argoCDCluster(p, s)
	}
	r := p.Local(key.ArgoCDCluster, secret).Needs(p.Facts.Cluster.HasAddress(), platform.Address, "data")
	secret.SetNamespace(p.Fences.ArgoCD.Namespace)
	secret.SetName(ArgoCDSecret(p))
	return []compose.Resource{r}
}

// ArgoCDSecret is the name of the Secret that registers the cluster with Argo CD, unique
// among those of all namespaces.
func ArgoCDSecret(p platform.Plan) string {
	if n, ok := p.Facts.Name(key.ArgoCDCluster); ok {
		return n
	}
	return aws.ObjectName(p.Namespace+"."+p.Owner, string(key.ArgoCDCluster))
}

// argoCDCluster is the cluster's registration. Argo CD requests tokens itself, as the
// platform team's role if it names one.
func argoCDCluster(p platform.Plan, s v1alpha1.ArgoCDSpec) map[string][]byte {
	auth := map[string]any{"clusterName": p.ClusterName}
	if arn := p.Fences.ArgoCD.RoleARN; arn != "" {
		auth["roleARN"] = arn
	}
	config, err := json.Marshal(map[string]any{
		"awsAuthConfig":   auth,
		"tlsClientConfig": map[string]any{"insecure": false, "caData": p.Facts.Cluster.CertificateAuthority},
	})
	if err != nil {
		return nil // Strings always marshal.
	}
	data := map[string][]byte{
		"name":   []byte(p.Namespace + "." + p.Owner),
		"server": []byte(p.Facts.Cluster.Endpoint),
		"config": config,
	}
	if project := s.Project; project != "" {
		data["project"] = []byte(project)
	}
	return data
}
