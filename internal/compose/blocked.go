package compose

// block tells of all that isn't ready which resource it depends on that doesn't
// work yet. Until that does, what a provider says of the dependent is no news.
func (a *Assembly) block() error {
	parts := make([]Part, 0, len(a.Parts))
	works := make(map[Key]bool)
	for _, p := range a.Parts {
		parts = append(parts, p.Part)
		for _, s := range p.States {
			works[s.Key] = s.Works
		}
	}
	g, err := NewGraph(parts)
	if err != nil {
		return err
	}
	needs := make(map[Key][]Key, len(g.Keys))
	for _, e := range g.Of(Refers, Waits).Edges {
		needs[e.From] = append(needs[e.From], e.To)
	}
	for _, p := range a.Parts {
		for i, s := range p.States {
			if !s.Ready {
				p.States[i].BlockedBy = nearest(s.Key, needs, works)
			}
		}
	}
	return nil
}

// nearest resource that another one depends on and that doesn't work, if any. What
// works is looked through: a provider's configuration is of no use without the
// kubeconfig it refers to.
func nearest(k Key, needs map[Key][]Key, works map[Key]bool) Key {
	seen := map[Key]bool{k: true}
	for next := []Key{k}; len(next) > 0; {
		var after []Key
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
