package cli

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// TestSummaryGolden compares the output of the project's first command with a golden file.
func TestSummaryGolden(t *testing.T) {
	e := examples.Get("seafarer-cluster")
	examples.Golden(t, filepath.Join(e.Dir, "summary.txt"), []byte(rendered(t, RenderCmd{Claim: e.Claim(), Output: "summary"}, nil)))
}

// TestSummary checks that the summary of every example fits a screen, and counts each
// resource once.
func TestSummary(t *testing.T) {
	const lines, columns = 40, 100
	for _, e := range examples.All(t) {
		for name, c := range map[string]RenderCmd{"First": {}, "Simulate": {Simulate: true}, "Observed": {Observed: filepath.Join(e.Dir, "observed")}} {
			c.Claim, c.Output = e.Claim(), "summary"
			if f := filepath.Join(e.Dir, "composition.yaml"); examples.Exists(f) {
				c.Composition = f
			}
			if c.Observed != "" && !examples.Exists(c.Observed) {
				continue // It has no observed resources.
			}
			t.Run(e.Name+"/"+name, func(t *testing.T) {
				var out, hints bytes.Buffer
				if err := c.run(t.Context(), nil, &out, &hints); err != nil {
					t.Fatal(err)
				}
				if hints.Len() > 0 {
					t.Errorf("want everything on standard output, got on standard error:\n%s", &hints)
				}
				if n := strings.Count(out.String(), "\n"); n > lines {
					t.Errorf("want at most %d lines, got %d:\n%s", lines, n, &out)
				}
				for l := range strings.Lines(out.String()) {
					if n := utf8.RuneCountInString(strings.TrimSuffix(l, "\n")); n > columns {
						t.Errorf("want at most %d columns, got %d: %s", columns, n, l)
					}
				}
				if want, got := countsOf(rowsOf(t, c)), totalsIn(t, out.String()); !cmp.Equal(want, got) {
					t.Errorf("totals: want %v, got %v", want, got)
				}
			})
		}
	}
}

// countsOf rows, in the order of their states.
func countsOf(rs []row) []int {
	var ns []int
	for _, s := range statesOf(rs, 20) {
		n := 0
		for _, r := range rs {
			if r.state == s {
				n += r.count
			}
		}
		ns = append(ns, n)
	}
	return ns
}

var totalPattern = regexp.MustCompile(`(?m)^Total((?: +\d+)+)$`)

// totalsIn a summary.
func totalsIn(t *testing.T, summary string) []int {
	t.Helper()
	m := totalPattern.FindStringSubmatch(summary)
	if m == nil {
		t.Fatalf("want a line of totals, got:\n%s", summary)
	}
	var ns []int
	for f := range strings.FieldsSeq(m[1]) {
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		ns = append(ns, n)
	}
	return ns
}

// TestSummaryWaits groups waiting resources by fact, with the text of the hints.
func TestSummaryWaits(t *testing.T) {
	summary := rendered(t, RenderCmd{Claim: minimal, Output: "summary"}, nil)
	var hints bytes.Buffer
	c := RenderCmd{Claim: minimal, Output: "table"}
	if err := c.run(t.Context(), nil, &bytes.Buffer{}, &hints); err != nil {
		t.Fatal(err)
	}
	if hints.Len() == 0 {
		t.Fatal("want waiting resources in the first pass")
	}
	for l := range strings.Lines(hints.String()) {
		key, value, ok := strings.Cut(strings.TrimSpace(l), " waits for ")
		if !ok {
			key, value, _ = strings.Cut(strings.TrimSpace(l), " wait for ")
		}
		_, section, ok := strings.Cut(summary, "\n  for "+value+"\n")
		keys, _, _ := strings.Cut(section, "\n  for ")
		if !ok || !regexp.MustCompile(`(?m)(^| )`+regexp.QuoteMeta(key)+`(,|$)`).MatchString(keys) {
			t.Errorf("want %q below %q in:\n%s", key, value, summary)
		}
	}
}

// TestSummaryAttention reports conditions that need attention.
func TestSummaryAttention(t *testing.T) {
	e := examples.Get("upgrade")
	got := rendered(t, RenderCmd{Claim: e.Claim(), Observed: filepath.Join(e.Dir, "observed"), Output: "summary"}, nil)
	if want := "\nAttention\n  Upgrading: The control plane is upgraded from 1.32 to 1.33"; !strings.Contains(got, want) {
		t.Errorf("want %q in:\n%s", want, got)
	}
}

func TestWrap(t *testing.T) {
	cases := map[string]struct {
		reason string
		items  []string
		want   []string
	}{
		"Nothing": {reason: "No items give no lines."},
		"Fits":    {reason: "A line may be full.", items: []string{"aaaa", "bbbb"}, want: []string{"aaaa, bbbb"}},
		"Wraps":   {reason: "An item is never split.", items: []string{"aaaa", "bbbb", "c"}, want: []string{"aaaa,", "bbbb, c"}},
		"TooLong": {reason: "An item that is too long has its own line.", items: []string{"a", strings.Repeat("b", 12)}, want: []string{"a,", strings.Repeat("b", 12)}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, wrap(tc.items, 10)); diff != "" {
				t.Errorf("\n%s\nwrap(%s): -want, +got:\n%s", tc.reason, fmt.Sprint(tc.items), diff)
			}
		})
	}
}
