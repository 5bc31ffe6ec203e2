package addons

import (
	"encoding/json"

	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// resource of an add-on, as a claim asks for it.
func (a addon) resource(p platform.Plan, s v1alpha1.AddonSpec) compose.Resource {
	e := &eks.Addon{Spec: eks.AddonSpec{ForProvider: eks.AddonParameters{
		Region:         new(p.Spec.Region),
		ClusterNameRef: p.Ref(platform.KeyCluster),
		AddonName:      new(a.name),
		// Take over what is there when the add-on is installed; afterwards leave
		// alone what somebody changed by hand.
		ResolveConflictsOnCreate: new("OVERWRITE"),
		ResolveConflictsOnUpdate: new("PRESERVE"),
		Tags:                     p.Tags(),
	}}}
	version, known := p.AddonVersion(s)
	if version != "" {
		e.Spec.ForProvider.AddonVersion = new(version)
	}
	if v := configuration(s); v != "" {
		e.Spec.ForProvider.ConfigurationValues = new(v)
	}
	return a.identify(p, e).Needs(known, platform.KubernetesVersion, "spec.forProvider.addonVersion")
}

// identify an add-on that calls AWS. With Pod Identity the association is part
// of the add-on: EKS makes it before the pods, which get no credentials later.
//
// Its role is named by ARN either way. A claim may go from one to the other, and a
// reference that is added to what exists is never at rest: when the provider
// resolves it, it forgets what it resolved the other references to, and then this
// one again. And what it resolved a reference to would stay without it.
func (a addon) identify(p platform.Plan, e *eks.Addon) compose.Resource {
	k := platform.KeyAddon(a.name)
	switch {
	case a.role == "":
		return p.ClusterBound(k, e)
	case p.Spec.IAM.WorkloadIdentity == v1alpha1.IRSA:
		e.Spec.ForProvider.ServiceAccountRoleArn = new(p.RoleARN(a.roleName(p)))
		return p.ClusterBound(k, e).Refers(a.role).Needs(p.AccountKnown(), platform.AccountID, "spec.forProvider.serviceAccountRoleArn")
	default:
		e.Spec.ForProvider.PodIdentityAssociation = []eks.PodIdentityAssociationParameters{{
			RoleArn:        new(p.RoleARN(a.roleName(p))),
			ServiceAccount: new(a.serviceAccount),
		}}
		return p.ClusterBound(k, e).Refers(a.role).Needs(p.AccountKnown(), platform.AccountID, "spec.forProvider.podIdentityAssociation")
	}
}

// configuration of an add-on as the JSON that EKS takes, with its keys sorted.
func configuration(s v1alpha1.AddonSpec) string {
	if s.ConfigurationValues == nil {
		return ""
	}
	var v any
	if err := json.Unmarshal(s.ConfigurationValues.Raw, &v); err != nil {
		return "" // The schema says it's an object.
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}
