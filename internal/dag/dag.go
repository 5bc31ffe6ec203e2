// Package dag is a graph of resources that depend on each other, without cycles.
package dag

import (
	"maps"
	"slices"
	"strings"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
)

// An EdgeKind is the kind of a dependency between two resources.
type EdgeKind int

// Kinds of dependencies.
const (
	// Refers leads from a resource to one that its object names.
	Refers EdgeKind = iota

	// Waits leads from a resource to one that reports a fact it needs.
	Waits

	// DeletedBefore leads from a resource that is deleted first to one that is deleted after
	// it.
	DeletedBefore
)

// An Edge leads from a resource to one that it depends on.
type Edge struct {
	From, To key.Key
	Kind     EdgeKind

	// Why the edge exists, unless it's a reference.
	Why string
}

// A Graph of resources. No resource depends on itself, directly or through others.
type Graph struct {
	Keys  []key.Key
	Edges []Edge
}

// Of is the graph with only some kinds of edges.
func (g *Graph) Of(kinds ...EdgeKind) *Graph {
	return &Graph{Keys: g.Keys, Edges: slices.DeleteFunc(slices.Clone(g.Edges), func(e Edge) bool { return !slices.Contains(kinds, e.Kind) })}
}

// Layers of the resources: each depends only on resources in earlier layers.
func (g *Graph) Layers() [][]key.Key {
	ls, err := Layers(g.Keys, g.Edges)
	if err != nil {
		return nil // A subgraph of an acyclic graph is acyclic.
	}
	return ls
}

// Layers of keys, each as early as possible. A cycle is an error.
func Layers(keys []key.Key, edges []Edge) ([][]key.Key, error) {
	missing := make(map[key.Key]int, len(keys))
	dependents := make(map[key.Key][]key.Key, len(keys))
	for _, e := range edges {
		missing[e.From]++
		dependents[e.To] = append(dependents[e.To], e.From)
	}
	var ls [][]key.Key
	placed := 0
	next := slices.DeleteFunc(slices.Clone(keys), func(k key.Key) bool { return missing[k] > 0 })
	for len(next) > 0 {
		ls = append(ls, next)
		placed += len(next)
		var after []key.Key
		for _, k := range next {
			for _, d := range dependents[k] {
				if missing[d]--; missing[d] == 0 {
					after = append(after, d)
				}
			}
		}
		next = after
	}
	if placed < len(keys) {
		stuck := slices.DeleteFunc(slices.Clone(keys), func(k key.Key) bool { return missing[k] == 0 })
		slices.Sort(stuck)
		return nil, errors.Errorf("cannot order resources that depend on each other in a cycle, or on one that does: %s", join(stuck))
	}
	return ls, nil
}

func join(ks []key.Key) string {
	var b strings.Builder
	for i, k := range ks {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(k))
	}
	return b.String()
}

// Merged is the graph in which resources that as maps to the same key are merged.
func (g *Graph) Merged(as func(key.Key) key.Key) *Graph {
	m := &Graph{}
	seen, joined := make(map[key.Key]bool), make(map[Edge]bool)
	for _, k := range g.Keys {
		if k = as(k); !seen[k] {
			seen[k] = true
			m.Keys = append(m.Keys, k)
		}
	}
	for _, e := range g.Edges {
		e = Edge{From: as(e.From), To: as(e.To), Kind: e.Kind}
		if e.From != e.To && !joined[e] {
			joined[e] = true
			m.Edges = append(m.Edges, e)
		}
	}
	return m
}

// Reduced is the transitive reduction: the graph without edges that others imply, and
// with at most one edge between two resources, of the first kind. A graph with a cycle
// stays as it is.
func (g *Graph) Reduced() *Graph {
	next := make(map[key.Key][]key.Key, len(g.Keys))
	var es []Edge
	for _, e := range g.Edges {
		if !slices.Contains(next[e.From], e.To) {
			next[e.From] = append(next[e.From], e.To)
			es = append(es, e)
		}
	}
	if g.Layers() == nil {
		return &Graph{Keys: g.Keys, Edges: es}
	}
	reachable := make(map[key.Key]map[key.Key]bool, len(g.Keys))
	for _, layer := range g.Layers() {
		for _, k := range layer {
			reachable[k] = make(map[key.Key]bool)
			for _, to := range next[k] {
				reachable[k][to] = true
				maps.Copy(reachable[k], reachable[to])
			}
		}
	}
	implied := func(e Edge) bool {
		return slices.ContainsFunc(next[e.From], func(by key.Key) bool { return reachable[by][e.To] })
	}
	return &Graph{Keys: g.Keys, Edges: slices.DeleteFunc(es, implied)}
}

// Reaches reports whether a resource depends on another, or is it.
func (g *Graph) Reaches(from, to key.Key) bool {
	seen, next := map[key.Key]bool{from: true}, []key.Key{from}
	for ; len(next) > 0; next = next[1:] {
		for _, e := range g.Edges {
			if e.From == next[0] && !seen[e.To] {
				seen[e.To] = true
				next = append(next, e.To)
			}
		}
	}
	return seen[to]
}
