package diagram

import (
	"fmt"
	"html"
	"maps"
	"strings"
	"unicode/utf8"
)

// Sizes of what is drawn, in pixels.
const (
	lineHeight = 15
	charWidth  = 7
	padding    = 8
	rowGap     = 12
	columnGap  = 70
	laneGap    = 14
	title      = 22
)

// A place of a box.
type place struct {
	box           Box
	x, y          int
	width, height int
}

// svg has a lane for each group, from top to bottom, and a column for each layer of
// what needs what: each box is left of all that it needs.
func (d Diagram) svg() string {
	columns := d.columns()
	width := columnWidths(d, columns)
	var b strings.Builder
	places := make(map[string]place)
	y := laneGap
	var lanes []int
	for _, g := range d.Groups {
		lanes = append(lanes, y)
		bottom := make(map[int]int)
		for _, x := range g.Boxes {
			c := columns[x.ID]
			p := place{box: x, x: left(width, c), y: y + title + bottom[c], width: width[c], height: 2*padding + lineHeight*len(x.text())}
			bottom[c] += p.height + rowGap
			places[x.ID] = p
		}
		most := 0
		for _, h := range bottom {
			most = max(most, h)
		}
		y += title + most + laneGap
	}
	total := left(width, len(width)) - columnGap + 2*laneGap
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", total, y, total, y)
	b.WriteString(`<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0L8,4L0,8z" fill="#8c959f"/></marker></defs>` + "\n")
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", total, y)
	for i, g := range d.Groups {
		end := y
		if i+1 < len(lanes) {
			end = lanes[i+1]
		}
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="#f6f8fa"/><text x="%d" y="%d" font-weight="bold">%s</text>`+"\n",
			laneGap/2, lanes[i]-4, total-laneGap, end-lanes[i]-6, laneGap, lanes[i]+lineHeight-2, html.EscapeString(g.Name))
	}
	for _, a := range d.Arrows {
		b.WriteString(curve(places[a.From], places[a.To], a.Style))
	}
	for _, g := range d.Groups {
		for _, x := range g.Boxes {
			b.WriteString(places[x.ID].svg())
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// svg of a box.
func (p place) svg() string {
	var b strings.Builder
	m := marks[p.box.Mark]
	fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" rx="4" fill="%s" stroke="%s"/>`, p.x, p.y, p.width, p.height, m.fill, m.line)
	for i, l := range p.box.text() {
		weight := ""
		if i == 0 {
			weight = ` font-weight="bold"`
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d"%s>%s</text>`, p.x+padding, p.y+padding+lineHeight*(i+1)-4, weight, html.EscapeString(l))
	}
	b.WriteString("\n")
	return b.String()
}

// curve from the right side of one box to the left side of another.
func curve(from, to place, s Style) string {
	x1, y1 := from.x+from.width, from.y+from.height/2
	x2, y2 := to.x, to.y+to.height/2
	bend := max(columnGap/2, (x2-x1)/2)
	styles := map[Style]string{Dotted: ` stroke-dasharray="3,3"`, Thick: ` stroke-width="2"`}
	return fmt.Sprintf(`<path d="M%d,%dC%d,%d %d,%d %d,%d" fill="none" stroke="#8c959f" marker-end="url(#tip)"%s><title>%s needs %s</title></path>`+"\n",
		x1, y1, x1+bend, y1, x2-bend, y2, x2, y2, styles[s], html.EscapeString(from.box.ID), html.EscapeString(to.box.ID))
}

// columns of boxes, from the left: those that nothing needs come first, and each
// box is as far left as what needs it lets it be.
func (d Diagram) columns() map[string]int {
	needs := make(map[string][]string)
	for _, a := range d.Arrows {
		needs[a.To] = append(needs[a.To], a.From)
	}
	columns, under := make(map[string]int), make(map[string]bool)
	var column func(id string) int
	column = func(id string) int {
		if c, ok := columns[id]; ok || under[id] {
			return c // In a circle, somebody must be first.
		}
		under[id] = true
		c := 0
		for _, by := range needs[id] {
			c = max(c, column(by)+1)
		}
		under[id], columns[id] = false, c
		return c
	}
	for _, g := range d.Groups {
		for _, x := range g.Boxes {
			column(x.ID)
		}
	}
	d.settle(columns, needs)
	return columns
}

// settle boxes that nothing needs right beside what they need.
func (d Diagram) settle(columns map[string]int, needs map[string][]string) {
	beside := make(map[string]int)
	for _, a := range d.Arrows {
		c, ok := beside[a.From]
		if to := columns[a.To] - 1; len(needs[a.From]) == 0 && (!ok || to < c) {
			beside[a.From] = max(to, 0)
		}
	}
	maps.Copy(columns, beside)
}

// columnWidths are as wide as the widest box.
func columnWidths(d Diagram, columns map[string]int) []int {
	var ws []int
	for _, g := range d.Groups {
		for _, x := range g.Boxes {
			for len(ws) <= columns[x.ID] {
				ws = append(ws, 0)
			}
			for _, l := range x.text() {
				ws[columns[x.ID]] = max(ws[columns[x.ID]], 2*padding+charWidth*utf8.RuneCountInString(l))
			}
		}
	}
	return ws
}

// left side of a column.
func left(widths []int, column int) int {
	x := laneGap + padding
	for _, w := range widths[:column] {
		x += w + columnGap
	}
	return x
}
