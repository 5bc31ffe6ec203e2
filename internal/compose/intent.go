package compose

import (
	"reflect"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/errors"
)

// intent turns a typed object into the fields we have an opinion about, as the
// protocol carries them. Desired state is applied server-side: an empty value
// that a struct happens to marshal would be an opinion, and status is nobody's
// to desire.
//
// It reads the object as encoding/json would. To go by way of JSON or of
// unstructured content would take most of the time that a call takes.
func intent(o Object) (*structpb.Struct, error) {
	s, err := fields(o)
	delete(s.GetFields(), "status")
	return s, err
}

// fields of a struct that say something.
func fields(o any) (*structpb.Struct, error) {
	v := reflect.ValueOf(o)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return nil, errors.Errorf("cannot convert a %T: it's no pointer to a struct", o)
	}
	s := &structpb.Struct{Fields: make(map[string]*structpb.Value)}
	return s, addFields(s, v.Elem())
}

// hold keeps a field as it exists: a value that is unknown for a while must
// neither blank what is there nor be guessed.
func hold(o *structpb.Struct, e Existing, path string) error { return put(o, path, e.Value(path)) }

// put a value at a path of field names, or leave the field out if it's nil.
func put(o *structpb.Struct, path string, v *structpb.Value) error {
	fields := strings.Split(path, ".")
	last := len(fields) - 1
	for _, f := range fields[:last] {
		p, ok := o.GetFields()[f]
		if !ok && v == nil {
			return nil // There's nothing to leave out.
		}
		if !ok {
			p = structpb.NewStructValue(&structpb.Struct{Fields: make(map[string]*structpb.Value)})
			o.Fields[f] = p
		}
		if o = p.GetStructValue(); o == nil {
			return errors.Errorf("cannot keep %s: %s is no object", path, f)
		}
	}
	if v == nil {
		delete(o.GetFields(), fields[last])
		return nil
	}
	o.Fields[fields[last]] = v
	return nil
}
