package claim

import (
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validate the fences, the name of the cluster, and tags: these belong to no domain.
// Rules of a single field are in the schema.
func (c Claim) validate() field.ErrorList {
	errs := fenced(c.Spec, c.Fences)
	errs = append(errs, validateClusterName(c.ClusterName)...)
	return append(errs, validateSpecTags(c.Spec.Tags, c.Fences.Tags, field.NewPath("spec", "tags"))...)
}

// clusterName is what EKS allows:
// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
var clusterName = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$`)

// validateClusterName that comes from the claim's own name. The schema validates one that
// the claim sets.
func validateClusterName(name string) field.ErrorList {
	if clusterName.MatchString(name) {
		return nil
	}
	return field.ErrorList{field.Invalid(field.NewPath("spec", "clusterName"), name, "EKS allows letters, digits, - and _, at most 100, and it defaults to the SeafarerCluster's name: set it")}
}
