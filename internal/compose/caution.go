package compose

import (
	"slices"

	"google.golang.org/protobuf/types/known/structpb"
)

// Behind a resource are those that must outlive it. There are more behind them.
type behind map[Key][]Key

func behindEach(parts []Part) behind {
	b := make(behind)
	for _, e := range uses(parts) {
		b[e.From] = append(b[e.From], e.To)
	}
	return b
}

// protected tells whether all that is behind a resource, however far, is kept from
// being deleted by Usages that are in force.
func (b behind) protected(k Key, o Observed) bool {
	seen := map[Key]bool{k: true}
	for next := []Key{k}; len(next) > 0; next = next[1:] {
		for _, of := range b[next[0]] {
			if !inForce(o[usageKey(of, next[0])]) {
				return false
			}
			if !seen[of] {
				seen[of] = true
				next = append(next, of)
			}
		}
	}
	return true
}

// cautious is a resource that waits for the protection of what it needs, or comes to
// need.
func (b behind) cautious(r Resource, g Given) Resource {
	if r.OnceProtected {
		r = r.WatchedUntil(b.protected(r.Key, g.Observed), protected)
	}
	for _, t := range r.Turns {
		known := !g.exists(r.Key) || b.kept(t.To, g.Observed)
		r = r.Needs(known, Fact{What: "the protection of " + string(t.To), From: t.To}, t.Paths...)
	}
	return r
}

// kept tells whether Usages that are in force keep a resource from being deleted
// before any that needs it.
func (b behind) kept(k Key, o Observed) bool {
	for by, of := range b {
		if slices.Contains(of, k) && !inForce(o[usageKey(k, by)]) {
			return false
		}
	}
	return true
}

// protected is what a resource waits for that's watched until all behind it is so.
// It doesn't say what isn't, so that it stays the same until all is.
var protected = Fact{What: "the protection of all that must outlive it (" + ConditionTeardownSafe + " says what lacks it)"}

// watch a resource instead of making it. What isn't observed may still be there,
// so it's asked for: if it is, it keeps the policies it has.
func (a *Assembly) watch(k Key, desired *structpb.Struct, g Given) error {
	d := Exists(desired)
	a.askFor(k, d.String("apiVersion"), d.String("kind"), d.String("metadata.namespace"), d.Name())
	e := g.Answers[k]
	if e.Name() == "" {
		e = watched()
	}
	return hold(desired, e, pathPolicies)
}

// watched is a resource that its provider may only look at.
func watched() Existing {
	s, _ := structpb.NewStruct(map[string]any{"spec": map[string]any{managementPolicies: []any{"Observe"}}}) // Plain values all.
	return Exists(s)
}
