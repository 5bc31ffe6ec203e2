package compose

import (
	"slices"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// A Resource describes one composed resource, without regard to what exists.
type Resource struct {
	Key    key.Key
	Object object.Typed

	// Facts that the description needs, known or not.
	Facts []Need

	// RefersTo are resources that the object names other than by a field called …Ref,
	// such as by a computed ARN.
	RefersTo []key.Key

	// Dependents are the resources that need this one until they are deleted.
	Dependents []Dependent

	// Immutable are the fields that cannot change while the resource exists. The
	// external name is always one of them.
	Immutable []object.ImmutableField

	// Replacement is what happens while the resource is replaced, or empty if it must
	// not be replaced.
	Replacement string

	// Guard is why people must not delete the resource by itself, or empty.
	Guard string

	// UntilProtected limits the provider to Observe until Usages in force protect all
	// that must outlive the resource, transitively.
	UntilProtected bool

	// Looked is what AWS has of the resource's name.
	Looked Look

	// Switches lead the resource from one that it needs to another.
	Switches []Switch

	// Ready reports whether the resource is ready. Nil means object.ReadyByConditions.
	Ready object.Readiness
}

// A Look is what AWS has of the name of a resource.
type Look struct {
	// Pending is true until AWS has reported it.
	Pending bool

	// Foreign is the owner of what AWS has and isn't the platform's, or empty.
	Foreign string

	// Unowned is true until AWS has reported that the resource is the platform's.
	Unowned bool
}

// A Fact is a value that only the maker of another resource can provide, such as AWS.
type Fact struct {
	// What it is, in words that end the sentence "waits for …".
	What string

	// From is the resource that reports the fact, unless several can.
	From key.Key
}

// A Need is a fact that a resource requires.
type Need struct {
	Fact

	// Known is true once the fact is known.
	Known bool

	// Paths of the fields that contain the value, such as spec.forProvider.policy.
	Paths []string

	// Observe is true if a resource that doesn't exist is desired with the policy
	// Observe while the fact is unknown, rather than withheld.
	Observe bool
}

// A Dependent is a resource that needs another one for as long as it exists, its own
// deletion included.
type Dependent struct {
	Key key.Key

	// Why, in words for people whose deletion Crossplane denies.
	Why string
}

// A Switch leads what the fields at Paths refer to from one resource to another.
type Switch struct {
	To    key.Key
	Paths []string
}

// Needs states that the fields at paths contain a fact, and whether that is known. While
// it's unknown, a resource that doesn't exist is withheld, and one that exists retains
// the fields that it has.
func (r Resource) Needs(known bool, f Fact, paths ...string) Resource {
	r.Facts = append(slices.Clip(r.Facts), Need{Fact: f, Known: known, Paths: paths})
	return r
}

// ObserveUntil limits the provider to Observe until a fact is known. A resource that
// exists retains the policies that it has.
func (r Resource) ObserveUntil(known bool, f Fact) Resource {
	r.Facts = append(slices.Clip(r.Facts), Need{Fact: f, Known: known, Paths: []string{object.PathPolicies}, Observe: true})
	return r
}

// ObserveUntilProtected limits the provider to Observe until Usages in force protect
// all that must outlive the resource. Otherwise its deletion might never end.
func (r Resource) ObserveUntilProtected() Resource {
	r.UntilProtected = true
	return r
}

// Unknown facts that the description needs.
func (r Resource) Unknown() []Need {
	return slices.DeleteFunc(slices.Clone(r.Facts), func(n Need) bool { return n.Known })
}

// Refers states that the object names other resources in ways of its own.
func (r Resource) Refers(ks ...key.Key) Resource {
	r.RefersTo = append(slices.Clip(r.RefersTo), ks...)
	return r
}

// DeletedAfter states that the resource may be deleted only after another, and why.
func (r Resource) DeletedAfter(dependent key.Key, why string) Resource {
	r.Dependents = append(slices.Clip(r.Dependents), Dependent{Key: dependent, Why: why})
	return r
}

// Guarded states that people must not delete the resource by itself, and why.
func (r Resource) Guarded(why string) Resource {
	r.Guard = why
	return r
}

// SwitchTo has a resource that exists retain what the fields at paths refer to until
// Usages in force protect what they are to refer to. What they refer to until then must
// still be described.
func (r Resource) SwitchTo(k key.Key, paths ...string) Resource {
	r.Switches = append(slices.Clip(r.Switches), Switch{To: k, Paths: paths})
	return r
}

// AllDeletedAfter states of many resources that they may be deleted only once another
// is gone.
func AllDeletedAfter(rs []Resource, dependent key.Key, why string) []Resource {
	for i, r := range rs {
		rs[i] = r.DeletedAfter(dependent, why)
	}
	return rs
}

// A Part is a group of resources that users know by one name. The condition of that
// name with the suffix Ready reports its state.
type Part struct {
	Name      string
	Resources []Resource
}

// ConditionType is the type of the condition that reports the part's state.
func (p Part) ConditionType() string { return p.Name + "Ready" }
