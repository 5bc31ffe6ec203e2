package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/dag"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/diagram"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/manifest"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
)

// GraphCmd draws what a claim becomes, and what depends on what.
type GraphCmd struct {
	Claim string `arg:"" help:"File with a SeafarerCluster or XSeafarerCluster; - for standard input."`

	Output      string `default:"mermaid"                                                                                      enum:"mermaid,dot,svg" help:"Format: mermaid, dot or svg." short:"o"`
	Observed    string `help:"Folder with the composed resources that exist, as YAML. Marks what is ready, waits or fails."     type:"existingdir"`
	Composition string `help:"Composition with the platform team's fences. Default: the one for claims in the Configuration."  type:"existingfile"`
	All         bool   `help:"Draw a box for each resource, and every arrow."`
}

// Help with examples.
func (c *GraphCmd) Help() string {
	return `Draws a claim's resources by part of the platform. Arrows lead to what a resource
depends on. Resources of one kind and part share a box, and redundant arrows are
omitted, unless --all is set. With --all, an arrow is solid for a reference, dotted for
a value that is waited for, and thick for a resource that must be deleted later.

Examples:

  # As Mermaid, for Markdown
  function-seafarer-cluster graph claim.yaml

  # As a picture, with what is ready (✓), waits (…) or fails (✗)
  function-seafarer-cluster graph claim.yaml --observed observed/ -o svg > platform.svg

  # Each resource and every arrow, drawn by Graphviz
  function-seafarer-cluster graph claim.yaml --all -o dot | dot -T pdf > platform.pdf`
}

// Run the command.
func (c *GraphCmd) Run() error { return c.run(context.Background(), os.Stdin, os.Stdout, os.Stderr) }

func (c *GraphCmd) run(ctx context.Context, in io.Reader, out, hints io.Writer) error {
	s := &sources{files: render.Files{Claim: c.Claim, Observed: c.Observed, Composition: c.Composition}}
	return s.locate(c.draw(ctx, s, in, out, hints))
}

func (c *GraphCmd) draw(ctx context.Context, s *sources, in io.Reader, out, hints io.Writer) error {
	req, err := s.files.Request(s.reader(in))
	if err != nil {
		return err
	}
	p, err := render.First(ctx, req)
	if err != nil {
		return err
	}
	s.writeWarnings(hints, p.Warnings)
	d, err := c.diagram(p.Assembly)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	if err := d.Draw(w, c.Output); err != nil {
		return err
	}
	return errors.Wrap(w.Flush(), "cannot print")
}

// diagram of an assembly.
func (c *GraphCmd) diagram(a *compose.Assembly) (diagram.Diagram, error) {
	parts := partsOf(a)
	g, err := compose.NewGraph(parts)
	if err != nil {
		return diagram.Diagram{}, err
	}
	boxes := c.boxes(parts, g)
	if !c.All {
		g = g.Merged(func(k key.Key) key.Key { return boxes[k] }).Reduced()
	}
	var d diagram.Diagram
	for _, p := range a.Parts {
		if len(p.Decisions) > 0 {
			d.Groups = append(d.Groups, diagram.Group{Name: p.Name, Boxes: c.boxesOf(p, boxes)})
		}
	}
	for _, e := range g.Edges {
		arrow := diagram.Arrow{From: string(e.From), To: string(e.To)}
		if c.All {
			arrow.Style = arrows[e.Kind]
		}
		d.Arrows = append(d.Arrows, arrow)
	}
	return d, nil
}

func partsOf(a *compose.Assembly) []compose.Part {
	parts := make([]compose.Part, 0, len(a.Parts))
	for _, p := range a.Parts {
		parts = append(parts, p.Part)
	}
	return parts
}

var arrows = map[dag.EdgeKind]diagram.Style{dag.Refers: diagram.Solid, dag.Waits: diagram.Dotted, dag.DeletedBefore: diagram.Thick}

// boxes that resources are drawn in: each in its own, or with others of its part and
// kind. Those are of one layer of the graph, so that no box depends on itself by way of
// another.
func (c *GraphCmd) boxes(parts []compose.Part, g *dag.Graph) map[key.Key]key.Key {
	layers := make(map[key.Key]int, len(g.Keys))
	for i, l := range g.Layers() {
		for _, k := range l {
			layers[k] = i
		}
	}
	boxes := make(map[key.Key]key.Key, len(g.Keys))
	for _, p := range parts {
		for _, r := range p.Resources {
			boxes[r.Key] = r.Key
			if !c.All {
				boxes[r.Key] = key.Key(fmt.Sprintf("%s %s %d", p.Name, kindOf(r), layers[r.Key]))
			}
		}
	}
	return boxes
}

// kindOf a resource, or of the manifest in an Object.
func kindOf(r compose.Resource) string {
	if o, ok := r.Object.(*manifest.Object); ok {
		var manifest struct {
			Kind string `json:"kind"`
		}
		if err := json.Unmarshal(o.Spec.ForProvider.Manifest.Raw, &manifest); err == nil && manifest.Kind != "" {
			return manifest.Kind
		}
	}
	return r.Object.GetObjectKind().GroupVersionKind().Kind
}

// boxesOf a part, in the order of its resources.
func (c *GraphCmd) boxesOf(p compose.PartDecision, boxes map[key.Key]key.Key) []diagram.Box {
	var ids []key.Key
	kinds, in := make(map[key.Key]string), make(map[key.Key][]compose.Decision)
	for i, r := range p.Resources {
		id := boxes[r.Key]
		if in[id] == nil {
			ids = append(ids, id)
		}
		kinds[id] = kindOf(r)
		in[id] = append(in[id], p.Decisions[i])
	}
	bs := make([]diagram.Box, 0, len(ids))
	for _, id := range ids {
		b := diagram.Box{ID: string(id), Lines: []string{kinds[id], called(in[id])}}
		if n := len(in[id]); n > 1 {
			b.Lines[0] += fmt.Sprintf(" × %d", n)
		}
		if c.Observed != "" {
			markBox(&b, in[id])
		}
		bs = append(bs, b)
	}
	return bs
}

// called are the resources of one box: by the words that their keys begin with, if
// there are many.
func called(states []compose.Decision) string {
	const few, wide = 2, 45
	keys := make([]string, 0, len(states))
	for _, s := range states {
		keys = append(keys, string(s.Key))
	}
	if all := strings.Join(keys, ", "); len(keys) <= few && len(all) <= wide {
		return all
	}
	if prefix := commonWords(keys); prefix != "" {
		return prefix + "…"
	}
	return keys[0] + ", …"
}

// commonWords that keys begin with, up to and including a dash.
func commonWords(keys []string) string {
	prefix := keys[0]
	for _, k := range keys {
		for !strings.HasPrefix(k, prefix) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	return prefix[:strings.LastIndex(prefix, "-")+1]
}

// markBox with the state of its resources: one that fails is worse than one that waits.
// A box of several resources lists those.
func markBox(b *diagram.Box, states []compose.Decision) {
	by := make(map[diagram.Mark][]string)
	for _, s := range states {
		m := diagram.Waiting
		switch {
		case s.Ready:
			m = diagram.Ready
		case s.Desired != nil && s.Fails():
			m = diagram.Failed
		}
		b.Mark = max(b.Mark, m)
		by[m] = append(by[m], string(s.Key))
	}
	if rest := by[b.Mark]; len(states) > 1 && b.Mark != diagram.Ready {
		const few = 3
		b.Lines = append(b.Lines, strings.Join(rest[:min(few, len(rest))], ", "))
		if more := len(rest) - few; more > 0 {
			b.Lines[len(b.Lines)-1] += fmt.Sprintf(" and %d more", more)
		}
	}
}
