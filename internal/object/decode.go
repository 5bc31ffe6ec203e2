package object

import (
	"reflect"

	"google.golang.org/protobuf/types/known/structpb"
)

// Decode the value at a path into a struct, by the JSON names of its fields. It takes a
// pointer to the struct. A field of another type than the struct's stays empty: anyone may
// have written what is observed. Fields may be strings, booleans, numbers, structs, and
// slices of structs.
func (o Object) Decode(path string, into any) {
	decodeStruct(o.Value(path).GetStructValue(), reflect.ValueOf(into).Elem())
}

func decodeStruct(s *structpb.Struct, into reflect.Value) {
	for _, f := range fieldsOf(into.Type()) {
		if v, ok := s.GetFields()[f.name]; ok {
			decode(v, into.Field(f.index))
		}
	}
}

func decode(v *structpb.Value, into reflect.Value) {
	switch into.Kind() {
	case reflect.String:
		into.SetString(v.GetStringValue())
	case reflect.Bool:
		into.SetBool(v.GetBoolValue())
	case reflect.Int32, reflect.Int64:
		into.SetInt(int64(v.GetNumberValue()))
	case reflect.Struct:
		decodeStruct(v.GetStructValue(), into)
	case reflect.Slice:
		for _, e := range v.GetListValue().GetValues() {
			item := reflect.New(into.Type().Elem()).Elem()
			decode(e, item)
			into.Set(reflect.Append(into, item))
		}
	default: // The struct has no other fields.
	}
}
