// Package addons describes the EKS add-ons, and the IAM roles of those that call AWS.
package addons

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// Warnings about spec.addons.
func Warnings(c claim.Claim) []claim.Warning {
	var ws []claim.Warning
	for i, a := range c.Spec.Addons {
		if !compat.IsAddon(a.Name) {
			ws = append(ws, claim.WarnUnknown(field.NewPath("spec", "addons").Index(i).Child("name"), "EKS add-on", a.Name, compat.Addons()))
		}
	}
	return ws
}

// Admit spec.iam.workloadIdentity, given what exists. The provider cannot remove the role of
// an add-on's service account, and pods prefer that role, which with Pod Identity trusts them
// no longer: the VPC CNI would lose its permissions on all nodes. See
// https://github.com/hashicorp/terraform-provider-aws/issues/30645
func Admit(c claim.Claim, f facts.Facts) ([]claim.Warning, field.ErrorList) {
	if c.Spec.IAM.WorkloadIdentity != v1alpha1.PodIdentity || !f.UsesIRSA {
		return nil, nil
	}
	return nil, field.ErrorList{field.Invalid(field.NewPath("spec", "iam", "workloadIdentity"), c.Spec.IAM.WorkloadIdentity,
		"the add-ons have roles for IRSA, which provider-aws cannot remove, and would lose their permissions: set it to IRSA, or create a new SeafarerCluster")}
}

// Resources of the add-ons, besides their roles.
func Resources(p platform.Plan, specs []v1alpha1.AddonSpec) []compose.Resource {
	rs := make([]compose.Resource, 0, len(specs))
	for _, s := range specs {
		r := addon(p, s)
		if claim.IsStandardAddon(s.Name) {
			r = r.DeletedAfter(key.Karpenter, "nodes need it until they are deleted")
		}
		rs = append(rs, r)
	}
	return rs
}
