// Package source finds where in a file of YAML or JSON a field is, for people who correct it
// in an editor.
package source

import (
	"bytes"
	"fmt"
	"iter"
	"regexp"

	"go.yaml.in/yaml/v3"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/fieldpath"
)

// A File of YAML or JSON with one object.
type File struct {
	name string

	// root of the object, or nil if there is none.
	root *yaml.Node

	// errs are the errors in its syntax, a line each.
	errs []string
}

// Parse a file. Empty documents are ignored.
func Parse(name string, content []byte) *File {
	f := &File{name: name}
	d := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var doc yaml.Node
		if err := d.Decode(&doc); err != nil {
			f.errs = append(f.errs, f.syntax(err)...)
			return f
		}
		f.errs = append(f.errs, f.duplicates(&doc)...)
		if f.root == nil && len(doc.Content) > 0 && len(doc.Content[0].Content) > 0 {
			f.root = doc.Content[0]
		}
	}
}

// SyntaxErrors of the file, a line each: what cannot be parsed, and keys that a map has
// twice.
func (f *File) SyntaxErrors() []string { return f.errs }

// Position of a field by its path, or of its nearest parent that is in the file, in the form
// of compilers: claim.yaml:12:5. It's where the key of a field begins, or the item of a list.
// Lines and columns count from 1.
func (f *File) Position(path string) string {
	if f.root == nil {
		return f.name
	}
	at, of := f.root, f.root
	for {
		key, value, rest := child(of, path)
		if value == nil {
			return f.position(at)
		}
		at, of, path = key, value, rest
	}
}

// String in the file at a path, or the empty string.
func (f *File) String(path string) string {
	if f.root == nil {
		return ""
	}
	of := f.root
	for path != "" {
		if _, of, path = child(of, path); of == nil {
			return ""
		}
	}
	return of.Value
}

func (f *File) position(n *yaml.Node) string {
	return fmt.Sprintf("%s:%d:%d", f.name, n.Line, n.Column)
}

// child of a node with which a path continues, where it begins, and the rest of the path.
func child(n *yaml.Node, path string) (at, value *yaml.Node, rest string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if i, rest, ok := fieldpath.Index(path); ok && n.Kind == yaml.SequenceNode && i < len(n.Content) {
		return n.Content[i], n.Content[i], rest
	}
	key, rest, ok := fieldpath.Key(path, keys(n))
	for i := 0; ok && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i], n.Content[i+1], rest
		}
	}
	return nil, nil, ""
}

// keys of a map. Other nodes have none.
func keys(n *yaml.Node) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value) {
				return
			}
		}
	}
}

// syntaxError of the parser, which reports a line, or nothing.
var syntaxError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// syntax error of the parser, unless it's the end of the file.
func (f *File) syntax(err error) []string {
	m := syntaxError.FindStringSubmatch(err.Error())
	switch {
	case m == nil:
		return nil // io.EOF.
	case m[1] == "":
		return []string{f.name + ": cannot parse YAML: " + m[2]}
	default:
		return []string{f.name + ":" + m[1] + ": cannot parse YAML: " + m[2]}
	}
}

// duplicates are keys that a map has twice, at any depth.
func (f *File) duplicates(n *yaml.Node) []string {
	var errs []string
	lines := make(map[string]int)
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			if line, ok := lines[c.Value]; ok {
				errs = append(errs, fmt.Sprintf("%s: cannot parse YAML: key %q is already in line %d: remove one", f.position(c), c.Value, line))
				continue
			}
			lines[c.Value] = c.Line
		}
		errs = append(errs, f.duplicates(c)...)
	}
	return errs
}
