package compose

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// A Key identifies a composed resource forever: rename one and Crossplane
// deletes what bears the old name.
type Key string

// An Object is what a resource should be, as the typed struct of its kind. Its
// apiVersion, kind, name and namespace must be set.
type Object interface {
	metav1.Object
	runtime.Object
}

// A Resource describes one composed resource, without regard to what exists.
type Resource struct {
	Key    Key
	Object Object

	// Unknown are the values the description lacks.
	Unknown []Unknown

	// Ready tells how to see that the resource is ready.
	Ready Readiness
}

// An Unknown is a value that a resource's description needs and that nobody
// knows yet.
type Unknown struct {
	// What is unknown, in words that end the sentence "waits for …".
	What string

	// Paths of the fields that hold the value, such as spec.forProvider.policy.
	Paths []string
}

// Readiness is a way to see that a resource is ready.
type Readiness int

// Ways to see that a resource is ready.
const (
	// ReadyCondition waits for the resource's condition Ready to be True.
	ReadyCondition Readiness = iota

	// ReadyExists takes a resource that exists for ready: for kinds that have no
	// conditions.
	ReadyExists
)

// Needs says that the fields at paths hold a value that the resource cannot do
// without, and whether that value is known. While it's not, a resource that
// doesn't exist is withheld, and one that exists keeps the fields it has.
func (r Resource) Needs(known bool, what string, paths ...string) Resource {
	if known {
		return r
	}
	r.Unknown = append(slices.Clip(r.Unknown), Unknown{What: what, Paths: paths})
	return r
}

// A Part is a group of resources that a user knows by one name. Its state is
// told by the condition of that name and the suffix Ready.
type Part struct {
	Name      string
	Resources []Resource
}

// Condition is the type of the condition that tells the part's state.
func (p Part) Condition() string { return p.Name + "Ready" }
