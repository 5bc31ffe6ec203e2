package compose

import (
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	xpv1 "github.com/crossplane/crossplane-runtime/v2/apis/common/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/usage"
)

// collectGarbage in order. Crossplane deletes all that a function stops desiring at once,
// whatever depends on it. So orphans stay desired, as observed, until they can go:
//
//   - A Usage goes at once if its resource is an orphan and its dependent isn't. If both
//     are orphans, the Usage goes once the dependent is gone. Crossplane doesn't observe
//     what it deletes, so the function requires the dependent.
//   - Any other orphan goes once no Usage protects it. One whose policies lack Delete,
//     because it would be deleted with the cluster, gets that policy first.
func (a *Assembly) collectGarbage([]Part) error {
	var orphans []key.Key
	for k := range a.in.Composed {
		if a.described[k] == nil && !a.usages[k] {
			orphans = append(orphans, k)
		}
	}
	slices.Sort(orphans)
	for _, k := range orphans {
		what := a.blocker(k)
		if what == "" {
			continue
		}
		desired, err := deletable(a.in.Composed[k])
		if err != nil {
			return err
		}
		a.Orphans = append(a.Orphans, Decision{Key: k, Desired: desired, Exists: true, Ready: true, WaitsFor: []string{what}})
	}
	return nil
}

// blocker of an orphan's deletion, or empty.
func (a *Assembly) blocker(k key.Key) string {
	orphan := a.in.Composed[k]
	by := orphan.Reference("spec.by")
	switch {
	case usage.Is(orphan) && (by.Name == "" || a.describes(by) || a.isGone(k, by)):
		return ""
	case usage.Is(orphan):
		return by.Kind + " " + by.Name + " to be deleted"
	case a.isProtected(orphan):
		return "its Usages to be deleted"
	case orphan.LeftBehind():
		return "leave to be deleted"
	default:
		return ""
	}
}

// isProtected reports whether a Usage of an object exists.
func (a *Assembly) isProtected(o object.Object) bool {
	return slices.ContainsFunc(a.observedUsages, func(u object.Object) bool { return o.IsReferredToBy(u.Reference("spec.of")) })
}

// usagesAmong composed resources, in no order. Few of many resources are Usages, and each
// orphan is compared with all of them.
func usagesAmong(composed object.Composed) []object.Object {
	var us []object.Object
	for _, o := range composed {
		if usage.Is(o) {
			us = append(us, o)
		}
	}
	return us
}

// describes reports whether the object of a reference is described.
func (a *Assembly) describes(ref object.Reference) bool {
	for _, o := range a.described {
		if o.GetName() == ref.Name && o.GetObjectKind().GroupVersionKind() == ref.GroupVersionKind() {
			return true
		}
	}
	return false
}

// isGone reports whether the dependent of a Usage is gone for certain: an object that
// isn't observed may still exist.
func (a *Assembly) isGone(k key.Key, by object.Reference) bool {
	for _, o := range a.in.Composed {
		if o.IsReferredToBy(by) {
			return false
		}
	}
	a.require(k, by.APIVersion, by.Kind, a.in.Composed[k].String("metadata.namespace"), by.Name)
	o, answered := a.in.Required[k]
	return answered && o.Name() == ""
}

// deletable is an orphan as observed, with leave to be deleted.
func deletable(o object.Object) (*structpb.Struct, error) {
	desired := o.AsDesired()
	if !o.LeftBehind() {
		return desired, nil
	}
	return desired, object.Allow(desired, xpv1.ManagementActionDelete)
}
