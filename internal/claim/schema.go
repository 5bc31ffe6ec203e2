package claim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis"
	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/schema"
)

// crossplaneFields of a spec are Crossplane's, by the kind of composite resource.
var crossplaneFields = map[string][]string{
	v1alpha1.CompositeKind: {
		"claimRef",
		"compositeDeletePolicy",
		"compositionRef",
		"compositionRevisionRef",
		"compositionRevisionSelector",
		"compositionSelector",
		"compositionUpdatePolicy",
		"publishConnectionDetailsTo",
		"resourceRef",
		"resourceRefs",
		"writeConnectionSecretToRef",
	},
	v1alpha1.ClaimKind: {"crossplane"},
}

// definition is the schema of a spec in the CompositeResourceDefinition, compiled.
var definition = sync.OnceValues(func() (*schema.Schema, error) {
	s, err := properties()
	if err != nil {
		return nil, err
	}
	return schema.New(s)
})

// properties of a spec in the CompositeResourceDefinition.
var properties = sync.OnceValues(func() (*apiextensionsv1.JSONSchemaProps, error) {
	s, err := apis.Schema()
	if err != nil {
		return nil, err
	}
	// The function writes the status, and Crossplane validates it.
	delete(s.Properties, "status")
	return &s, nil
})

// decode the spec of a kind as the API server does: apply the defaults of the schema, then
// validate. The spec of a bare call or of a rendered claim was not validated by an API server.
// Nor did one store its defaults: those of an existing platform are what it has.
func decode(ctx context.Context, xr object.Object, e Existing) (v1alpha1.SeafarerClusterSpec, error) {
	var spec v1alpha1.SeafarerClusterSpec
	raw, _ := xr.Value("spec").AsInterface().(map[string]any)
	s, err := definition()
	if err != nil {
		return spec, errors.Wrap(err, "cannot compile the schema of the composite resource")
	}
	for _, f := range crossplaneFields[xr.String("kind")] {
		delete(raw, f)
	}
	if err := sized(raw); err != nil {
		return spec, &InvalidError{Errors: field.ErrorList{err}}
	}
	raw = e.retain(raw)
	given := map[string]any{"spec": raw}
	obj, errs := s.Admit(ctx, given)
	if len(errs) > 0 {
		return spec, &InvalidError{Errors: explained(given, errs)}
	}
	defaulted, _ := obj["spec"].(map[string]any)
	err = runtime.DefaultUnstructuredConverter.FromUnstructured(defaulted, &spec)
	e.retainSubnets(&spec.Network)
	return spec, errors.Wrap(err, "cannot decode spec")
}

const (
	// maxValues of a spec. Kubernetes' own validation compares each error with all others,
	// so fifty thousand values with an error each take minutes. A claim with a hundred
	// NodePools has some three thousand.
	maxValues = 10_000

	// maxDepth of a spec. Composed objects nest values deeper than the claim does, and
	// parsers limit the depth that they accept.
	maxDepth = 100
)

// sized returns an error if a spec is too large or nested too deep.
func sized(spec map[string]any) *field.Error {
	values, depth := size(spec)
	switch {
	case values > maxValues:
		return field.Forbidden(field.NewPath("spec"), fmt.Sprintf("must not have more than %d values: remove some", maxValues))
	case depth > maxDepth:
		return field.Forbidden(field.NewPath("spec"), fmt.Sprintf("must not nest values more than %d levels deep: nest them less", maxDepth))
	default:
		return nil
	}
}

// size of a value: how many values it has, itself included, and how deep they are.
func size(v any) (int, int) {
	values, depth := 1, 0
	add := func(e any) {
		n, d := size(e)
		values, depth = values+n, max(depth, d+1)
	}
	switch v := v.(type) {
	case map[string]any:
		for _, e := range v {
			add(e)
		}
	case []any:
		for _, e := range v {
			add(e)
		}
	}
	return values, depth
}

// Default applies the defaults of the schema to a claim or composite resource, in place,
// as the API server does.
func Default(obj map[string]any) error {
	s, err := definition()
	if err != nil {
		return errors.Wrap(err, "cannot compile the schema of the composite resource")
	}
	s.Default(obj)
	return nil
}

// An InvalidError lists the errors of a claim.
type InvalidError struct {
	Errors field.ErrorList
}

// Error lists the errors, field by field.
func (i *InvalidError) Error() string { return format(i.Errors) }

// format errors in one line, without duplicates. A claim may have more errors than fit
// into its condition, so the rest is counted.
func format(errs field.ErrorList) string {
	const few = 20
	var all []string
	for i, err := range errs {
		if len(all) == few {
			all = append(all, fmt.Sprintf("and %d more", len(errs)-i))
			break
		}
		if m := Message(err.Error()); !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	return strings.Join(all, "; ")
}

// Message in one line of what is wrong in a field. What a user wrote may be long, and have
// lines of its own.
func Message(m string) string {
	const long = 1000
	if len(m) > long {
		m = strings.ToValidUTF8(m[:long], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, m)
}
