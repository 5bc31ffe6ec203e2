package cli

import (
	"bytes"
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/dag"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/diagram"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// drawing of an example by the command.
func drawing(t *testing.T, e examples.Example, c GraphCmd) string {
	t.Helper()
	c.Claim = e.Claim()
	if f := filepath.Join(e.Dir, "composition.yaml"); examples.Exists(f) {
		c.Composition = f
	}
	var out bytes.Buffer
	if err := c.run(context.Background(), nil, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestGraphDrawing compares a drawing with a golden file.
func TestGraphDrawing(t *testing.T) {
	e := examples.Get("seafarer-cluster")
	examples.Golden(t, filepath.Join(e.Dir, "graph.mmd"), []byte(drawing(t, e, GraphCmd{Output: "mermaid"})))
}

// TestGraphDrawsAll draws each example: every resource is in a box, every dependency is a
// path of arrows, and redundant arrows are omitted.
func TestGraphDrawsAll(t *testing.T) {
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			composed, err := function.Compose(t.Context(), e.Request(t))
			if err != nil {
				t.Fatal(err)
			}
			all, err := (&GraphCmd{All: true}).diagram(composed.Assembly)
			if err != nil {
				t.Fatal(err)
			}
			few, err := (&GraphCmd{}).diagram(composed.Assembly)
			if err != nil {
				t.Fatal(err)
			}
			g, err := compose.NewGraph(composed.Parts)
			if err != nil {
				t.Fatal(err)
			}

			var want, got []string
			for _, k := range g.Keys {
				want = append(want, string(k))
			}
			for _, group := range all.Groups {
				for _, b := range group.Boxes {
					got = append(got, b.ID)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("--all: boxes: -want, +got:\n%s", diff)
			}
			if len(all.Arrows) != len(g.Edges) {
				t.Errorf("--all: want %d arrows, got %d", len(g.Edges), len(all.Arrows))
			}
			boxes := (&GraphCmd{}).boxes(partsOf(composed.Assembly), g)
			drawn := &dag.Graph{}
			for _, x := range few.Arrows {
				drawn.Edges = append(drawn.Edges, dag.Edge{From: key.Key(x.From), To: key.Key(x.To)})
			}
			for _, edge := range g.Edges {
				if !drawn.Reaches(boxes[edge.From], boxes[edge.To]) {
					t.Errorf("no path from %s to %s in the drawing", edge.From, edge.To)
				}
			}
			if most := len(g.Edges) / 3; len(few.Arrows) > most {
				t.Errorf("got %d arrows, want at most %d", len(few.Arrows), most)
			}
			for _, format := range diagram.Formats {
				first, again := drawing(t, e, GraphCmd{Output: format}), drawing(t, e, GraphCmd{Output: format})
				if first != again {
					t.Errorf("%s: the drawing isn't deterministic", format)
				}
			}
		})
	}
}

// TestGraphMarks draws a steady platform, and one with a failing and a waiting resource.
func TestGraphMarks(t *testing.T) {
	e := examples.Get("minimal")
	observed := maps.Clone(e.Steady(t).GetObserved().GetResources())
	draw := func() map[string]string {
		dir := t.TempDir()
		for k, o := range observed {
			b, err := protojson.Marshal(o.GetResource())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, k+".yaml"), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return byMark(drawing(t, e, GraphCmd{Output: "mermaid", Observed: dir}))
	}
	if got := slices.Collect(maps.Keys(draw())); !slices.Equal(got, []string{"ready"}) {
		t.Errorf("steady: want all ready, got %v", got)
	}

	subnet := examples.Clone(t, e.Steady(t)).GetObserved().GetResources()["subnet-private-euw3-az2"]
	subnet.GetResource().GetFields()["status"] = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{
		"conditions": object.Of(mustStruct(t, map[string]any{"conditions": []any{
			map[string]any{"type": "Synced", "status": "False", "reason": "ReconcileError", "message": "create failed: InvalidSubnet.Conflict"},
		}})).Value("conditions"),
	}})
	observed["subnet-private-euw3-az2"] = subnet
	delete(observed, "node-pool-default")
	got := draw()
	if want := "✗ Subnet × 6<br/>subnet-…<br/>subnet-private-euw3-az2"; !strings.Contains(got["failed"], want) {
		t.Errorf("failed: want %q in %q", want, got["failed"])
	}
	if want := "… NodePool<br/>node-pool-default"; !strings.Contains(got["waiting"], want) {
		t.Errorf("waiting: want %q in %q", want, got["waiting"])
	}
	if want := "✓ VPC<br/>vpc"; !strings.Contains(got["ready"], want) {
		t.Errorf("ready: want %q in %q", want, got["ready"])
	}
}

func mustStruct(t *testing.T, m map[string]any) *structpb.Struct {
	t.Helper()
	s, err := structpb.NewStruct(m)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var (
	boxPattern   = regexp.MustCompile(`(?m)^        (\w+)\["(.*)"\]$`)
	classPattern = regexp.MustCompile(`(?m)^    class (\S+) (\w+)$`)
)

// byMark returns the texts of boxes in a drawing, by mark.
func byMark(mermaid string) map[string]string {
	texts := make(map[string]string)
	for _, m := range boxPattern.FindAllStringSubmatch(mermaid, -1) {
		texts[m[1]] = m[2]
	}
	by := make(map[string]string)
	for _, m := range classPattern.FindAllStringSubmatch(mermaid, -1) {
		for id := range strings.SplitSeq(m[1], ",") {
			by[m[2]] += texts[id] + "\n"
		}
	}
	return by
}
