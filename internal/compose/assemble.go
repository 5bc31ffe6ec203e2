package compose

import (
	"iter"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// An Input is what decisions depend on, besides what is described.
type Input struct {
	// Composed are the resources that exist.
	Composed object.Composed

	// Required are the resources that an earlier response required.
	Required object.RequiredResources

	// Acknowledged are the tokens of changes for which resources may be replaced.
	Acknowledged []string

	// Owners are objects that this function doesn't compose and that are guarded all the
	// same, such as the claim.
	Owners []Resource

	// Name is the name of the object of a resource.
	Name func(key.Key) string
}

// exists reports whether a composed resource or an owner exists.
func (in Input) exists(k key.Key) bool {
	if _, ok := in.Composed[k]; ok {
		return true
	}
	for _, o := range in.Owners {
		if o.Key == k {
			return true
		}
	}
	return false
}

// A Decision on one resource.
type Decision struct {
	Key key.Key

	// Desired is the resource's intent, or nil if it's withheld.
	Desired *structpb.Struct

	// Exists is true if the resource was observed.
	Exists bool

	// Ready is true once the resource exists and is ready.
	Ready bool

	// Works is true if the resource exists and serves its dependents, even if its
	// provider cannot make the desired changes.
	Works bool

	// Why a resource that exists isn't ready, as far as its provider reports.
	Why string

	// BlockedBy is the resource that must be ready first.
	BlockedBy key.Key

	// Retained is true if the resource exists and retains values that are unknown now.
	Retained bool

	// WaitsFor names the unknown facts that the resource waits for.
	WaitsFor []string

	// Changes of immutable fields, which are reverted.
	Changes []object.Change

	// Drift of immutable fields, which no provider can undo.
	Drift []object.Change

	// Replacement is what happens while the resource is replaced to make the changes,
	// and Token acknowledges that. Both are empty if it must not be replaced.
	Replacement string
	Token       string

	// Replacing is true while the resource is replaced.
	Replacing bool

	// Pending is the resource whose denied deletion blocks the replacement.
	Pending key.Key
}

// A PartDecision is the decisions on one part.
type PartDecision struct {
	Part

	Decisions []Decision
}

// An Assembly is the decisions on all resources.
type Assembly struct {
	Parts []PartDecision

	// Usages protect resources from deletion. They belong to no part.
	Usages []UsageDecision

	// Orphans are resources that exist, are described no longer and cannot be deleted yet.
	Orphans []Decision

	// Requirements are the resources that the function needs to read to decide.
	Requirements map[key.Key]*fnv1.ResourceSelector

	in        Input
	described map[key.Key]object.Typed
	usages    map[key.Key]bool

	// names of the platform in AWS.
	names names

	// observedUsages exist, described or not.
	observedUsages []object.Object
}

// Assemble decides what to desire of each resource:
//
//   - All that it needs is known: it's desired as described.
//   - It exists, and a fact is unknown: it's desired as described, and retains the fields
//     that contain the fact.
//   - It doesn't exist, and a fact is unknown: it's withheld, or desired with the policy
//     Observe.
//
// Immutable fields are retained until the claim acknowledges that the resource is
// replaced. What exists and is described no longer is an orphan, desired until it can
// be deleted. So Crossplane never deletes what is described.
func Assemble(parts []Part, in Input) (*Assembly, error) {
	a := &Assembly{in: in, described: make(map[key.Key]object.Typed), usages: make(map[key.Key]bool), observedUsages: usagesAmong(in.Composed)}
	for _, step := range []func([]Part) error{a.describe, a.lookAtNames, a.decideAll, a.replaceAcknowledged, a.protect, a.collectGarbage, a.findBlockers} {
		if err := step(parts); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// describe records what is described, each once.
func (a *Assembly) describe(parts []Part) error {
	for _, p := range parts {
		for _, r := range p.Resources {
			if a.described[r.Key] != nil {
				return errors.Errorf("cannot compose two resources called %q", r.Key)
			}
			a.described[r.Key] = r.Object
		}
	}
	return nil
}

// decideAll decides on each resource by itself.
func (a *Assembly) decideAll(parts []Part) error {
	deps := dependenciesOf(parts)
	a.Parts = make([]PartDecision, 0, len(parts))
	for _, p := range parts {
		pd := PartDecision{Part: p, Decisions: make([]Decision, 0, len(p.Resources))}
		for _, r := range p.Resources {
			d, err := a.decide(deps.untilProtected(r, a.in))
			if err != nil {
				return errors.Wrapf(err, "cannot compose resource %q", r.Key)
			}
			pd.Decisions = append(pd.Decisions, d)
		}
		a.Parts = append(a.Parts, pd)
	}
	return nil
}

// Decisions on all described resources and their Usages, in order.
func (a *Assembly) Decisions() iter.Seq[Decision] {
	return func(yield func(Decision) bool) {
		for _, p := range a.Parts {
			for _, d := range p.Decisions {
				if !yield(d) {
					return
				}
			}
		}
		for _, u := range a.Usages {
			if !yield(u.Decision) {
				return
			}
		}
	}
}

// Settled reports whether every resource exists and is ready, and nothing is about to
// change.
func (a *Assembly) Settled() bool {
	for d := range a.Decisions() {
		if !d.Ready {
			return false
		}
	}
	return len(a.Orphans) == 0 && len(a.unprotected()) == 0
}

// Describes reports whether a resource is described.
func (a *Assembly) Describes(k key.Key) bool { return a.described[k] != nil }

// Withheld resources, in the order in which they are described.
func (a *Assembly) Withheld() []Decision {
	var ds []Decision
	for _, p := range a.Parts {
		for _, d := range p.Decisions {
			if d.Desired == nil {
				ds = append(ds, d)
			}
		}
	}
	return ds
}

// require that Crossplane adds an object to the next request.
func (a *Assembly) require(k key.Key, apiVersion, kind, namespace, name string) {
	if a.Requirements == nil {
		a.Requirements = make(map[key.Key]*fnv1.ResourceSelector)
	}
	a.Requirements[k] = &fnv1.ResourceSelector{
		ApiVersion: apiVersion,
		Kind:       kind,
		Match:      &fnv1.ResourceSelector_MatchName{MatchName: name},
		Namespace:  new(namespace),
	}
}
