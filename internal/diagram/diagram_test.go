package diagram

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// drawn has texts and ids that need escaping, every mark and every style.
var drawn = Diagram{
	Groups: []Group{
		{Name: "Above", Boxes: []Box{{ID: "end roof", Lines: []string{`Roof "A" \ B`, "<red>"}, Mark: Failed}}},
		{Name: "Below", Boxes: []Box{{ID: "house", Lines: []string{"House"}, Mark: Ready}, {ID: "cellar", Lines: []string{"Cellar"}, Mark: Waiting}, {ID: "mat", Lines: []string{"Mat"}}}},
	},
	Arrows: []Arrow{{From: "end roof", To: "house"}, {From: "mat", To: "cellar", Style: Dotted}, {From: "house", To: "cellar", Style: Thick}},
}

func TestDraw(t *testing.T) {
	cases := map[string]struct {
		reason string
		format string
		want   string
		err    string
	}{
		"Mermaid": {
			reason: "Quotes are escaped, and no id is a keyword of Mermaid.",
			format: "mermaid",
			want: `flowchart LR
    subgraph x_group_Above["Above"]
        x_end_roof["✗ Roof #quot;A#quot; \ B<br/>#lt;red>"]
    end
    subgraph x_group_Below["Below"]
        x_house["✓ House"]
        x_cellar["… Cellar"]
        x_mat["Mat"]
    end
    x_end_roof --> x_house
    x_mat -.-> x_cellar
    x_house ==> x_cellar
    classDef ready fill:#dafbe1,stroke:#1a7f37
    class x_house ready
    classDef waiting fill:#fff8c5,stroke:#9a6700
    class x_cellar waiting
    classDef failed fill:#ffebe9,stroke:#cf222e
    class x_end_roof failed
`,
		},
		"DOT": {
			reason: "Quotes and backslashes are escaped, and line breaks retained.",
			format: "dot",
			want: `digraph {
    rankdir=LR
    node [shape=box style="rounded,filled" fontname="sans-serif" fontsize=11]
    subgraph cluster_0 {
        label="Above"
        "end roof" [label="✗ Roof \"A\" \\ B\n<red>" fillcolor="#ffebe9" color="#cf222e"]
    }
    subgraph cluster_1 {
        label="Below"
        "house" [label="✓ House" fillcolor="#dafbe1" color="#1a7f37"]
        "cellar" [label="… Cellar" fillcolor="#fff8c5" color="#9a6700"]
        "mat" [label="Mat" fillcolor="#ffffff" color="#57606a"]
    }
    "end roof" -> "house"
    "mat" -> "cellar" [style=dotted]
    "house" -> "cellar" [style=bold]
}
`,
		},
		"Unknown": {
			reason: "The error lists the formats.",
			format: "png",
			err:    `cannot draw "png": use mermaid, dot, svg`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			err := drawn.Draw(&b, tc.format)
			if tc.err != "" {
				if err == nil || err.Error() != tc.err {
					t.Errorf("\n%s\nDraw(...): want %s, got %v", tc.reason, tc.err, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, b.String()); diff != "" {
				t.Errorf("\n%s\nDraw(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestSVG parses the picture as XML, and compares its texts and paths.
func TestSVG(t *testing.T) {
	var b strings.Builder
	if err := drawn.Draw(&b, "svg"); err != nil {
		t.Fatal(err)
	}
	var texts []string
	paths, in := 0, ""
	for d := xml.NewDecoder(strings.NewReader(b.String())); ; {
		token, err := d.Token()
		if err == io.EOF { //nolint:errorlint // A decoder returns exactly that.
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			in = e.Name.Local
			if in == "path" {
				paths++
			}
		case xml.CharData:
			if in == "text" {
				texts = append(texts, string(e))
			}
			in = ""
		}
	}
	if diff := cmp.Diff([]string{"Above", "Below", `✗ Roof "A" \ B`, "<red>", "✓ House", "… Cellar", "Mat"}, texts); diff != "" {
		t.Errorf("texts: -want, +got:\n%s", diff)
	}
	if want := len(drawn.Arrows) + 1; paths != want {
		t.Errorf("want %d paths, got %d", want, paths)
	}
}

func TestColumns(t *testing.T) {
	cases := map[string]struct {
		reason string
		arrows []Arrow
		want   map[string]int
	}{
		"FromTheLeft": {
			reason: "Each box is left of its dependencies. A box without dependents is next to its dependencies.",
			arrows: drawn.Arrows,
			want:   map[string]int{"end roof": 0, "house": 1, "cellar": 2, "mat": 1},
		},
		"Cycle": {
			reason: "A cycle is drawn, too.",
			arrows: []Arrow{{From: "house", To: "cellar"}, {From: "cellar", To: "house"}},
			want:   map[string]int{"end roof": 0, "house": 2, "cellar": 1, "mat": 0},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Diagram{Groups: drawn.Groups, Arrows: tc.arrows}.columns()); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
