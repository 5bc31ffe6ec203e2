package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"

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
		return errors.Errorf("cannot print %q: use summary, yaml, json, table or tree", format)
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
