package compose

import (
	"iter"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// A State is what was decided for a resource.
type State struct {
	Key Key

	// Desired is the resource's intent, or nil if it's withheld.
	Desired *structpb.Struct

	// Exists is true if the resource was observed.
	Exists bool

	// Ready is true once the resource exists and is ready.
	Ready bool

	// Works is true if the resource exists and does what others need it for, even
	// if its provider cannot change it as it's desired now.
	Works bool

	// Why a resource that exists isn't ready, as far as its provider tells.
	Why string

	// BlockedBy is the resource without which this one cannot get ready.
	BlockedBy Key

	// Held is true if the resource exists and keeps values that are unknown now.
	Held bool

	// WaitsFor names the values without which the resource is withheld or held.
	WaitsFor []string

	// Changes are asked for of what cannot change, so that it stays as it is.
	Changes []Change

	// Fixity of a resource with such changes.
	Fixity Fixity

	// Token acknowledges that the resource is replaced to make them. It's empty if
	// it must not be.
	Token string

	// Replacing is true while that is done. It waits for as long as the deletion of
	// what is Armed is stored.
	Replacing bool
	Armed     Key
}

// A PartState is what was decided for a part.
type PartState struct {
	Part

	States []State
}

// An Assembly is what was decided for all resources.
type Assembly struct {
	Parts []PartState

	// Usages protect resources from being deleted. They are of no part, because
	// nobody works with them.
	Usages []UsageState

	// Departing is what is described no longer and cannot go yet.
	Departing []State

	// Asks are the resources that must be known to decide what may go, or be made.
	Asks map[Key]*fnv1.ResourceSelector

	observed     Observed
	described    map[Key]bool
	acknowledged []string
}

// Given is what there is to decide by, besides what is described.
type Given struct {
	Observed Observed
	Answers  Answers

	// Acknowledged are the tokens of changes for which what exists is replaced.
	Acknowledged []string

	// Wards are objects that nobody composes and that are guarded nevertheless,
	// such as the claim.
	Wards []Resource

	// Name of the object of a resource that nobody else names.
	Name func(Key) string
}

// Assemble decides what to desire. There are three cases and no fourth:
//
//   - All that a resource needs is known: it's desired as described.
//   - It exists, and something is unknown now: it's held, that is desired as
//     described but for the unknown fields, which stay as they are.
//   - It does not exist, and something is unknown: it's withheld. Some resources
//     are desired all the same, but only watched.
//
// What of it cannot change is kept as it is, until somebody acknowledges that the
// resource is replaced.
//
// So what exists and is described is always desired. What exists and is described
// no longer departs. Crossplane deletes the rest.
func Assemble(parts []Part, g Given) (*Assembly, error) {
	a := &Assembly{Parts: make([]PartState, 0, len(parts)), observed: g.Observed, described: make(map[Key]bool), acknowledged: g.Acknowledged}
	objects := make(map[Key]Object)
	behind := behindEach(parts)
	for _, p := range parts {
		ps := PartState{Part: p, States: make([]State, 0, len(p.Resources))}
		for _, r := range p.Resources {
			if objects[r.Key] != nil {
				return nil, errors.Errorf("cannot compose two resources called %q", r.Key)
			}
			objects[r.Key] = r.Object
			a.described[r.Key] = true
			s, err := a.decide(behind.cautious(r, g), g)
			if err != nil {
				return nil, errors.Wrapf(err, "cannot compose resource %q", r.Key)
			}
			ps.States = append(ps.States, s)
		}
		a.Parts = append(a.Parts, ps)
	}
	a.replace(parts, g)
	if err := a.protect(parts, objects, g); err != nil {
		return nil, err
	}
	a.depart(g)
	if a.Settled() {
		return a, nil
	}
	return a, a.block()
}

// decide what to desire of one resource.
func (a *Assembly) decide(r Resource, g Given) (State, error) {
	s := State{Key: r.Key}
	unknown := r.Unknown()
	for _, u := range unknown {
		s.WaitsFor = append(s.WaitsFor, u.What)
	}
	e, exists := g.Observed[r.Key]
	if !exists && slices.ContainsFunc(unknown, func(n Need) bool { return !n.Watch }) {
		return s, nil
	}
	desired, err := intent(r.Object)
	if err != nil {
		return s, err
	}
	s.Desired = desired
	if !exists && len(unknown) > 0 {
		return s, a.watch(r.Key, desired, g)
	}
	if !exists {
		return s, nil
	}
	return s.existing(r, e, unknown)
}

// existing is the state of a resource that exists: of what is desired, it keeps what
// is unknown and what cannot change.
func (s State) existing(r Resource, e Existing, unknown []Need) (State, error) {
	s.Exists, s.Held = true, len(unknown) > 0
	s.Ready, s.Why = r.judge(e)
	s.Works = s.Ready || e.Is("Ready")
	if err := keep(s.Desired, e, unknown); err != nil {
		return s, err
	}
	if s.Changes = r.changes(s.Desired, e); len(s.Changes) == 0 {
		return s, nil
	}
	if s.Fixity = r.Fixity; s.Fixity.Replacing != "" {
		s.Token = token(r.Key, e, s.Changes)
	}
	return s, keepFixed(s.Desired, s.Changes)
}

// keep of what exists the fields whose values are unknown.
func keep(desired *structpb.Struct, e Existing, unknown []Need) error {
	if err := same(Exists(desired), e); err != nil {
		return err
	}
	for _, u := range unknown {
		for _, path := range u.Paths {
			if err := hold(desired, e, path); err != nil {
				return err
			}
		}
	}
	return nil
}

// same refuses to turn one kind of resource into another: it would delete it.
func same(desired, e Existing) error {
	if desired.String("kind") != e.String("kind") {
		return errors.Errorf("it exists as %s, and should be %s: rename neither keys nor kinds", e.String("kind"), desired.String("kind"))
	}
	return nil
}

// States of all resources and Usages that are described, in order.
func (a *Assembly) States() iter.Seq[State] {
	return func(yield func(State) bool) {
		for _, p := range a.Parts {
			for _, s := range p.States {
				if !yield(s) {
					return
				}
			}
		}
		for _, u := range a.Usages {
			if !yield(u.State) {
				return
			}
		}
	}
}

// Settled tells whether every resource exists and is ready, and whether nothing
// is about to change.
func (a *Assembly) Settled() bool {
	for s := range a.States() {
		if !s.Ready {
			return false
		}
	}
	return len(a.Departing) == 0 && len(a.unprotected()) == 0
}

// Withheld resources, in the order they are described.
func (a *Assembly) Withheld() []State {
	var ws []State
	for _, p := range a.Parts {
		for _, s := range p.States {
			if s.Desired == nil {
				ws = append(ws, s)
			}
		}
	}
	return ws
}
