package claim

import (
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validate the fences, the name of the cluster, and tags: these belong to no domain.
// Rules of a single field are in the schema.
func (c Claim) validate() field.ErrorList {
	tags := field.NewPath("spec", "tags")
	errs := fenced(c.Spec, c.Fences)
	errs = append(errs, validateClusterName(c.ClusterName)...)
	errs = append(errs, ValidateTags(c.Spec.Tags, tags)...)
	return append(errs, validateTagCharacters(c.Spec.Tags, tags)...)
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

// reservedTags are prefixes of tags that AWS, EKS and Karpenter set, or that the platform
// sets only on resources that Karpenter may use.
var reservedTags = []string{"aws:", "eks:", "kubernetes.io/", "karpenter.sh/", "karpenter.k8s.aws/"}

// ValidateTags by the rules of all AWS services.
func ValidateTags(tags map[string]string, p *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, k := range Sorted(tags) {
		if len(k) == 0 || len(k) > 128 || len(tags[k]) > 256 {
			errs = append(errs, field.Invalid(p.Key(k), tags[k], "AWS allows keys of 1 to 128 characters and values of at most 256"))
		}
		for _, r := range reservedTags {
			if strings.HasPrefix(strings.ToLower(k), r) {
				errs = append(errs, field.Forbidden(p.Key(k), "tags that begin with "+r+" are set where they belong by AWS or by the platform: leave it out"))
			}
		}
	}
	return errs
}

// tagCharacters are what AWS allows in tags of all services. EC2 alone allows any:
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html
var tagCharacters = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// validateTagCharacters of tags on resources of other services than EC2.
func validateTagCharacters(tags map[string]string, p *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, k := range Sorted(tags) {
		if !tagCharacters.MatchString(k) || !tagCharacters.MatchString(tags[k]) {
			errs = append(errs, field.Invalid(p.Key(k), tags[k], "AWS allows letters, digits, spaces and _ . : / = + - @ in keys and values"))
		}
	}
	return errs
}
