// Package addons describes the EKS add-ons, and the IAM roles of those that call AWS.
package addons

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
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
