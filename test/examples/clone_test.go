package examples

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// TestClone compares with proto.Clone, for requests with every field set, and checks that a
// clone shares nothing with the original.
func TestClone(t *testing.T) {
	req := &fnv1.RunFunctionRequest{}
	fill(req.ProtoReflect(), 0)
	requests := map[string]*fnv1.RunFunctionRequest{"AllFields": req, "Empty": {}}
	for _, e := range All(t) {
		requests[e.Name] = e.Request(t)
	}
	for name, req := range requests {
		t.Run(name, func(t *testing.T) {
			want, c := proto.CloneOf(req), Clone(t, req)
			if !proto.Equal(want, c) {
				t.Errorf("the clone differs: want %v, got %v", want, c)
			}
			for _, o := range c.GetObserved().GetResources() {
				modify(o.GetResource())
			}
			modify(c.GetObserved().GetComposite().GetResource())
			if !proto.Equal(want, req) {
				t.Error("a change of the clone changes the original")
			}
		})
	}
}

// fill every field of a message, down to some depth.
func fill(m protoreflect.Message, depth int) {
	if s, ok := m.Interface().(*structpb.Struct); ok {
		s.Fields = map[string]*structpb.Value{
			"null": structpb.NewNullValue(), "bool": structpb.NewBoolValue(true), "number": structpb.NewNumberValue(1),
			"list":   structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{structpb.NewStringValue("a")}}),
			"struct": structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"string": structpb.NewStringValue("a")}}),
		}
		return
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		switch f := fields.Get(i); {
		case depth > 5 || f.ContainingOneof() != nil:
		case f.IsMap():
			v := m.Mutable(f).Map().NewValue()
			if f.MapValue().Message() != nil {
				fill(v.Message(), depth+1)
			}
			m.Mutable(f).Map().Set(protoreflect.ValueOfString("a").MapKey(), v)
		case f.IsList():
			v := m.Mutable(f).List().NewElement()
			if f.Message() != nil {
				fill(v.Message(), depth+1)
			}
			m.Mutable(f).List().Append(v)
		case f.Message() != nil:
			fill(m.Mutable(f).Message(), depth+1)
		case f.Kind() == protoreflect.StringKind:
			m.Set(f, protoreflect.ValueOfString("a"))
		case f.Kind() == protoreflect.EnumKind:
			m.Set(f, protoreflect.ValueOfEnum(1))
		}
	}
}

// modify every value of an object.
func modify(o *structpb.Struct) {
	for k, v := range o.GetFields() {
		modify(v.GetStructValue())
		for _, e := range v.GetListValue().GetValues() {
			e.Kind = &structpb.Value_StringValue{StringValue: "modified"}
		}
		v.Kind = &structpb.Value_StringValue{StringValue: "modified"}
		o.Fields[k+"-modified"] = v
	}
}
