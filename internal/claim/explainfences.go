package claim

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
	kjson "sigs.k8s.io/json"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/fieldpath"
)

// explainedFences are the errors of fences that cannot be decoded, for people who write
// Compositions.
func explainedFences(raw map[string]any, b []byte, err error) field.ErrorList {
	input := field.NewPath(InputRoot)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return field.ErrorList{mistypedFence(raw, wrong, input)}
	}
	// The standard library reports the first unknown field, and not where it is.
	strict, _ := kjson.UnmarshalStrict(b, &v1beta1.Fences{}, kjson.DisallowUnknownFields)
	var errs field.ErrorList
	for _, s := range strict {
		var at kjson.FieldError
		if errors.As(s, &at) {
			rest, fields := fenceFields(at.FieldPath())
			errs = append(errs, field.Invalid(input.Child(at.FieldPath()), field.OmitValueType{}, "unknown field"+meant(rest, fields)))
		}
	}
	if len(errs) == 0 {
		return field.ErrorList{field.Invalid(input, field.OmitValueType{}, strings.TrimPrefix(err.Error(), "json: "))}
	}
	return errs
}

// mistypedFence is the error of a fence of the wrong type, or of an item in it.
func mistypedFence(raw map[string]any, wrong *json.UnmarshalTypeError, input *field.Path) *field.Error {
	p := input
	if wrong.Field != "" {
		p = input.Child(wrong.Field)
	}
	if wrong.Type.Kind() != reflect.String {
		return field.TypeInvalid(p, field.OmitValueType{}, "must not be of type "+wrong.Value)
	}
	v, _ := fieldpath.Value(raw, wrong.Field)
	p, v = noString(p, v)
	return field.TypeInvalid(p, field.OmitValueType{}, "must be of type string, not "+wrong.Value+quote(v, describe(sameAs[wrong.Field]).pattern))
}

// sameAs are the fields of a claim whose format fences have.
var sameAs = map[string]string{"accountId": "spec.accountId", "allowedKubernetesVersions": "spec.kubernetesVersion"}

// noString is the first item of a list or map that isn't a string, or else the value itself.
func noString(p *field.Path, v any) (*field.Path, any) {
	switch of := v.(type) {
	case []any:
		for i, e := range of {
			if _, ok := e.(string); !ok {
				return p.Index(i), e
			}
		}
	case map[string]any:
		for _, k := range Sorted(of) {
			if _, ok := of[k].(string); !ok {
				return p.Key(k), of[k]
			}
		}
	}
	return p, v
}

// fenceFields are the fields of the deepest fence of a path, by their names in JSON, and the
// rest of the path.
func fenceFields(path string) (string, []string) {
	t := reflect.TypeFor[v1beta1.Fences]()
	for {
		fields := jsonFields(t)
		names := Sorted(fields)
		key, rest, ok := fieldpath.Key(path, slices.Values(names))
		if !ok {
			return path, names
		}
		path, t = rest, fields[key]
	}
}

// jsonFields of a struct, or of a pointer to one, by their names in JSON.
func jsonFields(t reflect.Type) map[string]reflect.Type {
	fields := make(map[string]reflect.Type)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return fields
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			maps.Copy(fields, jsonFields(f.Type))
			continue
		}
		fields[name] = f.Type
	}
	return fields
}
