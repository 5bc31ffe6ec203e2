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

	// Facts that the description needs, whether they are known or not.
	Facts []Need

	// RefersTo are resources that the object names in other ways than by a field
	// called …Ref, such as by an ARN that is computed.
	RefersTo []Key

	// UsedBy are the resources that need this one until they are gone.
	UsedBy []Use

	// Fixity is what cannot change while the resource exists.
	Fixity Fixity

	// Guard says why nobody should delete the resource by itself.
	Guard string

	// OnceProtected is true if the provider may only watch what the resource stands
	// for until all that must outlive it, however far behind, is protected.
	OnceProtected bool

	// Turns are the resources that it comes to need by a change, while it exists.
	Turns []Turn

	// Ready tells whether the resource is ready: by its conditions unless set.
	Ready Readiness
}

// A Turn is that of a resource to another, which takes over from what the fields at
// paths lead to.
type Turn struct {
	To    Key
	Paths []string
}

// A Fact is a value that only AWS, or whoever else makes the resource, can tell.
type Fact struct {
	// What it is, in words that end the sentence "waits for …".
	What string

	// From is the resource that tells it, unless any of several may.
	From Key
}

// A Need is a fact that a resource cannot do without.
type Need struct {
	Fact

	// Known tells whether the fact is known by now.
	Known bool

	// Paths of the fields that hold the value, such as spec.forProvider.policy.
	Paths []string

	// Watch is true if a resource that doesn't exist is watched while the fact is
	// unknown, rather than withheld: its object is there, and nothing is made of it.
	Watch bool
}

// A Use is the need that one resource has of another for as long as it exists,
// its own deletion included: it goes first.
type Use struct {
	By Key

	// Why, in words that people who are refused a deletion will read.
	Why string
}

// Needs says that the fields at paths hold a fact that the resource cannot do
// without, and whether that fact is known. While it's not, a resource that
// doesn't exist is withheld, and one that exists keeps the fields it has.
func (r Resource) Needs(known bool, f Fact, paths ...string) Resource {
	r.Facts = append(slices.Clip(r.Facts), Need{Fact: f, Known: known, Paths: paths})
	return r
}

// WatchedUntil says that the provider may only watch what the resource stands for
// until a fact is known. One that exists keeps the policies it has.
func (r Resource) WatchedUntil(known bool, f Fact) Resource {
	r.Facts = append(slices.Clip(r.Facts), Need{Fact: f, Known: known, Paths: []string{pathPolicies}, Watch: true})
	return r
}

// Unknown are the facts that the description lacks.
func (r Resource) Unknown() []Need {
	return slices.DeleteFunc(slices.Clone(r.Facts), func(n Need) bool { return n.Known })
}

// Refers says that the object names other resources in ways of its own.
func (r Resource) Refers(ks ...Key) Resource {
	r.RefersTo = append(slices.Clip(r.RefersTo), ks...)
	return r
}

// Outlives says that the resource must be there until another one is gone, and why.
func (r Resource) Outlives(by Key, why string) Resource {
	r.UsedBy = append(slices.Clip(r.UsedBy), Use{By: by, Why: why})
	return r
}

// Guarded says that nobody should delete the resource by itself, and why. Its
// loss hurts, and nothing else that exists need show it.
func (r Resource) Guarded(why string) Resource {
	r.Guard = why
	return r
}

// WatchedUntilProtected says that the provider may only watch what the resource
// stands for until Usages that are in force protect all that must outlive it:
// otherwise its deletion might never end.
func (r Resource) WatchedUntilProtected() Resource {
	r.OnceProtected = true
	return r
}

// TurnsTo says that a resource that exists keeps what the fields at paths lead to
// until Usages that are in force protect what they are to lead to. What they lead to
// until then must still be described.
func (r Resource) TurnsTo(k Key, paths ...string) Resource {
	r.Turns = append(slices.Clip(r.Turns), Turn{To: k, Paths: paths})
	return r
}

// Outlive says of many resources that they must be there until another one is
// gone.
func Outlive(rs []Resource, by Key, why string) []Resource {
	for i, r := range rs {
		rs[i] = r.Outlives(by, why)
	}
	return rs
}

// A Part is a group of resources that a user knows by one name. Its state is
// told by the condition of that name and the suffix Ready.
type Part struct {
	Name      string
	Resources []Resource
}

// ConditionType is the type of the condition that tells the part's state.
func (p Part) ConditionType() string { return p.Name + "Ready" }
