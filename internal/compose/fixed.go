package compose

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

// A Fixity is what of a resource cannot change while it exists. The name by which
// the world knows it is always among that.
type Fixity struct {
	Fields []Fixed

	// Replacing says what happens when the resource is replaced. It's empty if it
	// must not be.
	Replacing string
}

// A Fixed field cannot change while the resource exists.
type Fixed struct {
	// Path of the field, such as spec.forProvider.cidrBlock.
	Path string

	// But is the only value that it can change to, if there's one.
	But string

	// Without is what a value begins with and what the world leaves out when it tells
	// it, if there's something.
	Without string
}

// A Change is one of a field that cannot change.
type Change struct {
	Field    string
	From, To *structpb.Value
}

// changes that are asked for of what cannot change, given what exists. What is
// desired as it was before is no change, whatever a provider makes of it. Neither
// is what is out in the world as it's desired, whatever was made of the object.
// What nobody tells cannot be kept, and what is nowhere but in Kubernetes may
// still become anything.
func (r Resource) changes(desired *structpb.Struct, e Existing) []Change {
	if !e.Created() {
		return nil
	}
	var cs []Change
	if is, want := e.ExternalName(), Exists(desired).ExternalName(); want != "" && is != "" && is != want {
		cs = append(cs, Change{Field: fieldExternalName, From: structpb.NewStringValue(is), To: structpb.NewStringValue(want)})
	}
	for _, f := range r.Fixity.Fields {
		if c, ok := f.change(Exists(desired).Value(f.Path), e); ok {
			cs = append(cs, c)
		}
	}
	return cs
}

// change of the field of what exists to what's wanted, if it's one.
func (f Fixed) change(want *structpb.Value, e Existing) (Change, bool) {
	was, is := e.Value(f.Path), e.fixed(f.Path)
	if is == nil || proto.Equal(want, was) || proto.Equal(f.told(want), f.told(is)) || f.But != "" && want.GetStringValue() == f.But {
		return Change{}, false
	}
	if was != nil {
		is = was // In the words that it was desired in.
	}
	return Change{Field: f.Path, From: is, To: want}, true
}

// told is a value as the world tells it.
func (f Fixed) told(v *structpb.Value) *structpb.Value {
	if s, ok := v.GetKind().(*structpb.Value_StringValue); ok && f.Without != "" {
		return structpb.NewStringValue(strings.TrimPrefix(s.StringValue, f.Without))
	}
	return v
}

// fieldExternalName is how changes call the name by which the world knows a
// resource.
const fieldExternalName = "metadata.annotations." + annotationExternalName

// fixed is the value that a field has out in the world, if that's told, or else
// the one that it was last desired to have.
func (e Existing) fixed(path string) *structpb.Value {
	if field, ok := strings.CutPrefix(path, "spec.forProvider."); ok {
		if v := e.Value("status.atProvider." + field); v != nil {
			return v
		}
	}
	return e.Value(path)
}

// keepFixed keeps what cannot change as it is.
func keepFixed(desired *structpb.Struct, cs []Change) error {
	for _, c := range cs {
		if c.Field == fieldExternalName {
			Exists(desired).Value("metadata.annotations").GetStructValue().GetFields()[annotationExternalName] = c.From
			continue
		}
		if err := put(desired, c.Field, c.From); err != nil {
			return err
		}
	}
	return nil
}

// token acknowledges changes of a resource: just these, and of this one. What is
// made in its place is another.
func token(k Key, e Existing, cs []Change) string {
	what := []string{string(k), e.String("metadata.uid")}
	for _, c := range cs {
		what = append(what, c.Field, told(c.From), told(c.To))
	}
	sum := sha256.Sum256([]byte(strings.Join(what, "\n")))
	return string(k) + "-" + hex.EncodeToString(sum[:])[:8]
}

// told is a value for people: in one line.
func told(v *structpb.Value) string {
	switch k := v.GetKind().(type) {
	case nil, *structpb.Value_NullValue:
		return "nothing"
	case *structpb.Value_StringValue:
		return k.StringValue
	case *structpb.Value_ListValue:
		all := make([]string, 0, len(k.ListValue.GetValues()))
		for _, i := range k.ListValue.GetValues() {
			all = append(all, told(i))
		}
		return strings.Join(all, ", ")
	case *structpb.Value_StructValue:
		if name := k.StructValue.GetFields()["name"].GetStringValue(); name != "" {
			return name // It's a reference.
		}
	}
	b, err := protojson.MarshalOptions{}.Marshal(v)
	if err != nil {
		return "something else"
	}
	return strings.Join(strings.Fields(string(b)), "")
}
