package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/jedib0t/go-pretty/v6/list"
	"github.com/jedib0t/go-pretty/v6/table"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
)

// printPasses in a format.
func printPasses(w io.Writer, format string, passes []render.Pass) error {
	switch format {
	case "yaml":
		return printYAML(w, passes[len(passes)-1])
	case "json":
		return printJSON(w, passes[len(passes)-1])
	case "table":
		return printTable(w, passes)
	case "tree":
		return printTree(w, passes)
	default:
		return errors.Errorf("cannot print %q: use yaml, json, table or tree", format)
	}
}

// objects that a pass desires, in the order of their names.
func objects(p render.Pass) []map[string]any {
	rs := p.Response.GetDesired().GetResources()
	os := make([]map[string]any, 0, len(rs))
	for _, name := range slices.Sorted(maps.Keys(rs)) {
		os = append(os, render.Named(name, rs[name].GetResource()))
	}
	return os
}

func printYAML(w io.Writer, p render.Pass) error {
	for _, o := range objects(p) {
		b, err := yaml.Marshal(o)
		if err != nil {
			return errors.Wrap(err, "cannot marshal YAML")
		}
		if _, err := fmt.Fprintf(w, "---\n%s", b); err != nil {
			return errors.Wrap(err, "cannot print")
		}
	}
	return nil
}

func printJSON(w io.Writer, p render.Pass) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return errors.Wrap(e.Encode(map[string]any{"apiVersion": "v1", "kind": "List", "items": objects(p)}), "cannot print")
}

// A row is what there is to tell of a resource.
type row struct {
	part, key, kind, name, state string
}

// rows of the last pass, by part. What is of no part comes last: Usages, which
// are too many to show each, and what departs.
func rows(passes []render.Pass) []row {
	first := appearances(passes)
	last := passes[len(passes)-1].Assembly
	var rs []row
	for _, p := range last.Parts {
		for _, s := range p.Decisions {
			rs = append(rs, rowOf(p.Name, s, state(s, first, len(passes))))
		}
	}
	counts := make(map[string]int)
	for _, u := range last.Usages {
		counts[state(u.Decision, first, len(passes))]++
	}
	for _, s := range slices.Sorted(maps.Keys(counts)) {
		rs = append(rs, row{part: "Protection", key: fmt.Sprintf("%d usages", counts[s]), kind: "Usage", state: s})
	}
	for _, s := range last.Orphans {
		rs = append(rs, rowOf("Departing", s, "departing"))
	}
	return rs
}

func rowOf(part string, s compose.Decision, state string) row {
	r := row{part: part, key: string(s.Key), state: state}
	if s.Desired != nil {
		e := object.Of(s.Desired)
		r.kind, r.name = e.String("kind"), e.Name()
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
		return "withheld"
	case watched(s):
		return "watched"
	case passes > 1:
		return fmt.Sprintf("pass %d", first[s.Key])
	case s.Retained:
		return "held"
	case s.Ready:
		return "ready"
	default:
		return "desired"
	}
}

// watched resources are desired, but must not be created yet.
func watched(s compose.Decision) bool {
	ps := object.Of(s.Desired).Value("spec.managementPolicies").GetListValue().GetValues()
	return len(ps) == 1 && ps[0].GetStringValue() == "Observe"
}

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
		kind := r.kind
		if kind == "" {
			kind = "-"
		}
		l.AppendItem(fmt.Sprintf("%s (%s, %s)", r.key, kind, r.state))
	}
	_, err := fmt.Fprintln(w, l.Render())
	return errors.Wrap(err, "cannot print")
}
