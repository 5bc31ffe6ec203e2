package karpenter

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
)

// Systems and architectures for which there are images: those of node classes are for Linux.
var (
	systems       = []string{"linux"}
	architectures = []string{aws.AMD64, aws.ARM64}
)

// validateSystems that requirements of a NodePool allow. Karpenter launches nodes only if an
// image is for their operating system and architecture:
// https://karpenter.sh/docs/concepts/nodeclasses/#specamiselectorterms
func validateSystems(rs []v1alpha1.Requirement, p *field.Path) field.ErrorList {
	var errs field.ErrorList
	left := architectures
	if !slices.ContainsFunc(rs, func(r v1alpha1.Requirement) bool { return r.Key == corev1.LabelArchStable }) {
		left = defaultValues(corev1.LabelArchStable)
	}
	for i, r := range rs {
		switch r.Key {
		case corev1.LabelOSStable:
			errs = append(errs, validateLeft(r, systems, "there are node classes for linux only: use that, or leave it out", p.Index(i))...)
		case corev1.LabelArchStable:
			errs = append(errs, validateLeft(r, architectures, "leaves no architecture: use amd64, arm64 or both", p.Index(i))...)
			left = slices.DeleteFunc(slices.Clone(left), func(a string) bool { return !allows(r, a) })
		}
	}
	if len(left) == 0 {
		return errs
	}
	for i, r := range rs {
		errs = append(errs, validateFamilies(r, left, p.Index(i).Child("values"))...)
	}
	return errs
}

// defaultValues of a label in a NodePool without a requirement for it.
func defaultValues(label string) []string {
	i := slices.IndexFunc(defaultRequirements, func(r v1alpha1.Requirement) bool { return r.Key == label })
	return defaultRequirements[i].Values
}

// validateLeft requires that a requirement leaves one of the values. The hint is what to do.
func validateLeft(r v1alpha1.Requirement, values []string, hint string, p *field.Path) field.ErrorList {
	if slices.ContainsFunc(values, func(v string) bool { return allows(r, v) }) {
		return nil
	}
	return field.ErrorList{field.Invalid(p.Child("values"), strings.Join(r.Values, ", "), hint)}
}

// validateFamilies of a requirement for instances, of which one must have an architecture
// that is left. Families that aren't known may have any.
func validateFamilies(r v1alpha1.Requirement, left []string, p *field.Path) field.ErrorList {
	family := familyOf[r.Key]
	if family == nil || r.Operator != "In" {
		return nil
	}
	fits := func(v string) bool {
		a := aws.Architecture(family(v))
		return a == "" || slices.Contains(left, a)
	}
	if slices.ContainsFunc(r.Values, fits) {
		return nil
	}
	return field.ErrorList{field.Invalid(p, strings.Join(r.Values, ", "), "none of them is "+strings.Join(left, " or ")+", to which the NodePool is limited: require their architecture by "+corev1.LabelArchStable)}
}
