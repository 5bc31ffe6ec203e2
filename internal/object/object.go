// Package object reads and creates objects in the form of the function protocol, as
// protobuf structs: a request contains a hundred of them, and only a few fields of each
// matter.
package object

import (
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crossplane/crossplane-runtime/v2/pkg/meta"
)

// An Object is a Kubernetes object, read in place.
type Object struct {
	fields *structpb.Struct
}

// Of a protobuf struct.
func Of(s *structpb.Struct) Object { return Object{fields: s} }

// Struct that the object is read from.
func (o Object) Struct() *structpb.Struct { return o.fields }

// Value at a path of field names and list indexes, such as
// status.atProvider.identity.0.oidc.0.issuer, or nil.
func (o Object) Value(path string) *structpb.Value {
	field, rest, more := strings.Cut(path, ".")
	v := o.fields.GetFields()[field]
	for more {
		field, rest, more = strings.Cut(rest, ".")
		v = child(v, field)
	}
	return v
}

func child(v *structpb.Value, field string) *structpb.Value {
	if l := v.GetListValue().GetValues(); l != nil {
		i, err := strconv.Atoi(field)
		if err != nil || i < 0 || i >= len(l) {
			return nil
		}
		return l[i]
	}
	return v.GetStructValue().GetFields()[field]
}

// String at a path, or the empty string.
func (o Object) String(path string) string { return o.Value(path).GetStringValue() }

// Number at a path, or zero.
func (o Object) Number(path string) float64 { return o.Value(path).GetNumberValue() }

// Name of the object in Kubernetes.
func (o Object) Name() string { return o.String("metadata.name") }

// Group of the object's API, which is empty for the core group.
func (o Object) Group() string {
	group, _, ok := strings.Cut(o.String("apiVersion"), "/")
	if !ok {
		return ""
	}
	return group
}

// Annotation by its key, or the empty string.
func (o Object) Annotation(key string) string {
	return o.Value("metadata.annotations").GetStructValue().GetFields()[key].GetStringValue()
}

// ExternalName of a managed resource: the provider's name or id for it.
func (o Object) ExternalName() string { return o.Annotation(meta.AnnotationKeyExternalName) }

// Deleted reports whether the object's deletion was requested.
func (o Object) Deleted() bool { return o.String("metadata.deletionTimestamp") != "" }

// A Condition of an object.
type Condition struct {
	Type    string
	Status  metav1.ConditionStatus
	Reason  string
	Message string
}

// Condition of a type. It's empty where there is none.
func (o Object) Condition(typ string) Condition {
	for _, c := range o.Value("status.conditions").GetListValue().GetValues() {
		f := c.GetStructValue().GetFields()
		if f["type"].GetStringValue() == typ {
			return Condition{
				Type:    typ,
				Status:  metav1.ConditionStatus(f["status"].GetStringValue()),
				Reason:  f["reason"].GetStringValue(),
				Message: f["message"].GetStringValue(),
			}
		}
	}
	return Condition{}
}

// Is reports whether the condition of a type is True.
func (o Object) Is(condition string) bool {
	return o.Condition(condition).Status == metav1.ConditionTrue
}
