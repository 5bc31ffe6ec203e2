package access

import (
	"encoding/json"
	"maps"

	corev1 "k8s.io/api/core/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// argoCD registers the cluster with the platform team's Argo CD, by a Secret in
// the namespace where Argo CD looks for clusters:
// https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#eks
func argoCD(p platform.Plan) []compose.Resource {
	if !p.Spec.Access.ArgoCD.Enabled {
		return nil
	}
	s := &corev1.Secret{}
	s.Labels = map[string]string{"argocd.argoproj.io/secret-type": "cluster"}
	maps.Copy(s.Labels, p.Spec.Access.ArgoCD.Labels)
	if p.AddressKnown() {
		s.Data = argoCDCluster(p)
	}
	r := p.Local(platform.KeyArgoCDCluster, s).Needs(p.AddressKnown(), platform.Address, "data")
	s.SetNamespace(p.Fences.ArgoCD.Namespace)
	s.SetName(p.ArgoCDSecret())
	r.Ready = compose.ReadyByExistence
	return []compose.Resource{r}
}

// argoCDCluster is what Argo CD knows of the cluster. It asks for tokens itself, as
// the platform team's role if it names one.
func argoCDCluster(p platform.Plan) map[string][]byte {
	auth := map[string]any{"clusterName": p.Spec.ClusterName}
	if arn := p.Fences.ArgoCD.RoleARN; arn != "" {
		auth["roleARN"] = arn
	}
	config, err := json.Marshal(map[string]any{
		"awsAuthConfig":   auth,
		"tlsClientConfig": map[string]any{"insecure": false, "caData": p.Facts.ClusterCertificateAuthority},
	})
	if err != nil {
		return nil // It's made of strings.
	}
	data := map[string][]byte{
		"name":   []byte(p.Namespace + "." + p.Owner),
		"server": []byte(p.Facts.ClusterEndpoint),
		"config": config,
	}
	if project := p.Spec.Access.ArgoCD.Project; project != "" {
		data["project"] = []byte(project)
	}
	return data
}
