package object

import (
	"maps"
	"reflect"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/crossplane-runtime/v2/pkg/meta"
	"github.com/crossplane/function-sdk-go/errors"
)

// Intent of a typed object: the fields that the function has an opinion about. Desired
// state is applied server-side, so an empty value that a struct happens to marshal would
// be an opinion, and status is never desired.
//
// It reads the object as encoding/json would. JSON or unstructured content in between
// would take most of the time of a call.
func Intent(o Typed) (*structpb.Struct, error) {
	s, err := Fields(o)
	delete(s.GetFields(), "status")
	return s, err
}

// Fields of a struct that aren't empty. It takes a pointer to the struct.
func Fields(o any) (*structpb.Struct, error) {
	v := reflect.ValueOf(o)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return nil, errors.Errorf("cannot convert a %T: it's no pointer to a struct", o)
	}
	s := &structpb.Struct{Fields: make(map[string]*structpb.Value)}
	return s, addFields(s, v.Elem())
}

// AsDesired is an intent that changes nothing of the object. It shares the fields of the
// object's spec.
func (o Object) AsDesired() *structpb.Struct {
	md := &structpb.Struct{Fields: make(map[string]*structpb.Value)}
	for _, f := range []string{"name", "namespace"} {
		if v := o.Value("metadata." + f); v != nil {
			md.Fields[f] = v
		}
	}
	if n := o.ExternalName(); n != "" {
		md.Fields["annotations"] = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{
			meta.AnnotationKeyExternalName: structpb.NewStringValue(n),
		}})
	}
	s := &structpb.Struct{Fields: map[string]*structpb.Value{"metadata": structpb.NewStructValue(md)}}
	for _, f := range []string{"apiVersion", "kind"} {
		s.Fields[f] = o.Value(f)
	}
	spec := &structpb.Struct{Fields: maps.Clone(o.Value("spec").GetStructValue().GetFields())}
	if len(spec.GetFields()) > 0 {
		s.Fields["spec"] = structpb.NewStructValue(spec)
	}
	return s
}

// Retain a field as it exists. A value that is unknown for a while must neither be
// blanked nor guessed.
func Retain(desired *structpb.Struct, existing Object, path string) error {
	return Set(desired, path, existing.Value(path))
}

// Set the value at a path of field names, or remove the field if the value is nil.
func Set(o *structpb.Struct, path string, v *structpb.Value) error {
	fields := strings.Split(path, ".")
	last := len(fields) - 1
	for _, f := range fields[:last] {
		p, ok := o.GetFields()[f]
		if !ok && v == nil {
			return nil
		}
		if !ok {
			p = structpb.NewStructValue(&structpb.Struct{Fields: make(map[string]*structpb.Value)})
			o.Fields[f] = p
		}
		if o = p.GetStructValue(); o == nil {
			return errors.Errorf("cannot set %s: %s is no object", path, f)
		}
	}
	if v == nil {
		delete(o.GetFields(), fields[last])
		return nil
	}
	o.Fields[fields[last]] = v
	return nil
}
