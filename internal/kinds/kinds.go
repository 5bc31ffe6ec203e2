// Package kinds has a row for each kind that a platform is composed of: what the provider
// and AWS make of it.
package kinds

import (
	"reflect"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// A Kind of composed resource.
type Kind struct {
	// GroupVersion of the kind. Its name is that of the object's Go type.
	GroupVersion schema.GroupVersion

	// Object of the kind's Go type.
	Object runtime.Object

	// IDFromAWS is true if AWS chooses the resource's id when it creates it. Others have
	// a name that we choose, or one that follows from the spec.
	IDFromAWS bool

	// Named is true if AWS identifies a resource by a name that we choose, so that AWS may have
	// one already that isn't the platform's. A resource within a named one, such as a node
	// group of a cluster, has the owner of that. EC2 refuses a second launch template of a
	// name by itself.
	Named bool

	// Immutable fields. The provider refuses a change of one, and then makes no other
	// change either. What EKS takes only when it creates a cluster isn't listed if it's
	// in initProvider, which the provider reads only then.
	Immutable []object.ImmutableField

	// Replacement is what happens while a resource is replaced, or empty if it must not
	// be replaced.
	Replacement string

	// Silent is true if no controller reports the state of a resource.
	Silent bool

	// Ready reports whether a resource is ready. Nil means by its conditions.
	Ready object.Readiness
}

// GroupVersionKind of the kind.
func (k Kind) GroupVersionKind() schema.GroupVersionKind {
	return k.GroupVersion.WithKind(reflect.TypeOf(k.Object).Elem().Name())
}

// All kinds. No domain composes another. The activation policy of the Configuration is
// generated from them.
func All() []Kind { return table }

// Of an object's Go type.
func Of(o runtime.Object) Kind { return byType[reflect.TypeOf(o)] }

// OfGroupKind is the kind of a group and name.
func OfGroupKind(gk schema.GroupKind) Kind { return byGroupKind[gk] }

// OfObject is the kind of an object.
func OfObject(o object.Object) Kind {
	return OfGroupKind(schema.GroupKind{Group: o.Group(), Kind: o.String("kind")})
}

var (
	byType      = indexed(func(k Kind) reflect.Type { return reflect.TypeOf(k.Object) })
	byGroupKind = indexed(func(k Kind) schema.GroupKind { return k.GroupVersionKind().GroupKind() })
)

// indexed kinds by a key of each.
func indexed[K comparable](by func(Kind) K) map[K]Kind {
	m := make(map[K]Kind, len(table))
	for _, k := range table {
		m[by(k)] = k
	}
	return m
}
