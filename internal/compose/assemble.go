package compose

import (
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/errors"
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
}

// A PartState is what was decided for a part.
type PartState struct {
	Part

	States []State
}

// An Assembly is what was decided for all resources.
type Assembly struct {
	Parts []PartState
}

// Assemble decides what to desire. There are three cases and no fourth:
//
//   - All that a resource needs is known: it's desired as described.
//   - It exists, and something is unknown now: it's held, that is desired as
//     described but for the unknown fields, which stay as they are.
//   - It does not exist, and something is unknown: it's withheld.
//
// So what exists and is described is always desired. Crossplane deletes the
// rest, which nobody describes any longer.
func Assemble(parts []Part, o Observed) (*Assembly, error) {
	a := &Assembly{Parts: make([]PartState, 0, len(parts))}
	seen := make(map[Key]bool)
	for _, p := range parts {
		ps := PartState{Part: p, States: make([]State, 0, len(p.Resources))}
		for _, r := range p.Resources {
			if seen[r.Key] {
				return nil, errors.Errorf("cannot compose two resources called %q", r.Key)
			}
			seen[r.Key] = true
			s, err := decide(r, o)
			if err != nil {
				return nil, errors.Wrapf(err, "cannot compose resource %q", r.Key)
			}
			ps.States = append(ps.States, s)
		}
		a.Parts = append(a.Parts, ps)
	}
	if a.Settled() {
		return a, nil
	}
	return a, a.block()
}

// decide what to desire of one resource.
func decide(r Resource, o Observed) (State, error) {
	s := State{Key: r.Key}
	unknown := r.Unknown()
	for _, u := range unknown {
		s.WaitsFor = append(s.WaitsFor, u.What)
	}
	e, exists := o[r.Key]
	if !exists && len(unknown) > 0 {
		return s, nil
	}
	desired, err := intent(r.Object)
	if err != nil {
		return s, err
	}
	s.Desired = desired
	if !exists {
		return s, nil
	}
	s.Exists, s.Held = true, len(unknown) > 0
	s.Ready, s.Why = r.judge(e)
	s.Works = s.Ready || e.Is("Ready")
	return s, keep(desired, e, unknown)
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

// Settled tells whether every resource exists and is ready.
func (a *Assembly) Settled() bool {
	for _, p := range a.Parts {
		for _, s := range p.States {
			if !s.Ready {
				return false
			}
		}
	}
	return true
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
