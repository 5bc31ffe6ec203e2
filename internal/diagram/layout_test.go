package diagram

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// random acyclic diagram.
func random(rng *rand.Rand) Diagram {
	var d Diagram
	var ids []string
	for g := range 1 + rng.IntN(8) {
		group := Group{Name: fmt.Sprintf("Group%d", g)}
		for range 1 + rng.IntN(6) {
			id := fmt.Sprintf("box-%d", len(ids))
			ids = append(ids, id)
			group.Boxes = append(group.Boxes, Box{ID: id, Lines: []string{"Kind", strings.Repeat("a-word ", rng.IntN(9))}})
		}
		d.Groups = append(d.Groups, group)
	}
	order := rng.Perm(len(ids))
	for from := range order {
		for to := from + 1; to < len(order); to++ {
			if rng.IntN(len(ids)) < 2 {
				d.Arrows = append(d.Arrows, Arrow{From: ids[order[from]], To: ids[order[to]]})
			}
		}
	}
	return d
}

func (r rect) overlaps(o rect) bool {
	return r.x < o.right() && o.x < r.right() && r.y < o.bottom() && o.y < r.bottom()
}

func (r rect) contains(o rect) bool {
	return r.x <= o.x && r.y <= o.y && o.right() <= r.right() && o.bottom() <= r.bottom()
}

// TestLayout of random diagrams: nothing overlaps, each box is in its group's frame, every
// arrow points to the right, and none crosses a box.
func TestLayout(t *testing.T) {
	for seed := range uint64(200) {
		d := random(rand.New(rand.NewPCG(seed, 0)))
		l := newLayout(d)
		frames := make(map[string]rect)
		width, height := l.size()
		for i, f := range l.frames {
			frames[f.name] = f.rect
			if !(rect{width: width, height: height}).contains(f.rect) {
				t.Errorf("seed %d: %s is outside the picture", seed, f.name)
			}
			for _, o := range l.frames[:i] {
				if f.overlaps(o.rect) {
					t.Errorf("seed %d: %s and %s overlap", seed, f.name, o.name)
				}
			}
		}
		for _, g := range d.Groups {
			for _, x := range g.Boxes {
				if !frames[g.Name].contains(l.places[x.ID].rect) {
					t.Errorf("seed %d: %s is not in the frame of %s", seed, x.ID, g.Name)
				}
			}
		}
		for a, p := range l.places {
			for b, o := range l.places {
				if a < b && p.overlaps(o.rect) {
					t.Errorf("seed %d: %s and %s overlap", seed, a, b)
				}
			}
		}
		for _, a := range d.Arrows {
			if l.places[a.From].right() >= l.places[a.To].x {
				t.Errorf("seed %d: the arrow from %s to %s doesn't point to the right", seed, a.From, a.To)
			}
			for _, line := range horizontals(t, l.arrow(a)) {
				for id, p := range l.places {
					if p.overlaps(line) {
						t.Errorf("seed %d: the arrow from %s to %s crosses %s", seed, a.From, a.To, id)
					}
				}
			}
		}
	}
}

var horizontal = regexp.MustCompile(`(\d+),(\d+)H(\d+)`)

// horizontals of an arrow: its segments within columns.
func horizontals(t *testing.T, arrow string) []rect {
	t.Helper()
	var rs []rect
	for _, m := range horizontal.FindAllStringSubmatch(arrow, -1) {
		var n [3]int
		for i := range n {
			v, err := strconv.Atoi(m[i+1])
			if err != nil {
				t.Fatal(err)
			}
			n[i] = v
		}
		rs = append(rs, rect{x: n[0], y: n[1], width: n[2] - n[0], height: 1})
	}
	return rs
}

// TestLayoutCrosses has an arrow that would cross a box if it were straight.
func TestLayoutCrosses(t *testing.T) {
	d := Diagram{
		Groups: []Group{{Name: "One", Boxes: []Box{{ID: "a"}, {ID: "b"}, {ID: "c"}}}},
		Arrows: []Arrow{{From: "a", To: "b"}, {From: "b", To: "c"}, {From: "a", To: "c"}},
	}
	l := newLayout(d)
	lines := horizontals(t, l.arrow(d.Arrows[2]))
	if len(lines) != 1 || lines[0].overlaps(l.places["b"].rect) {
		t.Errorf("want a line past %v, got %v", l.places["b"].rect, lines)
	}
}

// TestLayoutLanes shares a lane between groups without a common column.
func TestLayoutLanes(t *testing.T) {
	d := Diagram{
		Groups: []Group{{Name: "Left", Boxes: []Box{{ID: "a"}}}, {Name: "Right", Boxes: []Box{{ID: "b"}}}, {Name: "Below", Boxes: []Box{{ID: "c"}}}},
		Arrows: []Arrow{{From: "a", To: "b"}, {From: "c", To: "b"}},
	}
	fs := newLayout(d).frames
	if fs[0].y != fs[1].y || fs[2].y <= fs[0].bottom() {
		t.Errorf("want Left and Right side by side, and Below below, got %v", fs)
	}
}

func TestWrap(t *testing.T) {
	cases := map[string]struct {
		reason string
		line   string
		want   []string
	}{
		"Empty": {reason: "An empty line is a line.", want: []string{""}},
		"Short": {reason: "A short line stays whole.", line: "cluster-role, node-role", want: []string{"cluster-role, node-role"}},
		"Space": {reason: "Spaces are preferred to dashes.", line: "addon-vpc-cni, addon-aws-ebs", want: []string{"addon-vpc-cni,", "addon-aws-ebs"}},
		"Dash":  {reason: "A long word is split after a dash.", line: "cluster-security-group-discovery", want: []string{"cluster-security-group-", "discovery"}},
		"Never": {reason: "A long word without a dash stays whole.", line: strings.Repeat("ä", 30), want: []string{strings.Repeat("ä", 30)}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := wrap(tc.line)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nwrap(%q): -want, +got:\n%s", tc.reason, tc.line, diff)
			}
			for _, l := range got {
				if utf8.RuneCountInString(l) > lineLength && name != "Never" {
					t.Errorf("\n%s\nwrap(%q): %q is too long", tc.reason, tc.line, l)
				}
			}
		})
	}
}
