package cli

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
)

// Widths of a summary, in columns of a terminal.
const (
	summaryWidth = 96
	kindsWidth   = 46
	indent       = "  "
)

// printSummary of what a claim becomes: resources by part, what waits and for what,
// and what needs attention.
func printSummary(w io.Writer, req *fnv1.RunFunctionRequest, passes []render.Pass) error {
	p, rs := paintFor(w), rows(passes)
	last := passes[len(passes)-1]
	var b strings.Builder
	b.WriteString(p(text.Bold, title(req, rs)) + "\n\n" + countsTable(p, rs, len(passes)) + "\n")
	writeWaits(&b, p, last.Assembly)
	writeAttention(&b, p, attention(last.Response))
	fmt.Fprintf(&b, "\nThe resources: -o tree, -o table or -o yaml. Pass by pass: --simulate.\n")
	_, err := io.WriteString(w, b.String())
	return errors.Wrap(err, "cannot print")
}

// title of a summary.
func title(req *fnv1.RunFunctionRequest, rs []row) string {
	xr := object.Of(req.GetObserved().GetComposite().GetResource())
	namespace, claim := xr.String("metadata.namespace"), xr.Name()
	if n := xr.String("spec.claimRef.name"); n != "" {
		namespace, claim = xr.String("spec.claimRef.namespace"), n
	}
	if namespace != "" {
		claim = namespace + "/" + claim
	}
	resources, usages := 0, 0
	for _, r := range rs {
		if r.kind == "Usage" {
			usages += r.count
			continue
		}
		resources += r.count
	}
	return fmt.Sprintf("%s %s in %s\n%d resources, and %d Usages that order their deletion", v1alpha1.ClaimKind, claim, xr.String("spec.region"), resources, usages)
}

// A tally of the resources of a part.
type tally struct {
	part   string
	states map[string]int

	// kinds in the order of their first resource, and how many there are of each.
	kinds   []string
	numbers map[string]int
}

// tallies of rows, by part.
func tallies(rs []row) []*tally {
	var ts []*tally
	for _, r := range rs {
		if len(ts) == 0 || ts[len(ts)-1].part != r.part {
			ts = append(ts, &tally{part: r.part, states: make(map[string]int), numbers: make(map[string]int)})
		}
		t := ts[len(ts)-1]
		t.states[r.state] += r.count
		if t.numbers[r.what] == 0 {
			t.kinds = append(t.kinds, r.what)
		}
		t.numbers[r.what] += r.count
	}
	return ts
}

// items are the kinds of a part, each with its number.
func (t *tally) items() []string {
	is := make([]string, 0, len(t.kinds))
	for _, k := range t.kinds {
		if n := t.numbers[k]; n > 1 {
			k = fmt.Sprintf("%d %s", n, k)
		}
		is = append(is, k)
	}
	return is
}

// statesOf rows, in the order in which a resource has them.
func statesOf(rs []row, passes int) []string {
	var order []string
	for n := range passes {
		order = append(order, pass(n+1))
	}
	order = append(order, stateReady, stateDesired, stateObserve, stateRetained, stateWaiting, stateDepart)
	return slices.DeleteFunc(order, func(s string) bool {
		return !slices.ContainsFunc(rs, func(r row) bool { return r.state == s })
	})
}

// countsTable has a row for each part and a column for each state.
func countsTable(p paint, rs []row, passes int) string {
	states := statesOf(rs, passes)
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.Style().Box.PaddingLeft = ""
	t.Style().Box.PaddingRight = indent
	header := table.Row{"PART"}
	columns := []table.ColumnConfig{}
	for i, s := range states {
		header = append(header, strings.ToUpper(s))
		columns = append(columns, table.ColumnConfig{Number: i + 2, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
	t.AppendHeader(append(header, "KINDS"))
	total := make(map[string]int)
	for _, y := range tallies(rs) {
		t.AppendRow(append(cells(p, y.part, states, y.states), strings.Join(wrap(y.items(), kindsWidth), "\n")))
		for s, n := range y.states {
			total[s] += n
		}
	}
	t.AppendRow(cells(p, "Total", states, total))
	return trimRight(t.Render())
}

// cells of a part and its counts. What waits stands out.
func cells(p paint, part string, states []string, counts map[string]int) table.Row {
	row := table.Row{part}
	for _, s := range states {
		switch n := counts[s]; {
		case n == 0:
			row = append(row, "")
		case s == stateWaiting:
			row = append(row, p(text.FgYellow, strconv.Itoa(n)))
		default:
			row = append(row, strconv.Itoa(n))
		}
	}
	return row
}

// writeWaits groups what waits by what it waits for.
func writeWaits(b *strings.Builder, p paint, a *compose.Assembly) {
	keys := make(map[string][]string)
	for _, s := range a.Withheld() {
		value := strings.Join(s.WaitsFor, " and ")
		keys[value] = append(keys[value], string(s.Key))
	}
	usages := waitingUsages(a)
	if len(keys) == 0 && usages == 0 {
		return
	}
	b.WriteString("\n" + p(text.Bold, "Waiting") + "\n")
	for _, value := range slices.SortedFunc(maps.Keys(keys), func(x, y string) int {
		return cmp.Or(cmp.Compare(len(keys[y]), len(keys[x])), cmp.Compare(x, y))
	}) {
		fmt.Fprintf(b, "%s%s\n", indent, p(text.FgYellow, "for "+value))
		for _, l := range wrap(keys[value], summaryWidth-2*len(indent)) {
			fmt.Fprintf(b, "%s%s\n", indent+indent, l)
		}
	}
	if usages > 0 {
		fmt.Fprintf(b, "%s%s\n%s%d Usages\n", indent, p(text.FgYellow, "for the resources that they protect"), indent+indent, usages)
	}
}

// writeAttention lists what needs attention.
func writeAttention(b *strings.Builder, p paint, lines []string) {
	if len(lines) == 0 {
		return
	}
	b.WriteString("\n" + p(text.Bold, "Attention") + "\n")
	for _, l := range lines {
		for w := range strings.SplitSeq(text.WrapSoft(l, summaryWidth-len(indent)), "\n") {
			fmt.Fprintf(b, "%s%s\n", indent, strings.TrimRight(w, " "))
		}
	}
}

// wrap a list with commas into lines of at most a width, if its items are that short.
func wrap(items []string, width int) []string {
	var ls []string
	for i, item := range items {
		if i < len(items)-1 {
			item += ","
		}
		if last := len(ls) - 1; last >= 0 && len(ls[last])+1+len(item) <= width {
			ls[last] += " " + item
			continue
		}
		ls = append(ls, item)
	}
	return ls
}

// trimRight removes the spaces at the end of each line.
func trimRight(s string) string {
	ls := strings.Split(s, "\n")
	for i, l := range ls {
		ls[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(ls, "\n")
}
