package access

import (
	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"

	helm "github.com/crossplane-contrib/provider-helm/apis/namespaced/v1beta1"
	kubernetes "github.com/crossplane-contrib/provider-kubernetes/apis/namespaced/v1alpha1"
	kubeconfig "github.com/crossplane-contrib/provider-kubernetes/pkg/kube/config"
	xpv1 "github.com/crossplane/crossplane-runtime/v2/apis/common/v1"
	xpv2 "github.com/crossplane/crossplane-runtime/v2/apis/common/v2"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// clusterAuth keeps a Secret with a kubeconfig whose token is renewed every few
// minutes. It's for the providers, and for nobody else.
func clusterAuth(p platform.Plan) compose.Resource {
	return p.WithoutPolicies(platform.KeyClusterAuth, &eks.ClusterAuth{Spec: eks.ClusterAuthSpec{
		ManagedResourceSpec: xpv2.ManagedResourceSpec{
			WriteConnectionSecretToReference: &xpv1.LocalSecretReference{Name: p.ProviderSecret()},
		},
		ForProvider: eks.ClusterAuthParameters{
			Region:         p.Spec.Region,
			ClusterNameRef: p.Ref(platform.KeyCluster),
		},
	}})
}

func helmConfig(p platform.Plan) compose.Resource {
	r := p.Local(platform.KeyHelmProviderConfig, &helm.ProviderConfig{Spec: credentials(p)})
	r.Ready = compose.ReadyByExistence
	return r
}

func kubernetesConfig(p platform.Plan) compose.Resource {
	r := p.Local(platform.KeyKubernetesProviderConf, &kubernetes.ProviderConfig{Spec: credentials(p)})
	r.Ready = compose.ReadyByExistence
	return r
}

func credentials(p platform.Plan) kubeconfig.ProviderConfigSpec {
	return kubeconfig.ProviderConfigSpec{Credentials: kubeconfig.ProviderCredentials{
		Source: xpv1.CredentialsSourceSecret,
		CommonCredentialSelectors: xpv1.CommonCredentialSelectors{SecretRef: &xpv1.SecretKeySelector{
			SecretReference: xpv1.SecretReference{Name: p.ProviderSecret(), Namespace: p.Namespace},
			Key:             "kubeconfig",
		}},
	}}
}
