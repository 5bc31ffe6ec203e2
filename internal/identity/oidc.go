package identity

import (
	iam "github.com/upbound/provider-aws/v2/apis/namespaced/iam/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// oidcProvider makes the cluster's OIDC issuer known to IAM. IAM checks the
// issuer's certificate itself, so no thumbprint is given.
func oidcProvider(p platform.Plan) []compose.Resource {
	if !p.Spec.IAM.WithOIDC && p.Spec.IAM.WorkloadIdentity != v1alpha1.IRSA {
		return nil
	}
	r := p.AWS(platform.KeyOIDCProvider, &iam.OpenIDConnectProvider{Spec: iam.OpenIDConnectProviderSpec{ForProvider: iam.OpenIDConnectProviderParameters{
		URL:          new(p.Facts.OIDCIssuer),
		ClientIDList: []*string{new("sts.amazonaws.com")},
		Tags:         p.Tags(p.NameTag("irsa")),
	}}})
	r = r.Needs(p.Facts.OIDCIssuer != "", platform.OIDCIssuer, "spec.forProvider.url")
	if p.Spec.IAM.WorkloadIdentity == v1alpha1.IRSA {
		r = r.Outlives(platform.KeyKarpenterRelease, "Karpenter and the add-ons get their credentials by it")
	}
	return []compose.Resource{r}
}
