package compose

import (
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/dag"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// NewGraph of all that is described. References come from the objects: every field called
// …Ref or …Refs that has the name of another object, or of a Secret that another object
// writes.
func NewGraph(parts []Part) (*dag.Graph, error) {
	g := &dag.Graph{}
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
	g.Edges = append(g.Edges, deletionEdges(parts)...)
	for _, e := range g.Edges {
		if objects[e.To] == nil || objects[e.From] == nil {
			return nil, errors.Errorf("cannot draw an edge from %q to %q: not both are described", e.From, e.To)
		}
	}
	_, err = dag.Layers(g.Keys, g.Edges)
	return g, err
}

// waits of a resource for others, each once. A resource never waits for its own facts.
func waits(r Resource) []dag.Edge {
	var es []dag.Edge
	for _, n := range r.Facts {
		e := dag.Edge{From: r.Key, To: n.From, Kind: dag.Waits, Why: n.What}
		if n.From != "" && n.From != r.Key && !slices.Contains(es, e) {
			es = append(es, e)
		}
	}
	return es
}

// intents of resources, by key: each object is converted once.
func intents(rs []Resource) (map[key.Key]*structpb.Struct, error) {
	objects := make(map[key.Key]*structpb.Struct, len(rs))
	for _, r := range rs {
		o, err := object.Intent(r.Object)
		if err != nil {
			return nil, errors.Wrapf(err, "cannot read resource %q", r.Key)
		}
		objects[r.Key] = o
	}
	return objects, nil
}

// namesOf objects, and of the Secrets that they write, to the resources that have them.
func namesOf(rs []Resource, objects map[key.Key]*structpb.Struct) map[string][]key.Key {
	names := make(map[string][]key.Key, len(rs))
	for _, r := range rs {
		names[r.Object.GetName()] = append(names[r.Object.GetName()], r.Key)
		if n := object.Of(objects[r.Key]).SecretWritten(); n != "" {
			names[n] = append(names[n], r.Key)
		}
	}
	return names
}

// references of a resource to others, each once.
func references(r Resource, o *structpb.Struct, names map[string][]key.Key) []dag.Edge {
	to := slices.Clone(r.RefersTo)
	for _, n := range object.Of(o).Referred() {
		to = append(to, names[n]...)
	}
	slices.Sort(to)
	var es []dag.Edge
	for _, k := range slices.Compact(to) {
		if k != r.Key {
			es = append(es, dag.Edge{From: r.Key, To: k, Kind: dag.Refers})
		}
	}
	return es
}
