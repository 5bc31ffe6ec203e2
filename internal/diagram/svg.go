package diagram

import (
	"cmp"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Sizes in a picture, in pixels at its full width.
const (
	lineHeight = 14
	padding    = 7
	rowGap     = 12
	columnGap  = 36
	frameGap   = 8
	titleLine  = 20

	// Widths of characters, on average: of kinds, which are bold, and of other text.
	boldWidth = 7
	charWidth = 6

	// lineLength is the most characters in a line, if words allow it.
	lineLength = 24
)

// A rect is a rectangle in a picture.
type rect struct {
	x, y, width, height int
}

func (r rect) right() int  { return r.x + r.width }
func (r rect) bottom() int { return r.y + r.height }

// A place of a box, with its text in lines.
type place struct {
	rect

	box   Box
	lines []string
}

// A frame around the boxes of a group.
type frame struct {
	rect

	name string
}

// A layout of a diagram. Each box is in a column left of all that it needs. Each group
// has a frame.
type layout struct {
	columns map[string]int
	widths  []int

	places map[string]place
	frames []frame
}

// A lane of groups that are beside one another.
type lane struct {
	groups []Group
	taken  map[int]bool
}

// newLayout puts each group in the first lane that has the group's columns free.
func newLayout(d Diagram) *layout {
	l := &layout{columns: d.columns(), places: make(map[string]place)}
	l.widths = columnWidths(d, l.columns)
	top := frameGap
	for _, in := range l.lanes(d.Groups) {
		bottom := top
		for _, g := range in.groups {
			first, last := l.span(g)
			f := frame{name: g.Name, rect: l.frame(first, last, top)}
			f.height = l.fill(g, top+titleLine) - top
			l.frames = append(l.frames, f)
			bottom = max(bottom, f.bottom())
		}
		top = bottom + frameGap
	}
	return l
}

// lanes of groups, from top to bottom.
func (l *layout) lanes(groups []Group) []*lane {
	var ls []*lane
	for _, g := range groups {
		first, last := l.span(g)
		if slices.ContainsFunc(ls, func(in *lane) bool { return in.take(g, first, last) }) {
			continue
		}
		in := &lane{taken: make(map[int]bool)}
		in.take(g, first, last)
		ls = append(ls, in)
	}
	return ls
}

// take a group, if its columns are free.
func (l *lane) take(g Group, first, last int) bool {
	for c := first; c <= last; c++ {
		if l.taken[c] {
			return false
		}
	}
	for c := first; c <= last; c++ {
		l.taken[c] = true
	}
	l.groups = append(l.groups, g)
	return true
}

// span of columns that a group has.
func (l *layout) span(g Group) (first, last int) {
	first = len(l.widths) - 1
	for _, x := range g.Boxes {
		first, last = min(first, l.columns[x.ID]), max(last, l.columns[x.ID])
	}
	return first, last
}

// frame around columns, without a height.
func (l *layout) frame(first, last, top int) rect {
	left := l.left(first) - padding
	return rect{x: left, y: top, width: l.left(last) + l.widths[last] + padding - left}
}

// fill the columns of a group with its boxes, and return where they end.
func (l *layout) fill(g Group, top int) int {
	end := make(map[int]int)
	bottom := top
	for _, x := range g.Boxes {
		c, lines := l.columns[x.ID], wrapped(x)
		p := place{box: x, lines: lines, rect: rect{x: l.left(c), y: top + end[c], width: l.widths[c], height: 2*padding + lineHeight*len(lines)}}
		end[c] += p.height + rowGap
		l.places[x.ID] = p
		bottom = max(bottom, top+end[c])
	}
	return bottom
}

// left side of a column.
func (l *layout) left(column int) int {
	x := frameGap + padding
	for _, w := range l.widths[:column] {
		x += w + columnGap
	}
	return x
}

// size of the picture.
func (l *layout) size() (width, height int) {
	for _, f := range l.frames {
		width, height = max(width, f.right()), max(height, f.bottom())
	}
	return width + frameGap, height + frameGap
}

// columnWidths are as wide as the widest box, or frame.
func columnWidths(d Diagram, columns map[string]int) []int {
	var ws []int
	for _, g := range d.Groups {
		for _, x := range g.Boxes {
			c := columns[x.ID]
			for len(ws) <= c {
				ws = append(ws, 0)
			}
			ws[c] = max(ws[c], boldWidth*utf8.RuneCountInString(g.Name), 2*padding+textWidth(wrapped(x)))
		}
	}
	return ws
}

// textWidth of lines, of which the first is bold.
func textWidth(lines []string) int {
	w := 0
	for i, l := range lines {
		per := charWidth
		if i == 0 {
			per = boldWidth
		}
		w = max(w, per*utf8.RuneCountInString(l))
	}
	return w
}

// wrapped text of a box, in which no line but the first is longer than lineLength, if its
// words allow that.
func wrapped(x Box) []string {
	var ls []string
	for i, l := range x.text() {
		if i == 0 {
			ls = append(ls, l)
			continue
		}
		ls = append(ls, wrap(l)...)
	}
	return ls
}

// wrap a line behind spaces, or behind dashes if there are none.
func wrap(line string) []string {
	var ls []string
	rest := line
	for utf8.RuneCountInString(rest) > lineLength {
		head := string([]rune(rest)[:lineLength])
		at := cmp.Or(strings.LastIndex(head, " ")+1, strings.LastIndex(head, "-")+1)
		if at == 0 {
			break
		}
		ls = append(ls, strings.TrimSpace(rest[:at]))
		rest = rest[at:]
	}
	return append(ls, rest)
}

// svg is as wide as the page that it's on.
func (d Diagram) svg() string {
	l := newLayout(d)
	width, height := l.size()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="100%%" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">`+"\n", width, height)
	b.WriteString(`<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0L8,4L0,8z" fill="#8c959f"/></marker></defs>` + "\n")
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", width, height)
	for _, f := range l.frames {
		b.WriteString(f.svg())
	}
	for _, a := range d.Arrows {
		b.WriteString(l.arrow(a))
	}
	for _, g := range d.Groups {
		for _, x := range g.Boxes {
			b.WriteString(l.places[x.ID].svg())
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// svg of a frame, and its group's name.
func (f frame) svg() string {
	return fmt.Sprintf(`<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="#f6f8fa" stroke="#d0d7de"/><text x="%d" y="%d" font-weight="bold" fill="#57606a">%s</text>`+"\n",
		f.x, f.y, f.width, f.height, f.x+padding, f.y+lineHeight, html.EscapeString(f.name))
}

// svg of a box.
func (p place) svg() string {
	var b strings.Builder
	m := marks[p.box.Mark]
	fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" rx="4" fill="%s" stroke="%s"/>`, p.x, p.y, p.width, p.height, m.fill, m.line)
	for i, l := range p.lines {
		weight := ""
		if i == 0 {
			weight = ` font-weight="bold"`
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d"%s>%s</text>`, p.x+padding, p.y+padding+lineHeight*(i+1)-3, weight, html.EscapeString(l))
	}
	b.WriteString("\n")
	return b.String()
}

// arrow from the right side of one box to the left side of another. Where it crosses a
// column, it's horizontal, and between boxes.
func (l *layout) arrow(a Arrow) string {
	from, to := l.places[a.From], l.places[a.To]
	at := point{x: from.right(), y: from.y + from.height/2}
	end := point{x: to.x, y: to.y + to.height/2}
	var b strings.Builder
	fmt.Fprintf(&b, "M%d,%d", at.x, at.y)
	for c := l.columns[a.From] + 1; c < l.columns[a.To]; c++ {
		left, right := l.left(c), l.left(c)+l.widths[c]
		y := l.between(c, at.y+(end.y-at.y)*(left-at.x)/(end.x-at.x))
		b.WriteString(curve(at, point{x: left, y: y}))
		fmt.Fprintf(&b, "H%d", right)
		at = point{x: right, y: y}
	}
	b.WriteString(curve(at, end))
	styles := map[Style]string{Dotted: ` stroke-dasharray="3,3"`, Thick: ` stroke-width="2"`}
	return fmt.Sprintf(`<path d="%s" fill="none" stroke="#8c959f" marker-end="url(#tip)"%s><title>%s needs %s</title></path>`+"\n",
		&b, styles[a.Style], html.EscapeString(a.From), html.EscapeString(a.To))
}

// A point in a picture.
type point struct {
	x, y int
}

// curve to a point, horizontal at both ends.
func curve(from, to point) string {
	bend := max(columnGap/2, (to.x-from.x)/2)
	return fmt.Sprintf("C%d,%d %d,%d %d,%d", from.x+bend, from.y, to.x-bend, to.y, to.x, to.y)
}

// between the boxes of a column: the height that is nearest to y.
func (l *layout) between(column, y int) int {
	best := y
	for _, p := range l.places {
		if l.columns[p.box.ID] != column || y <= p.y-rowGap/2 || y >= p.bottom()+rowGap/2 {
			continue
		}
		best = p.bottom() + rowGap/2
		if y-p.y < p.bottom()-y {
			best = p.y - rowGap/2
		}
	}
	return best
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
			return c // A circle has to begin somewhere.
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
