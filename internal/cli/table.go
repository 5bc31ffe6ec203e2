package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/jedib0t/go-pretty/v6/list"
	"github.com/jedib0t/go-pretty/v6/table"

	xpv1 "github.com/crossplane/crossplane-runtime/v2/apis/common/v1"
	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
)

// A row describes a resource, or several Usages.
type row struct {
	part, key, kind, name, state string

	// what the resource is: its kind, or that of the manifest in an Object.
	what string

	// count of resources.
	count int
}

// States of a resource. With several passes, it's the pass in which it appears.
const (
	stateReady    = "ready"
	stateDesired  = "desired"
	stateObserve  = "observe-only"
	stateRetained = "retained"
	stateWaiting  = "waiting"
	stateDepart   = "departing"
)

// rows of the last pass, by part. Resources of no part come last: Usages, which are
// too many to list, and what the claim no longer describes.
func rows(passes []render.Pass) []row {
	first := appearances(passes)
	last := passes[len(passes)-1].Assembly
	var rs []row
	for _, p := range last.Parts {
		for i, s := range p.Decisions {
			r := rowOf(p.Name, s, state(s, first, len(passes)))
			r.what = kindOf(p.Resources[i])
			if r.kind == "" {
				r.kind = p.Resources[i].Object.GetObjectKind().GroupVersionKind().Kind
			}
			rs = append(rs, r)
		}
	}
	counts := make(map[string]int)
	for _, u := range last.Usages {
		counts[state(u.Decision, first, len(passes))]++
	}
	for _, s := range slices.Sorted(maps.Keys(counts)) {
		rs = append(rs, row{part: "Protection", key: fmt.Sprintf("%d usages", counts[s]), kind: "Usage", what: "Usage", state: s, count: counts[s]})
	}
	for _, s := range last.Orphans {
		rs = append(rs, rowOf("Departing", s, stateDepart))
	}
	return rs
}

func rowOf(part string, s compose.Decision, state string) row {
	r := row{part: part, key: string(s.Key), state: state, count: 1}
	if s.Desired != nil {
		e := object.Of(s.Desired)
		r.kind, r.name = e.String("kind"), e.Name()
		r.what = r.kind
	}
	return r
}

// appearances are the passes in which resources are desired first, from one.
func appearances(passes []render.Pass) map[key.Key]int {
	first := make(map[key.Key]int)
	for i, p := range passes {
		for s := range p.Assembly.Decisions() {
			if _, ok := first[s.Key]; !ok && s.Desired != nil {
				first[s.Key] = i + 1
			}
		}
	}
	return first
}

func state(s compose.Decision, first map[key.Key]int, passes int) string {
	switch {
	case s.Desired == nil:
		return stateWaiting
	case !object.Of(s.Desired).Allows(xpv1.ManagementActionCreate):
		return stateObserve
	case passes > 1:
		return pass(first[s.Key])
	case s.Retained:
		return stateRetained
	case s.Ready:
		return stateReady
	default:
		return stateDesired
	}
}

// pass in which a resource appears.
func pass(n int) string { return fmt.Sprintf("pass %d", n) }

func printTable(w io.Writer, passes []render.Pass) error {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.AppendHeader(table.Row{"PART", "RESOURCE", "KIND", "NAME", "STATE"})
	for _, r := range rows(passes) {
		t.AppendRow(table.Row{r.part, r.key, r.kind, r.name, r.state})
	}
	_, err := fmt.Fprintln(w, t.Render())
	return errors.Wrap(err, "cannot print")
}

func printTree(w io.Writer, passes []render.Pass) error {
	l := list.NewWriter()
	l.SetStyle(list.StyleConnectedLight)
	part := ""
	for _, r := range rows(passes) {
		if r.part != part {
			l.UnIndentAll()
			l.AppendItem(r.part)
			l.Indent()
			part = r.part
		}
		l.AppendItem(fmt.Sprintf("%s (%s, %s)", r.key, r.kind, r.state))
	}
	_, err := fmt.Fprintln(w, l.Render())
	return errors.Wrap(err, "cannot print")
}
