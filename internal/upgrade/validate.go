package upgrade

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
)

// Validate what only an existing platform may have.
func Validate(c claim.Claim, f facts.Facts) field.ErrorList {
	return validateVersion(c, f)
}

// validateVersion of Kubernetes. EKS creates no cluster of a version whose extended support has
// ended. A platform that has one is upgraded from there, and one that EKS has upgraded by itself
// has a claim that is behind.
func validateVersion(c claim.Claim, f facts.Facts) field.ErrorList {
	v := c.Spec.KubernetesVersion
	exists := f.Cluster.Exists || f.Cluster.Version != "" || f.Versions.ControlPlane != ""
	if ended := compat.Ended(v); ended != "" && !exists {
		return field.ErrorList{field.Invalid(field.NewPath("spec", "kubernetesVersion"), v, "EKS ended extended support for it on "+ended+", and creates no cluster of it: set "+compat.OldestKubernetes+" or later")}
	}
	return nil
}
