package platform

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
)

// checkFences that the platform team wrote. No API server ever saw them.
func checkFences(f v1beta1.Fences) error {
	input := field.NewPath("input")
	var errs field.ErrorList
	if f.AccountID != "" && !aws.IsAccountID(f.AccountID) {
		errs = append(errs, field.Invalid(input.Child("accountId"), f.AccountID, "must be twelve digits"))
	}
	for name, arn := range map[string]string{"permissionsBoundaryARN": f.PermissionsBoundaryARN, "providerPrincipalARN": f.ProviderPrincipalARN} {
		if _, ok := aws.ParseARN(arn); arn != "" && !ok {
			errs = append(errs, field.Invalid(input.Child(name), arn, "must be an ARN"))
		}
	}
	errs = append(errs, validateTags(f.Tags, input.Child("tags"))...)
	errs = append(errs, checkReferences(f, input)...)
	slices.SortFunc(errs, byField)
	return errors.Wrap(errs.ToAggregate(), "cannot use the function's input in the Composition")
}

// checkReferences to regions and to the configuration of a provider.
func checkReferences(f v1beta1.Fences, input *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, r := range f.AllowedRegions {
		if _, ok := aws.LookupRegion(r); !ok {
			errs = append(errs, field.NotSupported(input.Child("allowedRegions").Index(i), r, aws.Regions()))
		}
	}
	if r := f.ProviderConfigRef; r != nil && (r.Name == "" || (r.Kind != "ClusterProviderConfig" && r.Kind != "ProviderConfig")) {
		errs = append(errs, field.Invalid(input.Child("providerConfigRef"), *r, "must have a name, and kind ClusterProviderConfig or ProviderConfig"))
	}
	return errs
}

// fenced tells which of the platform team's fences a claim hits.
func fenced(s v1alpha1.SeafarerClusterSpec, f v1beta1.Fences) field.ErrorList {
	spec := field.NewPath("spec")
	var errs field.ErrorList
	if len(f.AllowedRegions) > 0 && !slices.Contains(f.AllowedRegions, s.Region) {
		errs = append(errs, field.NotSupported(spec.Child("region"), s.Region, f.AllowedRegions))
	}
	versions := f.AllowedKubernetesVersions
	if len(versions) == 0 {
		versions = compat.KubernetesVersions()
	}
	if !slices.Contains(versions, s.KubernetesVersion) {
		errs = append(errs, field.NotSupported(spec.Child("kubernetesVersion"), s.KubernetesVersion, versions))
	}
	for _, k := range f.MandatoryTags {
		if s.Tags[k] == "" {
			errs = append(errs, field.Required(spec.Child("tags").Key(k), "the platform team asks for this tag"))
		}
	}
	for _, k := range sorted(f.Tags) {
		if v, ok := s.Tags[k]; ok && v != f.Tags[k] {
			errs = append(errs, field.Forbidden(spec.Child("tags").Key(k), "the platform team sets this tag to "+f.Tags[k]+": leave it out"))
		}
	}
	return errs
}

func byField(a, b *field.Error) int { return strings.Compare(a.Field, b.Field) }

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
