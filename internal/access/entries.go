package access

import (
	"slices"

	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// provider makes the provider's own identity an administrator. It must stay one while any
// resource in the cluster is ours, so it's deleted with the cluster, and not when the
// platform team no longer names it.
func provider(p platform.Plan) []compose.Resource {
	const k = key.ProviderAccess
	arn := p.Fences.ProviderPrincipalARN
	if arn == "" && !p.Exists(k) {
		return nil
	}
	return []compose.Resource{
		p.AWSOrphan(k, entry(p, arn)).Needs(arn != "", platform.ProviderPrincipal, "spec.forProvider.principalArn"),
		p.AWSOrphan(key.AccessPolicy(k), admin(p, k)),
	}
}

// admins are the administrators that a claim lists, and Argo CD if the claim enables it.
// Each can be revoked.
func admins(p platform.Plan, s v1alpha1.AccessSpec) []compose.Resource {
	arns := slices.Clone(s.Admins)
	if f := p.Fences.ArgoCD; s.ArgoCD.Enabled && f != nil && f.RoleARN != "" {
		arns = append(arns, f.RoleARN)
	}
	var rs []compose.Resource
	for i, arn := range arns {
		if arn == p.Fences.ProviderPrincipalARN || slices.Index(arns, arn) < i {
			continue // EKS allows one entry for each principal.
		}
		k := key.AccessEntry(aws.Short(arn))
		rs = append(rs, p.AWS(k, entry(p, arn)), p.AWS(key.AccessPolicy(k), admin(p, k)))
	}
	return rs
}

func entry(p platform.Plan, arn string) *eks.AccessEntry {
	return &eks.AccessEntry{Spec: eks.AccessEntrySpec{ForProvider: eks.AccessEntryParameters{
		Region:         new(p.Region),
		ClusterNameRef: p.Ref(key.Cluster),
		PrincipalArn:   new(arn),
		Type:           new("STANDARD"),
		Tags:           p.Tags(),
	}}}
}

func admin(p platform.Plan, entry key.Key) *eks.AccessPolicyAssociation {
	return &eks.AccessPolicyAssociation{Spec: eks.AccessPolicyAssociationSpec{ForProvider: eks.AccessPolicyAssociationParameters{
		Region:          new(p.Region),
		ClusterNameRef:  p.Ref(key.Cluster),
		PrincipalArnRef: p.Ref(entry),
		PolicyArn:       new(aws.AccessPolicy(p.Partition, "AmazonEKSClusterAdminPolicy")),
		AccessScope:     &eks.AccessScopeParameters{Type: new("cluster")},
	}}}
}
