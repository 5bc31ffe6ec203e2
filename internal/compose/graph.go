package compose

import (
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/errors"
)

// An EdgeKind is a way in which one resource depends on another.
type EdgeKind int

// Ways in which one resource depends on another.
const (
	// Refers is of a resource whose object names the other one.
	Refers EdgeKind = iota

	// Waits is of a resource that needs a fact that the other one tells.
	Waits

	// Uses is of a resource that must be gone before the other one goes.
	Uses
)

// An Edge leads from a resource to one that it depends on.
type Edge struct {
	From, To Key
	Kind     EdgeKind

	// Why, unless it's because of a reference.
	Why string
}

// A Graph is how resources depend on each other. No resource depends on itself,
// however long the way around.
type Graph struct {
	Keys  []Key
	Edges []Edge
}

// NewGraph of all that is described. References are read from the objects: every
// field called …Ref or …Refs that bears the name of another object, or of a
// Secret that another one writes.
func NewGraph(parts []Part) (*Graph, error) {
	g := &Graph{}
	var rs []Resource
	for _, p := range parts {
		rs = append(rs, p.Resources...)
	}
	objects, err := intents(rs)
	if err != nil {
		return nil, err
	}
	names := namesOf(rs, objects)
	for _, r := range rs {
		g.Keys = append(g.Keys, r.Key)
		g.Edges = append(g.Edges, references(r, objects[r.Key], names)...)
		g.Edges = append(g.Edges, waits(r)...)
	}
	g.Edges = append(g.Edges, uses(parts)...)
	for _, e := range g.Edges {
		if objects[e.To] == nil || objects[e.From] == nil {
			return nil, errors.Errorf("cannot draw an edge from %q to %q: not both are described", e.From, e.To)
		}
	}
	_, err = layers(g.Keys, g.Edges)
	return g, err
}

// Of only some kinds of edges.
func (g *Graph) Of(kinds ...EdgeKind) *Graph {
	return &Graph{Keys: g.Keys, Edges: slices.DeleteFunc(slices.Clone(g.Edges), func(e Edge) bool { return !slices.Contains(kinds, e.Kind) })}
}

// Layers of the resources: each depends only on some in the layers before.
func (g *Graph) Layers() [][]Key {
	ls, err := layers(g.Keys, g.Edges)
	if err != nil {
		return nil // A part of what has no cycle has none.
	}
	return ls
}

// layers of keys, each as early as may be.
func layers(keys []Key, edges []Edge) ([][]Key, error) {
	missing := make(map[Key]int, len(keys))
	dependents := make(map[Key][]Key, len(keys))
	for _, e := range edges {
		missing[e.From]++
		dependents[e.To] = append(dependents[e.To], e.From)
	}
	var ls [][]Key
	placed := 0
	next := slices.DeleteFunc(slices.Clone(keys), func(k Key) bool { return missing[k] > 0 })
	for len(next) > 0 {
		ls = append(ls, next)
		placed += len(next)
		var after []Key
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
		stuck := slices.DeleteFunc(slices.Clone(keys), func(k Key) bool { return missing[k] == 0 })
		slices.Sort(stuck)
		return nil, errors.Errorf("cannot order resources that depend on each other in a circle, or on one that does: %s", join(stuck))
	}
	return ls, nil
}

func join(ks []Key) string {
	var b strings.Builder
	for i, k := range ks {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(k))
	}
	return b.String()
}

// uses among resources.
func uses(parts []Part) []Edge {
	var es []Edge
	for _, p := range parts {
		for _, r := range p.Resources {
			for _, u := range r.UsedBy {
				es = append(es, Edge{From: u.By, To: r.Key, Kind: Uses, Why: u.Why})
			}
		}
	}
	return es
}

// waits of a resource for others, each once. What a resource tells of itself is no
// reason to wait for it.
func waits(r Resource) []Edge {
	var es []Edge
	for _, n := range r.Facts {
		e := Edge{From: r.Key, To: n.From, Kind: Waits, Why: n.What}
		if n.From != "" && n.From != r.Key && !slices.Contains(es, e) {
			es = append(es, e)
		}
	}
	return es
}

// intents of resources, by key: each object is converted once.
func intents(rs []Resource) (map[Key]*structpb.Struct, error) {
	objects := make(map[Key]*structpb.Struct, len(rs))
	for _, r := range rs {
		o, err := intent(r.Object)
		if err != nil {
			return nil, errors.Wrapf(err, "cannot read resource %q", r.Key)
		}
		objects[r.Key] = o
	}
	return objects, nil
}

// namesOf objects, and of the Secrets they write, by what bears them.
func namesOf(rs []Resource, objects map[Key]*structpb.Struct) map[string][]Key {
	names := make(map[string][]Key, len(rs))
	for _, r := range rs {
		names[r.Object.GetName()] = append(names[r.Object.GetName()], r.Key)
		if n := Exists(objects[r.Key]).String("spec." + secretWritten + ".name"); n != "" {
			names[n] = append(names[n], r.Key)
		}
	}
	return names
}

// secretWritten names the Secret that a resource writes. It's no reference to
// what somebody else makes.
const secretWritten = "writeConnectionSecretToRef"

// references of a resource to others, each once.
func references(r Resource, o *structpb.Struct, names map[string][]Key) []Edge {
	to := slices.Clone(r.RefersTo)
	for _, n := range named(structpb.NewStructValue(o)) {
		to = append(to, names[n]...)
	}
	slices.Sort(to)
	var es []Edge
	for _, k := range slices.Compact(to) {
		if k != r.Key {
			es = append(es, Edge{From: r.Key, To: k, Kind: Refers})
		}
	}
	return es
}

// named are the names in all references of an object.
func named(v *structpb.Value) []string {
	var ns []string
	for k, c := range v.GetStructValue().GetFields() {
		switch {
		case k == secretWritten:
		case strings.HasSuffix(k, "Ref"):
			ns = append(ns, c.GetStructValue().GetFields()["name"].GetStringValue())
		case strings.HasSuffix(k, "Refs"):
			for _, i := range c.GetListValue().GetValues() {
				ns = append(ns, i.GetStructValue().GetFields()["name"].GetStringValue())
			}
		}
		ns = append(ns, named(c)...)
	}
	for _, c := range v.GetListValue().GetValues() {
		ns = append(ns, named(c)...)
	}
	return ns
}

// Merged is the graph in which several resources are one, under the key that as
// gives them.
func (g *Graph) Merged(as func(Key) Key) *Graph {
	m := &Graph{}
	seen, joined := make(map[Key]bool), make(map[Edge]bool)
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

// Reduced is the graph without the edges that others imply: whoever needs
// something needs what that needs. One edge is left between two resources, of
// whichever kind comes first. A graph with a circle stays as it is.
func (g *Graph) Reduced() *Graph {
	next := make(map[Key][]Key, len(g.Keys))
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
	behind := make(map[Key]map[Key]bool, len(g.Keys))
	for _, layer := range g.Layers() {
		for _, k := range layer {
			behind[k] = make(map[Key]bool)
			for _, to := range next[k] {
				behind[k][to] = true
				maps.Copy(behind[k], behind[to])
			}
		}
	}
	implied := func(e Edge) bool {
		return slices.ContainsFunc(next[e.From], func(by Key) bool { return behind[by][e.To] })
	}
	return &Graph{Keys: g.Keys, Edges: slices.DeleteFunc(es, implied)}
}

// Reaches reports whether a resource depends on another, or is it.
func (g *Graph) Reaches(from, to Key) bool {
	seen, next := map[Key]bool{from: true}, []Key{from}
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
