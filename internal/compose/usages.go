package compose

import (
	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/dag"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/usage"
)

// A UsageDecision is on a Usage: an object by which Crossplane denies a deletion.
type UsageDecision struct {
	Decision

	// Of is the protected resource.
	Of key.Key

	// By is the dependent that needs it, or empty for a guard.
	By key.Key

	// InForce is true once Crossplane reports that the Usage protects the resource.
	InForce bool
}

// protect resources with dependents, guarded resources and guarded owners by Usages.
func (a *Assembly) protect(parts []Part) error {
	for i, p := range parts {
		for j, r := range p.Resources {
			if a.Parts[i].Decisions[j].Replacing {
				continue // Its Usages are deleted before it is.
			}
			if err := a.protectOne(r); err != nil {
				return err
			}
		}
	}
	for _, o := range a.in.Owners {
		if err := a.protectOne(o); err != nil {
			return err
		}
	}
	_, err := dag.Layers(keys(parts), deletionEdges(parts))
	return errors.Wrap(err, "cannot ever delete the platform")
}

func keys(parts []Part) []key.Key {
	var ks []key.Key
	for _, p := range parts {
		for _, r := range p.Resources {
			ks = append(ks, r.Key)
		}
	}
	return ks
}

// protectOne resource: by a guard, and until each of its dependents is deleted.
func (a *Assembly) protectOne(r Resource) error {
	if r.Guard != "" {
		if err := a.addUsage(r, Dependent{Why: r.Guard}); err != nil {
			return err
		}
	}
	for _, d := range r.Dependents {
		if a.described[d.Key] == nil {
			return errors.Errorf("cannot retain %q until %q is deleted: no resource of that key is described", r.Key, d.Key)
		}
		if err := a.addUsage(r, d); err != nil {
			return err
		}
	}
	return nil
}

// addUsage of a resource by a dependent, or by none for a guard.
//
// A Usage is created once both ends exist, because Crossplane reports an error for one
// that refers to nothing. From then on only the spec removes it, by removing an end. An
// end that is being deleted to be replaced doesn't count: Crossplane would mark the old
// object as in use, report the Usage as ready, and leave the new object unmarked.
func (a *Assembly) addUsage(of Resource, by Dependent) error {
	u := UsageDecision{Of: of.Key, By: by.Key, Decision: Decision{Key: key.Usage(of.Key, by.Key)}}
	existing, exists := a.in.Composed[u.Key]
	for _, k := range []key.Key{of.Key, by.Key} {
		if k != "" && (!a.in.exists(k) || a.in.Composed[k].Deleted()) {
			u.WaitsFor = append(u.WaitsFor, string(k))
		}
	}
	if a.names == taken && !exists {
		u.WaitsFor = append(u.WaitsFor, namesFree)
	}
	if exists || len(u.WaitsFor) == 0 {
		desired, err := object.Intent(usage.New(of.Object, a.described[by.Key], by.Why, a.in.Name(u.Key)))
		if err != nil {
			return errors.Wrapf(err, "cannot compose %q", u.Key)
		}
		u.Desired = desired
		u.Exists, u.Ready = exists, exists
		u.InForce = usage.InForce(existing)
	}
	a.Usages = append(a.Usages, u)
	a.usages[u.Key] = true
	return nil
}

// unprotected are the keys of Usages that aren't in force yet.
func (a *Assembly) unprotected() []string {
	var ks []string
	for _, u := range a.Usages {
		if !u.InForce {
			ks = append(ks, string(u.Key))
		}
	}
	return ks
}
