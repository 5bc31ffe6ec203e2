package compose

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/dag"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
)

// findBlockers names for each resource that isn't ready the dependency that must work
// first. Until that works, errors of the dependent's provider are expected.
func (a *Assembly) findBlockers(parts []Part) error {
	if a.Settled() {
		return nil
	}
	g, err := NewGraph(parts)
	if err != nil {
		return err
	}
	needs := make(map[key.Key][]key.Key, len(g.Keys))
	for _, e := range g.Of(dag.Refers, dag.Waits).Edges {
		needs[e.From] = append(needs[e.From], e.To)
	}
	works := make(map[key.Key]bool)
	for d := range a.Decisions() {
		works[d.Key] = d.Works
	}
	for _, p := range a.Parts {
		for i, d := range p.Decisions {
			if !d.Ready {
				p.Decisions[i].BlockedBy = nearest(d.Key, needs, works)
			}
		}
	}
	return nil
}

// nearest dependency of a resource that doesn't work, or empty. Dependencies of those
// that work count: a ProviderConfig is of no use without the kubeconfig it refers to.
func nearest(k key.Key, needs map[key.Key][]key.Key, works map[key.Key]bool) key.Key {
	seen := map[key.Key]bool{k: true}
	for next := []key.Key{k}; len(next) > 0; {
		var after []key.Key
		for _, n := range next {
			for _, to := range needs[n] {
				switch {
				case seen[to]:
				case !works[to]:
					return to
				default:
					seen[to] = true
					after = append(after, to)
				}
			}
		}
		next = after
	}
	return ""
}
