package access

import (
	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"

	helm "github.com/crossplane-contrib/provider-helm/apis/namespaced/v1beta1"
	kubernetes "github.com/crossplane-contrib/provider-kubernetes/apis/namespaced/v1alpha1"
	providerconfig "github.com/crossplane-contrib/provider-kubernetes/pkg/kube/config"
	xpv1 "github.com/crossplane/crossplane-runtime/v2/apis/common/v1"
	xpv2 "github.com/crossplane/crossplane-runtime/v2/apis/common/v2"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// clusterAuth writes a Secret with a kubeconfig whose token it renews every few minutes. It's
// for the providers only.
func clusterAuth(p platform.Plan) compose.Resource {
	return p.AWSWithoutPolicies(key.ClusterAuth, &eks.ClusterAuth{Spec: eks.ClusterAuthSpec{
		ManagedResourceSpec: xpv2.ManagedResourceSpec{
			WriteConnectionSecretToReference: &xpv1.LocalSecretReference{Name: p.ProviderSecret()},
		},
		ForProvider: eks.ClusterAuthParameters{
			Region:         p.Region,
			ClusterNameRef: p.Ref(key.Cluster),
		},
	}})
}

func helmConfig(p platform.Plan) compose.Resource {
	return p.Local(key.HelmProviderConfig, &helm.ProviderConfig{Spec: credentials(p)})
}

func kubernetesConfig(p platform.Plan) compose.Resource {
	return p.Local(key.KubernetesProviderConfig, &kubernetes.ProviderConfig{Spec: credentials(p)})
}

func credentials(p platform.Plan) providerconfig.ProviderConfigSpec {
	return providerconfig.ProviderConfigSpec{Credentials: providerconfig.ProviderCredentials{
		Source: xpv1.CredentialsSourceSecret,
		CommonCredentialSelectors: xpv1.CommonCredentialSelectors{SecretRef: &xpv1.SecretKeySelector{
			SecretReference: xpv1.SecretReference{Name: p.ProviderSecret(), Namespace: p.Namespace},
			Key:             "kubeconfig",
		}},
	}}
}
