package compose

import (
	"slices"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/dag"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/usage"
)

// dependencies of each resource: those that may be deleted only once it's gone.
type dependencies map[key.Key][]key.Key

func dependenciesOf(parts []Part) dependencies {
	deps := make(dependencies)
	for _, e := range deletionEdges(parts) {
		deps[e.From] = append(deps[e.From], e.To)
	}
	return deps
}

// deletionEdges lead from a resource that is deleted first to one that it depends on.
func deletionEdges(parts []Part) []dag.Edge {
	var es []dag.Edge
	for _, p := range parts {
		for _, r := range p.Resources {
			for _, d := range r.Dependents {
				es = append(es, dag.Edge{From: d.Key, To: r.Key, Kind: dag.DeletedBefore, Why: d.Why})
			}
		}
	}
	return es
}

// protected reports whether Usages in force protect all dependencies of a resource,
// transitively.
func (deps dependencies) protected(k key.Key, composed object.Composed) bool {
	seen := map[key.Key]bool{k: true}
	for next := []key.Key{k}; len(next) > 0; next = next[1:] {
		for _, of := range deps[next[0]] {
			if !usage.InForce(composed[key.Usage(of, next[0])]) {
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

// retained reports whether Usages in force protect a resource until all its dependents
// are gone.
func (deps dependencies) retained(k key.Key, composed object.Composed) bool {
	for by, of := range deps {
		if slices.Contains(of, k) && !usage.InForce(composed[key.Usage(k, by)]) {
			return false
		}
	}
	return true
}

// untilProtected adds the protection that a resource waits for to its needs.
func (deps dependencies) untilProtected(r Resource, in Input) Resource {
	if r.UntilProtected {
		r = r.ObserveUntil(deps.protected(r.Key, in.Composed), protectionOfAll)
	}
	for _, s := range r.Switches {
		known := !in.exists(r.Key) || deps.retained(s.To, in.Composed)
		r = r.Needs(known, Fact{What: string(s.To) + " to be protected by a Usage", From: s.To}, s.Paths...)
	}
	return r
}

// protectionOfAll doesn't name the unprotected resources, so that the message stays the
// same until all are protected.
var protectionOfAll = Fact{What: "Usages to protect all that must outlive it (" + ConditionTeardownSafe + " lists those not in force)"}
