package addons

import (
	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/manifest"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// addon as a claim requests it.
func addon(p platform.Plan, s v1alpha1.AddonSpec) compose.Resource {
	e := &eks.Addon{Spec: eks.AddonSpec{ForProvider: eks.AddonParameters{
		Region:         new(p.Region),
		ClusterNameRef: p.Ref(key.Cluster),
		AddonName:      new(s.Name),
		// Overwrite existing objects when the add-on is installed, and later preserve
		// changes made in the cluster.
		ResolveConflictsOnCreate: new("OVERWRITE"),
		ResolveConflictsOnUpdate: new("PRESERVE"),
		Tags:                     p.Tags(),
	}}}
	version, known := p.AddonVersion(s)
	if version != "" {
		e.Spec.ForProvider.AddonVersion = new(version)
	}
	if v := configuration(p, s); v != "" {
		e.Spec.ForProvider.ConfigurationValues = new(v)
	}
	return withRole(p, s.Name, e).Needs(known, platform.KubernetesVersion, "spec.forProvider.addonVersion")
}

// withRole gives an add-on its IAM role. With Pod Identity the association is part of the
// add-on: EKS creates it before the pods, which get no credentials from a later one.
//
// The add-on names the role by ARN either way, not by reference. A claim may switch
// between the two, and a reference that is added to an existing object never settles: to
// resolve it, the provider clears the values of the other references, and then of this
// one again. The value of a removed reference would stay.
func withRole(p platform.Plan, name string, e *eks.Addon) compose.Resource {
	r, ok := roleOf(name)
	if !ok {
		return p.AWSOrphan(key.Addon(name), e)
	}
	arn, path := p.RoleARN(r.awsName(p)), "spec.forProvider.podIdentityAssociation"
	if p.WorkloadIdentity == v1alpha1.IRSA {
		e.Spec.ForProvider.ServiceAccountRoleArn, path = new(arn), "spec.forProvider.serviceAccountRoleArn"
	} else {
		e.Spec.ForProvider.PodIdentityAssociation = []eks.PodIdentityAssociationParameters{{
			RoleArn:        new(arn),
			ServiceAccount: new(r.serviceAccount),
		}}
	}
	return p.AWSOrphan(key.Addon(name), e).Refers(key.AddonRole(name)).Needs(p.AccountKnown(), platform.AccountID, path)
}

// noConfiguration is an empty object, which resets an add-on to its defaults.
const noConfiguration = "{}"

// configuration of an add-on as JSON, with its keys sorted: that of the claim over the default.
// EKS retains a configuration that is left out. An add-on that never had one gets none, because
// not every add-on can be configured.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateAddon.html
//
// Earlier platforms have no default for the EBS CSI driver: another StorageClass may be the
// default there, and a newer one would take its place.
func configuration(p platform.Plan, s v1alpha1.AddonSpec) string {
	v := manifest.Values(s.ConfigurationValues)
	if s.Name == claim.EBSCSIDriver && !isEarlier(p, s.Name) {
		v = manifest.Merge(defaultStorageClass(), v)
	}
	switch {
	case v != nil:
		return string(manifest.Raw(v).Raw)
	case p.Facts.Addons[s.Name].Configured:
		return noConfiguration
	default:
		return ""
	}
}

// defaultStorageClass is the configuration with which the EBS CSI driver creates the default
// StorageClass. EKS creates none from Kubernetes 1.30 on:
// https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions-extended.html
func defaultStorageClass() map[string]any {
	return map[string]any{"defaultStorageClass": map[string]any{"enabled": true}}
}
