package compose

import (
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	xpv1 "github.com/crossplane/crossplane-runtime/v2/apis/common/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// ConditionForeign is on resources in AWS of the platform's names that aren't its own.
const ConditionForeign = "Foreign"

// namesFree is what resources wait for that don't exist yet.
const namesFree = "the platform's names to be free in AWS (see the condition " + ConditionForeign + ")"

// names is what is known of the platform's names in AWS.
type names int

const (
	// free names: AWS has no resource of others with one of them.
	free names = iota

	// checked names: those known before are free, and AWS has yet to report on new ones. New
	// resources are observed until then.
	checked

	// taken names, by others, or for all that is known. Nothing new is desired.
	taken
)

// lookAtNames before anything is created.
func (a *Assembly) lookAtNames(parts []Part) error {
	for _, p := range parts {
		for _, r := range p.Resources {
			switch {
			case r.Looked.Foreign != "":
				a.names = taken
			case r.Looked.Pending && a.names == free:
				a.names = checked
			}
		}
	}
	if a.names == checked && !a.creates() {
		a.names = taken
	}
	return nil
}

// creates reports whether a provider may create any resource already.
func (a *Assembly) creates() bool {
	for _, o := range a.in.Composed {
		if o.Value(object.PathPolicies) != nil && o.Allows(xpv1.ManagementActionCreate) {
			return true
		}
	}
	return false
}

// create a resource that doesn't exist yet, unless it must wait. A name is looked at as soon
// as it's known, without the fields that contain unknown facts.
func (a *Assembly) create(d Decision, r Resource, desired *structpb.Struct, unknown []Need) (Decision, error) {
	waits := r.Looked.Unowned || a.names == taken || (a.names == checked && object.Of(desired).Value(object.PathPolicies) != nil)
	if waits {
		d.WaitsFor = append(d.WaitsFor, namesFree)
	}
	if a.withholds(r, unknown) {
		return d, nil
	}
	d.Desired = desired
	if err := retainUnknown(desired, object.Object{}, unknown); err != nil || (!waits && len(unknown) == 0) {
		return d, err
	}
	return d, a.observe(r.Key, desired)
}

// withholds reports whether a resource that doesn't exist isn't even observed.
func (a *Assembly) withholds(r Resource, unknown []Need) bool {
	lacksFacts := slices.ContainsFunc(unknown, func(n Need) bool { return !n.Observe })
	return (lacksFacts && !r.Looked.Pending) || (a.names == taken && !r.Looked.Unowned)
}

// limit what the provider may do with a resource that exists as an object and isn't known to
// be the platform's in AWS: it observes what is another's, and creates what is absent, but
// updates neither. If two platforms create a resource of one name at the same time, the slower
// one fails, and then finds that it's the other's.
func (a *Assembly) limit(d Decision, r Resource, existing object.Object) (Decision, error) {
	switch {
	case !r.Looked.Unowned:
		return d, nil
	case r.Looked.Foreign != "":
		d.Ready, d.Works, d.Why = false, false, "AWS has it, and it belongs to "+r.Looked.Foreign
	case existing.Allows(xpv1.ManagementActionCreate), a.names != taken && !r.Looked.Pending && !d.Retained:
		return d, object.Forbid(d.Desired, xpv1.ManagementActionUpdate)
	case a.names == taken, r.Looked.Pending:
		d.WaitsFor = append(d.WaitsFor, namesFree)
	}
	return d, object.SetPolicies(d.Desired, xpv1.ManagementActionObserve)
}
