package karpenter

import (
	"github.com/Masterminds/semver/v3"
	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"
	iam "github.com/upbound/provider-aws/v2/apis/namespaced/iam/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

const keyControllerRole compose.Key = "karpenter-role"

// controllerRole is what the controller acts as, with the official policies, and
// its link to the controller's service account.
func controllerRole(p platform.Plan) []compose.Resource {
	rs := p.WorkloadRole(platform.Workload{Namespace: p.Spec.Karpenter.Namespace, ServiceAccount: serviceAccount}, platform.Role{
		Key:         keyControllerRole,
		Name:        p.KarpenterRoleName(),
		Description: "Karpenter of " + p.Spec.ClusterName,
	})
	for _, cp := range controllerPolicies(controllerScope(p)) {
		rs = append(rs, policy(p, cp)...)
	}
	if p.Spec.IAM.WorkloadIdentity == v1alpha1.PodIdentity {
		rs = append(rs, podIdentity(p))
	}
	return rs
}

func controllerScope(p platform.Plan) scope {
	return scope{
		partition:    p.Partition,
		region:       p.Spec.Region,
		account:      p.Facts.AccountID,
		cluster:      p.Spec.ClusterName,
		nodeRoleARN:  p.RoleARN(p.KarpenterNodeRoleName()),
		queueARN:     queueARN(p),
		version:      grantedVersion(p),
		interruption: true,
	}
}

// grantedVersion is the chart whose rights are granted: the one that the claim
// asks for, or the one there still is if it's later. A later chart needs all that
// an earlier one does.
func grantedVersion(p platform.Plan) *semver.Version {
	asked := semver.MustParse(p.Spec.Karpenter.Version) // Its validation has parsed it before.
	if is, err := semver.StrictNewVersion(p.Versions.Karpenter); err == nil && is.GreaterThan(asked) {
		return is
	}
	return asked
}

func policy(p platform.Plan, cp controllerPolicy) []compose.Resource {
	k := compose.Key("karpenter-policy-" + cp.key)
	name := p.GlobalName(aws.LimitPolicy, "karpenter-"+cp.key)
	return []compose.Resource{
		p.AWS(k, &iam.Policy{ObjectMeta: platform.External(name), Spec: iam.PolicySpec{ForProvider: iam.PolicyParameters{
			Description: new(cp.title + " of Karpenter's controller of " + p.Spec.ClusterName),
			Policy:      new(cp.document.JSON()),
			Tags:        p.Tags(),
		}}}).Needs(p.AccountKnown(), platform.AccountID, "spec.forProvider.policy"),
		p.AWS(k+"-attachment", &iam.RolePolicyAttachment{Spec: iam.RolePolicyAttachmentSpec{ForProvider: iam.RolePolicyAttachmentParameters{
			RoleRef:      p.Ref(keyControllerRole),
			PolicyArnRef: p.Ref(k),
		}}}),
	}
}

// podIdentity gives the controller's pods the credentials of its role.
func podIdentity(p platform.Plan) compose.Resource {
	return p.ClusterBound(platform.KeyKarpenterAssociation, &eks.PodIdentityAssociation{Spec: eks.PodIdentityAssociationSpec{ForProvider: eks.PodIdentityAssociationParameters_2{
		Region:         new(p.Spec.Region),
		ClusterNameRef: p.Ref(platform.KeyCluster),
		Namespace:      new(p.Spec.Karpenter.Namespace),
		ServiceAccount: new(serviceAccount),
		RoleArnRef:     p.Ref(keyControllerRole),
		Tags:           p.Tags(),
	}}})
}
