package compose

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crossplane/crossplane-runtime/v2/pkg/meta"
	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// Observed are the composed resources that exist, by key.
type Observed map[Key]Existing

// Existing is a composed resource as Crossplane observed it. It reads the
// protocol's own representation in place: a request holds a hundred resources,
// and of each only a few fields matter.
type Existing struct {
	object *structpb.Struct
}

// Observe reads the composed resources of a request.
func Observe(req *fnv1.RunFunctionRequest) (Observed, error) {
	rs := req.GetObserved().GetResources()
	o := make(Observed, len(rs))
	for _, name := range slices.Sorted(maps.Keys(rs)) {
		e := Existing{object: rs[name].GetResource()}
		for _, path := range []string{"apiVersion", "kind", "metadata.name"} {
			if e.String(path) == "" {
				return nil, errors.Errorf("cannot read observed resource %q: it has no %s", name, path)
			}
		}
		o[Key(name)] = e
	}
	return o, nil
}

// Answers are what a response asked for, as it exists, by the key it was asked for
// with. What doesn't exist is empty, and what isn't there was not answered yet.
type Answers map[Key]Existing

// Answered reads what a request tells of what was asked for.
func Answered(req *fnv1.RunFunctionRequest) Answers {
	as := make(Answers, len(req.GetRequiredResources()))
	for k, rs := range req.GetRequiredResources() {
		as[Key(k)] = Existing{}
		if items := rs.GetItems(); len(items) > 0 {
			as[Key(k)] = Exists(items[0].GetResource())
		}
	}
	return as
}

// Keys of all that exists, sorted.
func (o Observed) Keys() []Key { return slices.Sorted(maps.Keys(o)) }

// Exists reads an object in place.
func Exists(o *structpb.Struct) Existing { return Existing{object: o} }

// Value at a path of field names and list indexes, such as
// status.atProvider.identity.0.oidc.0.issuer. It's nil where there is none.
func (e Existing) Value(path string) *structpb.Value {
	field, rest, more := strings.Cut(path, ".")
	v := e.object.GetFields()[field]
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
func (e Existing) String(path string) string { return e.Value(path).GetStringValue() }

// Number at a path, or zero.
func (e Existing) Number(path string) float64 { return e.Value(path).GetNumberValue() }

// Name of the object in Kubernetes.
func (e Existing) Name() string { return e.String("metadata.name") }

// ExternalName is what the provider knows the object by outside of Kubernetes.
func (e Existing) ExternalName() string {
	return e.Value("metadata.annotations").GetStructValue().GetFields()[meta.AnnotationKeyExternalName].GetStringValue()
}

// Deleted tells whether somebody has asked for the object to be deleted.
func (e Existing) Deleted() bool { return e.String("metadata.deletionTimestamp") != "" }

// Annotation by its key, or the empty string.
func (e Existing) Annotation(key string) string {
	return e.Value("metadata.annotations").GetStructValue().GetFields()[key].GetStringValue()
}

// A Condition of an object.
type Condition struct {
	Type    string
	Status  metav1.ConditionStatus
	Reason  string
	Message string
}

// Condition of a type. It's empty where there is none.
func (e Existing) Condition(typ string) Condition {
	for _, c := range e.Value("status.conditions").GetListValue().GetValues() {
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

// Is tells whether the condition of a type is True.
func (e Existing) Is(condition string) bool {
	return e.Condition(condition).Status == metav1.ConditionTrue
}
