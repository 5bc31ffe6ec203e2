package object

import (
	"encoding/json"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crossplane/crossplane-runtime/v2/pkg/meta"
)

// An ImmutableField cannot change while the external resource exists.
type ImmutableField struct {
	// Path of the field, such as spec.forProvider.cidrBlock.
	Path string

	// AllowedValue is the only value that the field can change to, or empty.
	AllowedValue string

	// TrimPrefix is a prefix that the provider leaves out when it reports the value, or
	// empty.
	TrimPrefix string

	// Unreported is true if no provider reports the field's value.
	Unreported bool
}

// A Change of an immutable field.
type Change struct {
	Field    string
	From, To *structpb.Value
}

// pathExternalName is where an object has its external name.
const pathExternalName = "metadata.annotations." + meta.AnnotationKeyExternalName

// ImmutableChanges are the changes of immutable fields from an existing object to a
// desired one. A value that equals the previously desired or the reported one isn't a
// change. A field that no provider reports is compared with the previously desired value
// only. Without an external resource, every field may change.
func ImmutableChanges(fields []ImmutableField, desired *structpb.Struct, existing Object) []Change {
	if !existing.Created() {
		return nil
	}
	var cs []Change
	if is, want := existing.ExternalName(), Of(desired).ExternalName(); want != "" && is != "" && is != want {
		cs = append(cs, Change{Field: pathExternalName, From: structpb.NewStringValue(is), To: structpb.NewStringValue(want)})
	}
	for _, f := range fields {
		if c, ok := f.change(Of(desired).Value(f.Path), existing); ok {
			cs = append(cs, c)
		}
	}
	return cs
}

// change of the field of an existing object to the wanted value, if it's one.
func (f ImmutableField) change(want *structpb.Value, existing Object) (Change, bool) {
	was, is := existing.Value(f.Path), existing.reported(f.Path)
	if is == nil || proto.Equal(want, was) || proto.Equal(f.normalize(want), f.normalize(is)) || f.AllowedValue != "" && want.GetStringValue() == f.AllowedValue {
		return Change{}, false
	}
	if was != nil {
		is = was // The desired value, rather than the reported one.
	}
	return Change{Field: f.Path, From: is, To: want}, true
}

// ImmutableDrift is where the external resource differs from what is desired, as before, in
// immutable fields: the desired values are unchanged, so the difference was made in AWS.
// Providers spell some values in their own way, so a difference counts only if they don't
// report the resource as synchronized.
func ImmutableDrift(fields []ImmutableField, desired *structpb.Struct, existing Object) []Change {
	if !existing.Created() || existing.Condition("Synced").Status != metav1.ConditionFalse {
		return nil
	}
	var cs []Change
	for _, f := range fields {
		want, is := Of(desired).Value(f.Path), existing.atProvider(f.Path)
		if is != nil && proto.Equal(want, existing.Value(f.Path)) && !proto.Equal(f.normalize(want), f.normalize(is)) {
			cs = append(cs, Change{Field: f.Path, From: is, To: want})
		}
	}
	return cs
}

// normalize a value to the provider's spelling.
func (f ImmutableField) normalize(v *structpb.Value) *structpb.Value {
	if s, ok := v.GetKind().(*structpb.Value_StringValue); ok && f.TrimPrefix != "" {
		return structpb.NewStringValue(strings.TrimPrefix(s.StringValue, f.TrimPrefix))
	}
	return v
}

// reported value of a field, or else the one that was last desired.
func (o Object) reported(path string) *structpb.Value {
	if v := o.atProvider(path); v != nil {
		return v
	}
	return o.Value(path)
}

// atProvider is the reported value of a field, or nil.
func (o Object) atProvider(path string) *structpb.Value {
	field, ok := strings.CutPrefix(path, "spec.forProvider.")
	if !ok {
		return nil
	}
	return o.Value("status.atProvider." + field)
}

// Revert changes: the desired object retains what exists.
func Revert(desired *structpb.Struct, cs []Change) error {
	for _, c := range cs {
		if c.Field == pathExternalName {
			Of(desired).Value("metadata.annotations").GetStructValue().GetFields()[meta.AnnotationKeyExternalName] = c.From
			continue
		}
		if err := Set(desired, c.Field, c.From); err != nil {
			return err
		}
	}
	return nil
}

// Format a value for people, in one line.
func Format(v *structpb.Value) string {
	switch k := v.GetKind().(type) {
	case nil, *structpb.Value_NullValue:
		return "nothing"
	case *structpb.Value_StringValue:
		return k.StringValue
	case *structpb.Value_ListValue:
		all := make([]string, 0, len(k.ListValue.GetValues()))
		for _, i := range k.ListValue.GetValues() {
			all = append(all, Format(i))
		}
		return strings.Join(all, ", ")
	case *structpb.Value_StructValue:
		if name := k.StructValue.GetFields()["name"].GetStringValue(); name != "" {
			return name // It's a reference.
		}
	}
	b, err := json.Marshal(v.AsInterface())
	if err != nil {
		return "something else"
	}
	return string(b)
}
