// Package schema applies a structural schema to an object the way the API
// server applies it to a custom resource: it applies defaults, reports unknown
// fields, and runs OpenAPI, list type and CEL validation.
package schema

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"

	"github.com/crossplane/function-sdk-go/errors"
)

// maxDepth of an object's nesting. It's the limit of encoding/json, so that
// every object from the API server passes, and a map that contains itself is an
// error rather than an endless recursion.
const maxDepth = 10000

// A Schema is a compiled structural schema. It's immutable, and safe for
// concurrent use.
type Schema struct {
	structural *structuralschema.Structural
	openapi    validation.SchemaValidator
	cel        *cel.Validator
}

// New compiles the supplied schema of a root object. Like the API server's own
// validator, it compiles CEL rules, but reports a compile error only when
// Validate meets a value that the rule applies to.
func New(s *extv1.JSONSchemaProps) (*Schema, error) {
	if s == nil {
		return nil, errors.New("cannot compile a schema that is nil")
	}

	// The converted schema shares memory with the one it's converted from.
	in := &apiextensions.JSONSchemaProps{}
	if err := extv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(s.DeepCopy(), in, nil); err != nil {
		return nil, errors.Wrap(err, "cannot convert schema to its internal version")
	}

	ss, err := structuralschema.NewStructural(in)
	if err != nil {
		return nil, errors.Wrap(err, "cannot convert schema to a structural schema")
	}
	if err := structuralschema.ValidateStructural(nil, ss).ToAggregate(); err != nil {
		return nil, errors.Wrap(err, "cannot use a schema that isn't structural")
	}
	if err := defaulting.PruneDefaults(ss); err != nil {
		return nil, errors.Wrap(err, "cannot prune the schema's defaults")
	}

	v, _, err := validation.NewSchemaValidator(in)
	if err != nil {
		return nil, errors.Wrap(err, "cannot create schema validator")
	}

	return &Schema{structural: ss, openapi: v, cel: cel.NewValidator(ss, true, celconfig.PerCallLimit)}, nil
}

// Default applies the schema's defaults, in place. A null that the schema doesn't allow
// is first replaced by the default, or removed if there is none.
func (s *Schema) Default(obj map[string]any) {
	if obj == nil {
		return
	}
	allocate(obj)
	defaulting.PruneNonNullableNullsWithoutDefaults(obj, s.structural)
	defaulting.Default(obj, s.structural)
}

// Validate returns the errors with which the API server would refuse to create
// the supplied object, and an error for each unknown field. Errors are sorted
// by path, without duplicates.
//
// Like the API server, it evaluates CEL rules only if the object has the types
// they were compiled for.
//
// The fields apiVersion, kind and metadata are always allowed. If the object
// has one of them, all three are validated.
func (s *Schema) Validate(ctx context.Context, obj map[string]any) field.ErrorList {
	_, errs := s.Admit(ctx, obj)
	return errs
}

// Admit returns the object that the API server would store, a normalized and defaulted
// copy, and the errors of Validate. The copy is valid only without errors.
func (s *Schema) Admit(ctx context.Context, obj map[string]any) (map[string]any, field.ErrorList) {
	if err := validateJSON(nil, obj, 0); err != nil {
		return nil, field.ErrorList{err}
	}
	in, ok := Normalize(obj).(map[string]any)
	if !ok {
		return nil, field.ErrorList{field.TypeInvalid(nil, field.OmitValueType{}, "must be an object")}
	}

	opts := structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	errs := unknown(pruning.PruneWithOptions(in, s.structural, true, opts))
	s.Default(in)

	errs = append(errs, s.validateMeta(in)...)
	errs = append(errs, validation.ValidateCustomResource(nil, in, s.openapi)...)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, s.structural, in)...)

	if s.cel != nil && !slices.ContainsFunc(errs, blocksCEL) {
		cerrs, _ := s.cel.Validate(ctx, nil, s.structural, in, nil, celconfig.RuntimeCELCostBudget)
		errs = append(errs, cerrs...)
	}

	return in, tidy(errs)
}

// validateMeta validates type and object metadata, at the root and wherever the
// schema embeds a resource.
func (s *Schema) validateMeta(obj map[string]any) field.ErrorList {
	root := false
	for _, k := range []string{"apiVersion", "kind", "metadata"} {
		_, ok := obj[k]
		root = root || ok
	}

	// Coercion stops at the first value it can't coerce, in random order. Such
	// a value isn't valid either.
	if errs := objectmeta.Validate(nil, obj, s.structural, root); len(errs) > 0 {
		return errs
	}

	opts := objectmeta.CoerceOptions{ReturnUnknownFieldPaths: true}
	err, paths := objectmeta.CoerceWithOptions(nil, obj, s.structural, root, opts)
	if err != nil {
		return field.ErrorList{err}
	}
	return unknown(paths)
}

// Normalize returns a deep copy of a JSON value, with integers as int64.
//
// A protobuf Struct has no integers, only doubles. Schemas and CEL distinguish
// them: CEL refuses to evaluate a rule that compares 3.0 to 3. So every float
// that's integral and fits becomes an int64, as if it had been read from JSON.
// NaN, infinity and values of other types stay as they are. Nil maps and slices
// become empty ones, as in a protobuf Struct.
func Normalize(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			out[k] = Normalize(v[k])
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = Normalize(v[i])
		}
		return out
	case int:
		return int64(v)
	case int32:
		return int64(v)
	case float32:
		return normalizeFloat(float64(v))
	case float64:
		return normalizeFloat(v)
	}
	return v
}

func normalizeFloat(f float64) any {
	// The largest int64 isn't a float64. It'd be rounded up to one too large.
	if f != math.Trunc(f) || f < math.MinInt64 || f >= math.MaxInt64 {
		return f
	}
	return int64(f)
}

// validateJSON returns an error for the first value, in order of paths, that
// JSON can't represent. The API server never sees those, and its validation
// panics on some.
func validateJSON(p *field.Path, v any, depth int) *field.Error {
	if depth > maxDepth {
		return field.Invalid(p, field.OmitValueType{}, "is nested too deep")
	}
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if err := validateJSON(child(p, k), v[k], depth+1); err != nil {
				return err
			}
		}
	case []any:
		for i := range v {
			if err := validateJSON(p.Index(i), v[i], depth+1); err != nil {
				return err
			}
		}
	default:
		return validateScalar(p, v)
	}
	return nil
}

func validateScalar(p *field.Path, v any) *field.Error {
	switch v := v.(type) {
	case nil, bool, string, int, int32, int64:
		return nil
	case float32:
		return validateScalar(p, float64(v))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return field.Invalid(p, v, "is not a number JSON has")
		}
		return nil
	default:
		return field.TypeInvalid(p, field.OmitValueType{}, "is not a JSON value")
	}
}

// child is path.Child, and also works for the root, which has no name.
func child(p *field.Path, k string) *field.Path {
	if p == nil {
		return field.NewPath(k)
	}
	return p.Child(k)
}

// allocate replaces nil maps inside the supplied value, in place. They can't be
// defaulted.
func allocate(v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if m, ok := e.(map[string]any); ok && m == nil {
				v[k] = map[string]any{}
				continue
			}
			allocate(e)
		}
	case []any:
		for i, e := range v {
			if m, ok := e.(map[string]any); ok && m == nil {
				v[i] = map[string]any{}
				continue
			}
			allocate(e)
		}
	}
}

// unknown returns an error for the path of each unknown field.
func unknown(paths []string) field.ErrorList {
	if len(paths) == 0 {
		return nil
	}
	errs := make(field.ErrorList, 0, len(paths))
	for _, p := range paths {
		errs = append(errs, field.Invalid(field.NewPath(p), field.OmitValueType{}, "unknown field"))
	}
	return errs
}

// blocksCEL reports whether the API server doesn't evaluate CEL rules after an
// error. It does after an unknown field, which is pruned.
func blocksCEL(err *field.Error) bool {
	switch err.Type {
	case field.ErrorTypeNotSupported, field.ErrorTypeRequired, field.ErrorTypeTooLong, field.ErrorTypeTooMany, field.ErrorTypeTypeInvalid:
		return true
	default:
		return false
	}
}

// tidy sorts errors by path, then message, and drops duplicates. Validation
// iterates over maps, so it finds errors in random order.
func tidy(errs field.ErrorList) field.ErrorList {
	slices.SortStableFunc(errs, func(a, b *field.Error) int {
		return cmp.Or(strings.Compare(a.Field, b.Field), strings.Compare(a.ErrorBody(), b.ErrorBody()))
	})
	return slices.CompactFunc(errs, func(a, b *field.Error) bool {
		return a.Error() == b.Error()
	})
}
