package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"
)

// widest value in a table. Other formats have values in full.
const widest = 60

// A report of what an update changes.
type report struct {
	// Revision is the commit of the earlier function.
	Revision string `json:"revision"`

	Changes []change `json:"changes"`
}

// harmful reports whether any change is.
func (r report) harmful() bool {
	return slices.ContainsFunc(r.Changes, func(c change) bool { return c.Harm != "" })
}

// print the report in a format.
func (r report) print(w io.Writer, format string) error {
	var b []byte
	var err error
	switch format {
	case "json":
		b, err = json.MarshalIndent(r, "", "  ")
		b = append(b, '\n')
	case "yaml":
		b, err = yaml.Marshal(r)
	default:
		b = []byte(r.table())
	}
	if err == nil {
		_, err = w.Write(b)
	}
	return errors.Wrap(err, "cannot print")
}

// table of changes, and their number.
func (r report) table() string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"Harm", "Example", "Key", "Field", "Before", "After"})
	harmful := 0
	for _, c := range r.Changes {
		if c.Harm != "" {
			harmful++
		}
		t.AppendRow(table.Row{short(c.Harm), c.Example, c.Key, c.Field, text(c.Before), text(c.After)})
	}
	total := fmt.Sprintf("%d changes since %s, %d of them harmful\n", len(r.Changes), r.Revision, harmful)
	if len(r.Changes) == 0 {
		return total
	}
	return t.Render() + "\n" + total
}

// text of a value in a table.
func text(v any) string {
	if v == nil {
		return ""
	}
	if s, ok := v.(string); ok {
		return short(s)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return strconv.Quote(err.Error())
	}
	return short(string(b))
}

// short text, of one line.
func short(s string) string {
	if utf8.RuneCountInString(s) <= widest {
		return s
	}
	return string([]rune(s)[:widest-1]) + "…"
}
