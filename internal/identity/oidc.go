// Package identity describes the OIDC provider through which workloads assume roles.
package identity

import (
	iam "github.com/upbound/provider-aws/v2/apis/namespaced/iam/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// OIDCProvider registers the cluster's OIDC issuer with IAM. IAM verifies the issuer's
// certificate itself, so it has no thumbprint.
func OIDCProvider(p platform.Plan, s v1alpha1.IAMSpec) []compose.Resource {
	if !s.WithOIDC && p.WorkloadIdentity != v1alpha1.IRSA {
		return nil
	}
	r := p.AWS(key.OIDCProvider, &iam.OpenIDConnectProvider{ObjectMeta: p.Recorded(key.OIDCProvider, p.AccountKnown() && p.OIDCIssuer() != "", p.OIDCProviderARN()), Spec: iam.OpenIDConnectProviderSpec{ForProvider: iam.OpenIDConnectProviderParameters{
		URL:          new(p.Facts.Cluster.OIDCIssuer),
		ClientIDList: []*string{new("sts.amazonaws.com")},
		Tags:         p.Tags(p.NameTag("irsa")),
	}}})
	r = r.Needs(p.Facts.Cluster.OIDCIssuer != "", platform.OIDCIssuer, "spec.forProvider.url").
		Needs(p.OIDCIssuer() == "" || p.AccountKnown() || p.Exists(key.OIDCProvider), platform.AccountID)
	if p.WorkloadIdentity == v1alpha1.IRSA {
		r = r.DeletedAfter(key.Karpenter, "Karpenter and the add-ons get their credentials through it")
	}
	return []compose.Resource{r}
}
