// Package diagram draws boxes in groups, and arrows between them, as Mermaid, DOT or
// SVG. The caller defines what they represent.
package diagram

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Diagram has groups of boxes, and arrows between boxes.
type Diagram struct {
	Groups []Group
	Arrows []Arrow
}

// A Group of boxes that belong together.
type Group struct {
	Name  string
	Boxes []Box
}

// A Box is one thing that is drawn.
type Box struct {
	// ID that arrows refer to.
	ID string

	// Lines of text.
	Lines []string

	Mark Mark
}

// An Arrow leads from a box to one that it needs.
type Arrow struct {
	From, To string
	Style    Style
}

// A Mark is the state of what a box represents. It has a color, and a sign for people
// who can't see colors.
type Mark int

// Marks.
const (
	Unmarked Mark = iota
	Ready
	Waiting
	Failed
)

var marks = map[Mark]struct{ name, sign, fill, line string }{
	Unmarked: {fill: "#ffffff", line: "#57606a"},
	Ready:    {name: "ready", sign: "✓ ", fill: "#dafbe1", line: "#1a7f37"},
	Waiting:  {name: "waiting", sign: "… ", fill: "#fff8c5", line: "#9a6700"},
	Failed:   {name: "failed", sign: "✗ ", fill: "#ffebe9", line: "#cf222e"},
}

// A Style of an arrow.
type Style int

// Styles.
const (
	Solid Style = iota
	Dotted
	Thick
)

// text of a box, line by line.
func (b Box) text() []string {
	ls := slices.Clone(b.Lines)
	if len(ls) > 0 {
		ls[0] = marks[b.Mark].sign + ls[0]
	}
	return ls
}

// Formats a diagram can be drawn in.
var Formats = []string{"mermaid", "dot", "svg"}

// Draw a diagram in a format.
func (d Diagram) Draw(w io.Writer, format string) error {
	var s string
	switch format {
	case "mermaid":
		s = d.mermaid()
	case "dot":
		s = d.dot()
	case "svg":
		s = d.svg()
	default:
		return fmt.Errorf("cannot draw %q: use %s", format, strings.Join(Formats, ", "))
	}
	_, err := io.WriteString(w, s)
	return err
}

func (d Diagram) mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	marked := make(map[Mark][]string)
	for _, g := range d.Groups {
		fmt.Fprintf(&b, "    subgraph %s[%q]\n", word("group-"+g.Name), g.Name)
		for _, x := range g.Boxes {
			fmt.Fprintf(&b, "        %s[\"%s\"]\n", word(x.ID), strings.Join(quoted(quoted(x.text(), `"`, "#quot;"), "<", "#lt;"), "<br/>"))
			marked[x.Mark] = append(marked[x.Mark], word(x.ID))
		}
		b.WriteString("    end\n")
	}
	arrows := map[Style]string{Solid: "-->", Dotted: "-.->", Thick: "==>"}
	for _, a := range d.Arrows {
		fmt.Fprintf(&b, "    %s %s %s\n", word(a.From), arrows[a.Style], word(a.To))
	}
	for _, m := range []Mark{Ready, Waiting, Failed} {
		if len(marked[m]) > 0 {
			fmt.Fprintf(&b, "    classDef %s fill:%s,stroke:%s\n", marks[m].name, marks[m].fill, marks[m].line)
			fmt.Fprintf(&b, "    class %s %s\n", strings.Join(marked[m], ","), marks[m].name)
		}
	}
	return b.String()
}

func (d Diagram) dot() string {
	var b strings.Builder
	b.WriteString("digraph {\n    rankdir=LR\n    node [shape=box style=\"rounded,filled\" fontname=\"sans-serif\" fontsize=11]\n")
	for i, g := range d.Groups {
		fmt.Fprintf(&b, "    subgraph cluster_%d {\n        label=%s\n", i, literal(g.Name))
		for _, x := range g.Boxes {
			m := marks[x.Mark]
			fmt.Fprintf(&b, "        %s [label=%s fillcolor=%q color=%q]\n", literal(x.ID), literal(x.text()...), m.fill, m.line)
		}
		b.WriteString("    }\n")
	}
	styles := map[Style]string{Dotted: " [style=dotted]", Thick: " [style=bold]"}
	for _, a := range d.Arrows {
		fmt.Fprintf(&b, "    %s -> %s%s\n", literal(a.From), literal(a.To), styles[a.Style])
	}
	b.WriteString("}\n")
	return b.String()
}

// literal of DOT, with lines.
func literal(lines ...string) string {
	return `"` + strings.Join(quoted(quoted(lines, `\`, `\\`), `"`, `\"`), `\n`) + `"`
}

func quoted(lines []string, s, by string) []string {
	qs := make([]string, 0, len(lines))
	for _, l := range lines {
		qs = append(qs, strings.ReplaceAll(l, s, by))
	}
	return qs
}

// word that's an id in Mermaid: of letters, digits and underscores, and no keyword such
// as end.
func word(id string) string {
	return "x_" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, id)
}
