package crossplane

import (
	"context"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	crdvalidation "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"

	"github.com/crossplane/crossplane-runtime/v2/pkg/errors"
)

// An API admits objects as the API server does, given some CRDs.
type API map[schema.GroupVersionKind]kind

type kind struct {
	namespaced bool
	schema     *structuralschema.Structural
	values     validation.SchemaValidator
	rules      *cel.Validator
}

// NewAPI returns an API that serves the supplied CRDs.
func NewAPI(crds ...*extv1.CustomResourceDefinition) (API, error) {
	api := API{}

	for _, crd := range crds {
		for _, v := range crd.Spec.Versions {
			props := &apiextensions.JSONSchemaProps{}
			if err := extv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(v.Schema.OpenAPIV3Schema, props, nil); err != nil {
				return nil, errors.Wrapf(err, "cannot convert the schema of %s %s", crd.GetName(), v.Name)
			}

			ss, err := structuralschema.NewStructural(props)
			if err != nil {
				return nil, errors.Wrapf(err, "cannot make the schema of %s %s structural", crd.GetName(), v.Name)
			}

			if err := defaulting.PruneDefaults(ss); err != nil {
				return nil, errors.Wrapf(err, "cannot prune the defaults of %s %s", crd.GetName(), v.Name)
			}

			sv, _, err := validation.NewSchemaValidator(props)
			if err != nil {
				return nil, errors.Wrapf(err, "cannot make a validator from the schema of %s %s", crd.GetName(), v.Name)
			}

			gvk := schema.GroupVersionKind{Group: crd.Spec.Group, Version: v.Name, Kind: crd.Spec.Names.Kind}
			api[gvk] = kind{
				namespaced: crd.Spec.Scope == extv1.NamespaceScoped,
				schema:     ss,
				values:     sv,
				rules:      cel.NewValidator(ss, true, celconfig.PerCallLimit),
			}
		}
	}

	return api, nil
}

// Create does what the API server does on a create with strict field validation: it refuses
// unknown fields, sets defaults, and validates. Unlike the API server it retains the
// status.
func (a API) Create(ctx context.Context, u *unstructured.Unstructured) error {
	k, ok := a[u.GroupVersionKind()]
	if !ok {
		return errors.Errorf("no CRD serves %s", u.GroupVersionKind())
	}

	unknown := pruning.PruneWithOptions(u.Object, k.schema, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})

	_, _, more, err := objectmeta.GetObjectMetaWithOptions(u.Object, objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
	if err != nil {
		return errors.Wrap(err, "cannot decode metadata")
	}

	if unknown = append(unknown, more...); len(unknown) > 0 {
		return errors.Errorf("unknown fields: %s", strings.Join(unknown, ", "))
	}

	defaulting.PruneNonNullableNullsWithoutDefaults(u.Object, k.schema)

	if err := objectmeta.Coerce(nil, u.Object, k.schema, false, false); err != nil {
		return errors.Wrap(err, "cannot coerce embedded metadata")
	}

	defaulting.Default(u.Object, k.schema)

	errs := apivalidation.ValidateObjectMetaAccessor(u, k.namespaced, apivalidation.NameIsDNSSubdomain, field.NewPath("metadata"))
	errs = append(errs, validation.ValidateCustomResource(nil, u.Object, k.values)...)
	errs = append(errs, objectmeta.Validate(nil, u.Object, k.schema, false)...)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, k.schema, u.Object)...)

	// The API server doesn't run rules on objects of the wrong shape either.
	if len(errs) > 0 {
		return errs.ToAggregate()
	}

	errs, _ = k.rules.Validate(ctx, nil, k.schema, u.Object, nil, celconfig.RuntimeCELCostBudget)

	return errs.ToAggregate()
}

// ValidateCRD validates the supplied CRD as the API server does. Among others, its schemas
// must be structural, its defaults valid, and its rules must compile and be cheap enough.
func ValidateCRD(ctx context.Context, crd *extv1.CustomResourceDefinition) error {
	crd = crd.DeepCopy()
	crd.SetOwnerReferences(nil) // The API server gave our XRD no UID.
	extv1.SetDefaults_CustomResourceDefinition(crd)

	internal := &apiextensions.CustomResourceDefinition{}
	if err := extv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(crd, internal, nil); err != nil {
		return errors.Wrapf(err, "cannot convert %s", crd.GetName())
	}

	return crdvalidation.ValidateCustomResourceDefinition(ctx, internal).ToAggregate()
}
