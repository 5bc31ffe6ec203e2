package object

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/errors"
)

// A structField is a field of a struct as encoding/json sees it.
type structField struct {
	index int

	// name in JSON. The fields of a struct without a name are its parent's.
	name string

	// omitZero leaves out zero numbers and booleans. Other empty values are
	// always left out.
	omitZero bool
}

// structFields by type, cached: there are a few dozen types, and parsing tags takes time.
var structFields sync.Map

func fieldsOf(t reflect.Type) []structField {
	if fs, ok := structFields.Load(t); ok {
		return fs.([]structField) //nolint:forcetypeassert // Only this type is stored.
	}
	var fs []structField
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" && !f.Anonymous && !strings.Contains(options, "inline") {
			name = f.Name
		}
		fs = append(fs, structField{index: f.Index[0], name: name, omitZero: strings.Contains(options, "omit")})
	}
	structFields.Store(t, fs)
	return fs
}

// addTo adds a field of a struct to an object, unless it's empty.
func (f structField) addTo(o *structpb.Struct, s reflect.Value) error {
	v := s.Field(f.index)
	isScalar := v.Kind() >= reflect.Bool && v.Kind() <= reflect.Float64
	if v.IsZero() && (f.omitZero || !isScalar) {
		return nil
	}
	if f.name == "" {
		return addFields(o, v)
	}
	p, err := value(v)
	if err != nil {
		return errors.Wrapf(err, "field %s", f.name)
	}
	if !empty(p) {
		o.Fields[f.name] = p
	}
	return nil
}

// addFields adds the fields of a struct that aren't empty to an object.
func addFields(o *structpb.Struct, s reflect.Value) error {
	for _, f := range fieldsOf(s.Type()) {
		if err := f.addTo(o, s); err != nil {
			return err
		}
	}
	return nil
}

// value in the form of the protocol. A type that marshals itself is free-form: its
// content is copied as it is, empty values included. Predeclared types such as string
// have no methods, and most values have one of those.
func value(v reflect.Value) (*structpb.Value, error) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return structpb.NewNullValue(), nil
		}
		return value(v.Elem())
	}
	if t := v.Type(); t.PkgPath() != "" && reflect.PointerTo(t).Implements(marshaler) {
		return marshaled(v)
	}
	switch v.Kind() {
	case reflect.Struct:
		return structValue(v)
	case reflect.Map:
		return mapValue(v)
	case reflect.Slice:
		return listValue(v)
	default:
		return scalar(v)
	}
}

func scalar(v reflect.Value) (*structpb.Value, error) {
	switch {
	case v.Kind() == reflect.String && utf8.ValidString(v.String()):
		return structpb.NewStringValue(v.String()), nil
	case v.Kind() == reflect.Bool:
		return structpb.NewBoolValue(v.Bool()), nil
	case v.CanInt():
		return structpb.NewNumberValue(float64(v.Int())), nil
	case v.CanUint():
		return structpb.NewNumberValue(float64(v.Uint())), nil
	case v.CanFloat():
		return structpb.NewNumberValue(v.Float()), nil
	default:
		return nil, errors.Errorf("cannot convert %q of type %s", v, v.Type())
	}
}

func structValue(v reflect.Value) (*structpb.Value, error) {
	o := &structpb.Struct{Fields: make(map[string]*structpb.Value)}
	if err := addFields(o, v); err != nil {
		return nil, err
	}
	return structpb.NewStructValue(o), nil
}

func mapValue(v reflect.Value) (*structpb.Value, error) {
	if v.Type().Key().Kind() != reflect.String {
		return nil, errors.Errorf("cannot convert a %s: its keys aren't strings", v.Type())
	}
	o := &structpb.Struct{Fields: make(map[string]*structpb.Value, v.Len())}
	for k, e := range v.Seq2() {
		p, err := value(e)
		if err != nil {
			return nil, errors.Wrapf(err, "key %s", k)
		}
		// Keys with empty values stay: tags and labels may have no value.
		if _, isString := p.GetKind().(*structpb.Value_StringValue); isString || !empty(p) {
			o.Fields[k.String()] = p
		}
	}
	return structpb.NewStructValue(o), nil
}

func listValue(v reflect.Value) (*structpb.Value, error) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return structpb.NewStringValue(base64.StdEncoding.EncodeToString(v.Bytes())), nil
	}
	l := &structpb.ListValue{Values: make([]*structpb.Value, 0, v.Len())}
	for i := range v.Len() {
		p, err := value(v.Index(i))
		if err != nil {
			return nil, errors.Wrapf(err, "item %d", i)
		}
		l.Values = append(l.Values, p)
	}
	return structpb.NewListValue(l), nil
}

var marshaler = reflect.TypeFor[json.Marshaler]()

func marshaled(v reflect.Value) (*structpb.Value, error) {
	if !v.CanAddr() {
		c := reflect.New(v.Type()).Elem()
		c.Set(v)
		v = c
	}
	b, err := json.Marshal(v.Addr().Interface())
	if err != nil {
		return nil, errors.Wrap(err, "cannot marshal JSON")
	}
	var j any
	if err := json.Unmarshal(b, &j); err != nil {
		return nil, errors.Wrap(err, "cannot unmarshal JSON")
	}
	p, err := structpb.NewValue(j)
	return p, errors.Wrap(err, "cannot convert JSON")
}

// empty reports whether a value is left out.
func empty(v *structpb.Value) bool {
	switch k := v.GetKind().(type) {
	case *structpb.Value_NumberValue, *structpb.Value_BoolValue:
		return false
	case *structpb.Value_StringValue:
		return k.StringValue == ""
	case *structpb.Value_StructValue:
		return len(k.StructValue.GetFields()) == 0
	case *structpb.Value_ListValue:
		return len(k.ListValue.GetValues()) == 0
	default:
		return true
	}
}
