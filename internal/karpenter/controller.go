package karpenter

import (
	"github.com/Masterminds/semver/v3"
	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"
	iam "github.com/upbound/provider-aws/v2/apis/namespaced/iam/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/iamrole"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// controllerRole with the official policies, and the Pod Identity association of the
// controller's service account.
func controllerRole(p platform.Plan, s v1alpha1.KarpenterSpec) []compose.Resource {
	rs := iamrole.Role{
		Key:         key.KarpenterRole,
		Name:        roleName(p),
		Description: "Karpenter of " + p.ClusterName,
		Workload:    iamrole.Workload{Namespace: s.Namespace, ServiceAccount: serviceAccount},
	}.Resources(p)
	for _, cp := range controllerPolicies(controllerScope(p, s)) {
		rs = append(rs, policy(p, cp)...)
	}
	if p.WorkloadIdentity == v1alpha1.PodIdentity {
		rs = append(rs, podIdentity(p, s))
	}
	return rs
}

func controllerScope(p platform.Plan, s v1alpha1.KarpenterSpec) scope {
	return scope{
		partition:    p.Partition,
		region:       p.Region,
		account:      p.Facts.AccountID,
		cluster:      p.ClusterName,
		nodeRoleARN:  p.RoleARN(nodeRoleName(p, s)),
		queueARN:     queueARN(p),
		version:      grantedVersion(p, s),
		interruption: true,
	}
}

// grantedVersion is the version of the chart whose permissions are granted: that of the
// claim, or the installed one if it's later. A later chart needs all that an earlier one
// does.
func grantedVersion(p platform.Plan, s v1alpha1.KarpenterSpec) *semver.Version {
	requested := semver.MustParse(s.Version) // Validate has parsed it.
	if is, err := semver.StrictNewVersion(p.Versions.Karpenter); err == nil && is.GreaterThan(requested) {
		return is
	}
	return requested
}

func policy(p platform.Plan, cp controllerPolicy) []compose.Resource {
	k := key.KarpenterPolicy(cp.key)
	name := p.GlobalName(aws.LimitPolicy, "karpenter-"+cp.key)
	return []compose.Resource{
		p.AWS(k, &iam.Policy{ObjectMeta: platform.External(name), Spec: iam.PolicySpec{ForProvider: iam.PolicyParameters{
			Description: new(cp.title + " of Karpenter's controller of " + p.ClusterName),
			Policy:      new(cp.document.JSON()),
			Tags:        p.Tags(),
		}}}).Needs(p.AccountKnown(), platform.AccountID, "spec.forProvider.policy"),
		p.AWS(key.KarpenterPolicyAttachment(cp.key), &iam.RolePolicyAttachment{Spec: iam.RolePolicyAttachmentSpec{ForProvider: iam.RolePolicyAttachmentParameters{
			RoleRef:      p.Ref(key.KarpenterRole),
			PolicyArnRef: p.Ref(k),
		}}}),
	}
}

// podIdentity associates the controller's service account with its role.
func podIdentity(p platform.Plan, s v1alpha1.KarpenterSpec) compose.Resource {
	return p.AWSOrphan(key.KarpenterAssociation, &eks.PodIdentityAssociation{Spec: eks.PodIdentityAssociationSpec{ForProvider: eks.PodIdentityAssociationParameters_2{
		Region:         new(p.Region),
		ClusterNameRef: p.Ref(key.Cluster),
		Namespace:      new(s.Namespace),
		ServiceAccount: new(serviceAccount),
		RoleArnRef:     p.Ref(key.KarpenterRole),
		Tags:           p.Tags(),
	}}})
}
