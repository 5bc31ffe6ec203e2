package karpenter

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
)

// Validate spec.karpenter.
func Validate(c claim.Claim) field.ErrorList {
	s, p := c.Spec.Karpenter, field.NewPath("spec", "karpenter")
	chart, err := compat.Chart(s.Version)
	if err != nil {
		return field.ErrorList{field.Invalid(p.Child("version"), s.Version, err.Error())}
	}
	var errs field.ErrorList
	if err := compat.Karpenter(chart, c.Spec.KubernetesVersion); compat.IsKubernetes(c.Spec.KubernetesVersion) && err != nil {
		errs = append(errs, field.Invalid(p.Child("version"), s.Version, err.Error()))
	}
	errs = append(errs, validateNodeRoleName(c, p.Child("nodeRoleName"))...)
	errs = append(errs, validateValues(c, p.Child("values"))...)
	// A rule of the schema would compare each name with all others.
	errs = append(errs, validateUnique(s.NodeClasses, func(c v1alpha1.NodeClassSpec) string { return c.Name }, p.Child("nodeClasses"))...)
	errs = append(errs, validateUnique(s.NodePools, func(np v1alpha1.NodePoolSpec) string { return np.Name }, p.Child("nodePools"))...)
	classes := make([]string, 0, len(s.NodeClasses))
	for i, nc := range s.NodeClasses {
		classes = append(classes, nc.Name)
		errs = append(errs, validateNodeClass(c, nc, p.Child("nodeClasses").Index(i))...)
	}
	for i, np := range s.NodePools {
		path := p.Child("nodePools").Index(i)
		if !slices.Contains(classes, np.NodeClassName) {
			errs = append(errs, field.NotSupported(path.Child("nodeClassName"), np.NodeClassName, classes))
		}
		errs = append(errs, validateNodePool(np, chart, path)...)
		errs = append(errs, validateZones(c, np.Requirements, path.Child("requirements"))...)
		errs = append(errs, validateSystems(np.Requirements, path.Child("requirements"))...)
	}
	return errs
}

// validateUnique names of a list.
func validateUnique[T any](list []T, name func(T) string, p *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := make(map[string]bool, len(list))
	for i, e := range list {
		if n := name(e); seen[n] {
			errs = append(errs, field.Duplicate(p.Index(i).Child("name"), n))
		}
		seen[name(e)] = true
	}
	return errs
}

// validateNodeRoleName, which must not be the name of another role of the platform or of its
// administrators: two resources would manage one role, or nodes would have its permissions.
func validateNodeRoleName(c claim.Claim, p *field.Path) field.ErrorList {
	name, own := c.Spec.Karpenter.NodeRoleName, c.ClusterName+"-"+c.Spec.Region+"-"
	errs := claim.ValidateNodeRole(c, cmp.Or(name, c.GlobalName(aws.LimitRole, nodeRoleSuffix)))
	switch {
	case strings.HasPrefix(name, own) && name != own+nodeRoleSuffix:
		errs = append(errs, field.Invalid(p, name, "names that begin with "+own+" are for the platform's other roles: use another, or leave it out"))
	case c.IsOwnRole(c.Fences.ProviderPrincipalARN, name):
		errs = append(errs, field.Invalid(p, name, "is the role of provider-aws itself, which the platform must not manage: use another, or leave it out"))
	}
	return errs
}

// validateNodeClass, from which Karpenter makes an IAM instance profile, launch templates and
// instances.
func validateNodeClass(c claim.Claim, nc v1alpha1.NodeClassSpec, p *field.Path) field.ErrorList {
	errs := claim.ValidateTags(nc.Tags, p.Child("tags"), c.Fences.Tags, c.Spec.Tags)
	errs = append(errs, validateFencedTags(c, nc, p.Child("tags"))...)
	errs = append(errs, validateTagCount(c, nc, p.Child("tags"))...)
	errs = append(errs, validateUserDataFormat(nc, p.Child("userData"))...)
	return append(errs, validateUserData(nc, p.Child("userData"))...)
}

func validateNodePool(np v1alpha1.NodePoolSpec, chart *semver.Version, p *field.Path) field.ErrorList {
	errs := metav1validation.ValidateLabels(np.Labels, p.Child("labels"))
	for _, k := range claim.Sorted(np.Labels) {
		if err := compat.RequirementKey(k, chart); err != nil {
			errs = append(errs, field.Invalid(p.Child("labels").Key(k), k, err.Error()))
		}
	}
	errs = append(errs, validateTaints(np.Taints, p.Child("taints"))...)
	for i, r := range np.Requirements {
		errs = append(errs, validateRequirement(r, chart, p.Child("requirements").Index(i))...)
	}
	for _, k := range claim.Sorted(np.Limits) {
		if _, err := resource.ParseQuantity(new(np.Limits[k]).String()); err != nil {
			errs = append(errs, field.Invalid(p.Child("limits").Key(k), new(np.Limits[k]).String(), "must be a quantity such as 1000 or 512Gi"))
		}
	}
	return append(errs, validateTimes(np, p)...)
}

func validateRequirement(r v1alpha1.Requirement, chart *semver.Version, p *field.Path) field.ErrorList {
	errs := validateLabelKey(r.Key, p.Child("key"))
	for i, v := range r.Values {
		errs = append(errs, validateLabelValue(v, p.Child("values").Index(i))...)
	}
	if err := compat.RequirementKey(r.Key, chart); err != nil {
		errs = append(errs, field.Invalid(p.Child("key"), r.Key, err.Error()))
	}
	if err := validateNumber(r); err != "" {
		errs = append(errs, field.Invalid(p.Child("values"), strings.Join(r.Values, ", "), err))
	}
	if r.MinValues != nil && r.Operator == "In" && len(r.Values) < int(*r.MinValues) {
		errs = append(errs, field.Invalid(p.Child("minValues"), *r.MinValues, "there are fewer values than that: list more, or set at most "+strconv.Itoa(len(r.Values))))
	}
	return errs
}

// validateNumber with which a requirement compares: the schema requires one of any length.
func validateNumber(r v1alpha1.Requirement) string {
	if !slices.Contains([]string{"Gt", "Lt", "Gte", "Lte"}, r.Operator) || len(r.Values) != 1 {
		return ""
	}
	if _, err := strconv.ParseInt(r.Values[0], 10, 64); err != nil {
		return "Karpenter can read whole numbers up to 9223372036854775807: set a smaller one"
	}
	return ""
}

func validateTaints(ts []v1alpha1.Taint, p *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, t := range ts {
		errs = append(errs, validateLabelKey(t.Key, p.Index(i).Child("key"))...)
		errs = append(errs, validateLabelValue(t.Value, p.Index(i).Child("value"))...)
	}
	return errs
}

func validateLabelKey(key string, p *field.Path) field.ErrorList {
	return invalid(key, p, validation.IsQualifiedName(key))
}

func validateLabelValue(value string, p *field.Path) field.ErrorList {
	return invalid(value, p, validation.IsValidLabelValue(value))
}

// invalid value, for the reasons of Kubernetes.
func invalid(value string, p *field.Path, why []string) field.ErrorList {
	var errs field.ErrorList
	for _, w := range why {
		errs = append(errs, field.Invalid(p, value, w))
	}
	return errs
}
