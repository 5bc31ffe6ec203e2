package access

import (
	"slices"

	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// provider makes the provider's own identity an administrator. It must stay one
// for as long as anything in the cluster is ours, so it goes with the cluster, and
// not when the platform team no longer names it.
func provider(p platform.Plan) []compose.Resource {
	const k = "access-provider"
	arn := p.Fences.ProviderPrincipalARN
	if arn == "" && !p.Exists(k) {
		return nil
	}
	return []compose.Resource{
		p.ClusterBound(k, entry(p, arn)).Needs(arn != "", platform.ProviderPrincipal, "spec.forProvider.principalArn"),
		p.ClusterBound(k+"-admin", admin(p, k)),
	}
}

// admins are the administrators that a claim lists, and Argo CD if it asks for
// that. Each can be revoked.
func admins(p platform.Plan) []compose.Resource {
	arns := slices.Clone(p.Spec.Access.Admins)
	if f := p.Fences.ArgoCD; p.Spec.Access.ArgoCD.Enabled && f != nil && f.RoleARN != "" {
		arns = append(arns, f.RoleARN)
	}
	var rs []compose.Resource
	for i, arn := range arns {
		if arn == p.Fences.ProviderPrincipalARN || slices.Index(arns, arn) < i {
			continue // EKS allows one entry for each principal.
		}
		// An ARN is no legal part of a name, and its place in the list is no
		// identity.
		k := compose.Key("access-" + aws.Short(arn))
		rs = append(rs, p.AWS(k, entry(p, arn)), p.AWS(k+"-admin", admin(p, k)))
	}
	return rs
}

func entry(p platform.Plan, arn string) *eks.AccessEntry {
	return &eks.AccessEntry{Spec: eks.AccessEntrySpec{ForProvider: eks.AccessEntryParameters{
		Region:         new(p.Spec.Region),
		ClusterNameRef: p.Ref(platform.KeyCluster),
		PrincipalArn:   new(arn),
		Type:           new("STANDARD"),
		Tags:           p.Tags(),
	}}}
}

func admin(p platform.Plan, entry compose.Key) *eks.AccessPolicyAssociation {
	return &eks.AccessPolicyAssociation{Spec: eks.AccessPolicyAssociationSpec{ForProvider: eks.AccessPolicyAssociationParameters{
		Region:          new(p.Spec.Region),
		ClusterNameRef:  p.Ref(platform.KeyCluster),
		PrincipalArnRef: p.Ref(entry),
		PolicyArn:       new(aws.AccessPolicy(p.Partition, "AmazonEKSClusterAdminPolicy")),
		AccessScope:     &eks.AccessScopeParameters{Type: new("cluster")},
	}}}
}
