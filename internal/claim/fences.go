package claim

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
)

// DecodeFences of the platform team. An unknown field is refused: a misspelled fence would
// be no fence.
func DecodeFences(raw map[string]any) (v1beta1.Fences, error) {
	var f v1beta1.Fences
	if raw["apiVersion"] != fencesAPIVersion || raw["kind"] != fencesKind {
		return f, errors.Errorf("give %s of %s", fencesKind, fencesAPIVersion)
	}
	b, err := json.Marshal(raw)
	if err != nil {
		return f, errors.Wrap(err, "cannot marshal JSON")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return f, &FencesError{Errors: explainedFences(raw, b, err)}
	}
	return f, nil
}

// The type of the function's input.
const (
	fencesAPIVersion = "seafarer-cluster.fn.platform.seafarer.cloud/v1beta1"
	fencesKind       = "Fences"
)

// InputRoot is the first element of the paths of errors in the fences.
const InputRoot = "input"

// A FencesError lists the errors of the platform team's fences.
type FencesError struct {
	Errors field.ErrorList
}

// Error lists the errors, field by field.
func (f *FencesError) Error() string { return format(f.Errors) }

// checkFences of the platform team. No API server validates them.
func checkFences(f v1beta1.Fences) error {
	input := field.NewPath(InputRoot)
	var errs field.ErrorList
	if f.AccountID != "" && !aws.IsAccountID(f.AccountID) {
		errs = append(errs, field.Invalid(input.Child("accountId"), f.AccountID, "must be twelve digits"))
	}
	for name, arn := range map[string]string{"permissionsBoundaryARN": f.PermissionsBoundaryARN, "providerPrincipalARN": f.ProviderPrincipalARN} {
		errs = append(errs, checkARN(arn, input.Child(name))...)
	}
	errs = append(errs, ValidateTags(f.Tags, input.Child("tags"))...)
	if f.Namespace != "" {
		errs = append(errs, checkNamespace(f.Namespace, input.Child("namespace"))...)
	}
	if a := f.ArgoCD; a != nil {
		errs = append(errs, checkNamespace(a.Namespace, input.Child("argoCD", "namespace"))...)
		errs = append(errs, checkARN(a.RoleARN, input.Child("argoCD", "roleARN"))...)
	}
	errs = append(errs, checkReferences(f, input)...)
	slices.SortFunc(errs, byField)
	if len(errs) == 0 {
		return nil
	}
	return errors.Wrap(&FencesError{Errors: errs}, "cannot use the function's input in the Composition")
}

func checkARN(arn string, p *field.Path) field.ErrorList {
	if _, ok := aws.ParseARN(arn); arn != "" && !ok {
		return field.ErrorList{field.Invalid(p, arn, "must be an ARN")}
	}
	return nil
}

func checkNamespace(name string, p *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, m := range validation.IsDNS1123Label(name) {
		errs = append(errs, field.Invalid(p, name, m))
	}
	return errs
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

// fenced is where a claim exceeds the platform team's fences.
func fenced(s v1alpha1.SeafarerClusterSpec, f v1beta1.Fences) field.ErrorList {
	spec := field.NewPath("spec")
	var errs field.ErrorList
	errs = append(errs, allowed(spec.Child("region"), s.Region, aws.Regions(), f.AllowedRegions)...)
	errs = append(errs, allowed(spec.Child("kubernetesVersion"), s.KubernetesVersion, kubernetesVersions(s.KubernetesVersion), f.AllowedKubernetesVersions)...)
	for _, k := range f.MandatoryTags {
		if s.Tags[k] == "" {
			errs = append(errs, field.Required(spec.Child("tags").Key(k), "the platform team requires this tag of every SeafarerCluster: set it"))
		}
	}
	return append(errs, FencedTags(s.Tags, f.Tags, spec.Child("tags"))...)
}

// FencedTags are tags to which the platform team gives another value.
func FencedTags(tags, fences map[string]string, p *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, k := range Sorted(fences) {
		if v, ok := tags[k]; ok && v != fences[k] {
			errs = append(errs, field.Forbidden(p.Key(k), "the platform team sets this tag to "+fences[k]+": leave it out"))
		}
	}
	return errs
}

// kubernetesVersions that a claim may request. One whose support has ended is among them only
// if it's requested: package upgrade refuses it to a new platform.
func kubernetesVersions(requested string) []string {
	vs := compat.KubernetesVersions()
	if compat.Ended(requested) != "" {
		return append(vs, requested)
	}
	return vs
}

// allowed values are known, and inside the fence if there is one.
func allowed(p *field.Path, value string, known, fence []string) field.ErrorList {
	switch {
	case len(fence) > 0 && !slices.Contains(fence, value):
		return field.ErrorList{field.Invalid(p, value, "the platform team allows only "+strings.Join(fence, ", "))}
	case !slices.Contains(known, value):
		return field.ErrorList{field.NotSupported(p, value, known)}
	default:
		return nil
	}
}

func byField(a, b *field.Error) int { return strings.Compare(a.Field, b.Field) }

// Sorted keys of a map.
func Sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
