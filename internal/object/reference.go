package object

import (
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// A Reference of a Usage to an object.
type Reference struct {
	APIVersion, Kind, Name string
}

// Reference at a path, such as spec.of of a Usage.
func (o Object) Reference(path string) Reference {
	return Reference{
		APIVersion: o.String(path + ".apiVersion"),
		Kind:       o.String(path + ".kind"),
		Name:       o.String(path + ".resourceRef.name"),
	}
}

// GroupVersionKind of the object that is referred to.
func (r Reference) GroupVersionKind() schema.GroupVersionKind {
	return schema.FromAPIVersionAndKind(r.APIVersion, r.Kind)
}

// IsReferredToBy reports whether a reference is to the object.
func (o Object) IsReferredToBy(r Reference) bool {
	return o.Name() == r.Name && o.String("kind") == r.Kind && o.String("apiVersion") == r.APIVersion
}

// secretWritten is the field that names the Secret that a resource writes. It's no reference.
const secretWritten = "writeConnectionSecretToRef"

// SecretWritten is the name of the Secret that a resource writes, or empty.
func (o Object) SecretWritten() string { return o.String("spec." + secretWritten + ".name") }

// Referred are the names in all references of an object: its fields called …Ref or …Refs.
func (o Object) Referred() []string { return referred(structpb.NewStructValue(o.fields)) }

func referred(v *structpb.Value) []string {
	var ns []string
	for k, c := range v.GetStructValue().GetFields() {
		switch {
		case k == secretWritten:
		case strings.HasSuffix(k, "Ref"):
			ns = append(ns, c.GetStructValue().GetFields()["name"].GetStringValue())
		case strings.HasSuffix(k, "Refs"):
			for _, i := range c.GetListValue().GetValues() {
				ns = append(ns, i.GetStructValue().GetFields()["name"].GetStringValue())
			}
		}
		ns = append(ns, referred(c)...)
	}
	for _, c := range v.GetListValue().GetValues() {
		ns = append(ns, referred(c)...)
	}
	return ns
}
