package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
)

// A printer writes documents in one language.
type printer struct {
	language

	// translation of the schema's texts, or nil to print them as they are.
	translation *translation
}

func newPrinter(l language, t *translation) printer { return printer{language: l, translation: t} }

// document with a table for each of some schemas.
func (p printer) document(head string, schemas map[string]apiextensionsv1.JSONSchemaProps, names ...string) []byte {
	var b bytes.Buffer
	b.WriteString(head)
	for _, name := range names {
		s := schemas[name]
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n%s", name, strings.Join(append([]string{p.describe(name, s)}, p.limits(s)...), "\n\n"), p.columns)
		p.rows(&b, name, "", s)
	}
	return b.Bytes()
}

// versions of Kubernetes that a new platform may have, with the dates of their support.
func (p printer) versions() []byte {
	var b bytes.Buffer
	b.WriteString(p.support)
	for _, m := range compat.Minors() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", m.Version, m.Released, m.StandardEnd, m.ExtendedEnd)
	}
	return b.Bytes()
}

// rows of all fields below a path of a section.
func (p printer) rows(b *bytes.Buffer, section, path string, s apiextensionsv1.JSONSchemaProps) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		f := s.Properties[name]
		at := strings.TrimPrefix(path+"."+name, ".")
		ls := p.limits(f)
		if slices.Contains(s.Required, name) {
			ls = append([]string{p.required}, ls...)
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", at, p.kind(f), standard(f), strings.Join(ls, "<br>"), p.describe(section+"."+at, f))
		p.rows(b, section, at, f)
		if i := item(f); i != nil {
			p.rows(b, section, at+"[]", *i)
		}
	}
}

// item of a list, or nil.
func item(s apiextensionsv1.JSONSchemaProps) *apiextensionsv1.JSONSchemaProps {
	if s.Items == nil {
		return nil
	}
	return s.Items.Schema
}

// kind of a field's values.
func (p printer) kind(s apiextensionsv1.JSONSchemaProps) string {
	switch {
	case s.XIntOrString:
		return p.intOrString
	case item(s) != nil:
		return p.list + p.kind(*item(s))
	case s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil:
		return p.mapOf + p.kind(*s.AdditionalProperties.Schema)
	case s.XPreserveUnknownFields != nil:
		return p.freeForm
	default:
		return s.Type
	}
}

// standard is the default of a field. An object whose fields have defaults of their own
// has none.
func standard(s apiextensionsv1.JSONSchemaProps) string {
	if s.Default == nil || string(s.Default.Raw) == "{}" {
		return ""
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, s.Default.Raw); err != nil {
		return code(string(s.Default.Raw))
	}
	return code(compact.String())
}

// limits of a field, and of its items if it's a list.
func (p printer) limits(s apiextensionsv1.JSONSchemaProps) []string {
	ls := p.values(s)
	ls = append(ls, p.lengths(s)...)
	for _, r := range s.XValidations {
		ls = append(ls, cell(p.translation.message(r.Message)))
	}
	if i := item(s); i != nil {
		for _, l := range p.limits(*i) {
			ls = append(ls, p.each+l)
		}
	}
	return ls
}

// values that a field may have.
func (p printer) values(s apiextensionsv1.JSONSchemaProps) []string {
	var ls []string
	if len(s.Enum) > 0 {
		vs := make([]string, 0, len(s.Enum))
		for _, v := range s.Enum {
			vs = append(vs, code(strings.Trim(string(v.Raw), `"`)))
		}
		ls = append(ls, p.oneOf+strings.Join(vs, ", "))
	}
	if s.Pattern != "" {
		ls = append(ls, code(s.Pattern))
	}
	if s.Minimum != nil {
		ls = append(ls, p.atLeast+strconv.FormatFloat(*s.Minimum, 'f', -1, 64))
	}
	if s.Maximum != nil {
		ls = append(ls, p.atMost+strconv.FormatFloat(*s.Maximum, 'f', -1, 64))
	}
	return ls
}

// lengths that a field may have.
func (p printer) lengths(s apiextensionsv1.JSONSchemaProps) []string {
	var ls []string
	for _, l := range []struct {
		limit      *int64
		bound, per string
	}{
		{s.MinLength, p.atLeast, p.characters},
		{s.MaxLength, p.atMost, p.characters},
		{s.MinItems, p.atLeast, p.items},
		{s.MaxItems, p.atMost, p.items},
		{s.MinProperties, p.atLeast, p.entries},
		{s.MaxProperties, p.atMost, p.entries},
	} {
		if l.limit != nil {
			ls = append(ls, fmt.Sprintf("%s%d %s", l.bound, *l.limit, l.per))
		}
	}
	return ls
}

// urlPattern matches a URL, without the punctuation that ends a sentence.
var urlPattern = regexp.MustCompile(`https://[^\s)]*[^\s).,;:]`)

// describe the field of a path in one line, with URLs as links.
func (p printer) describe(path string, s apiextensionsv1.JSONSchemaProps) string {
	text := p.translation.field(path, strings.Join(strings.Fields(s.Description), " "))
	var b strings.Builder
	last := 0
	for _, at := range urlPattern.FindAllStringIndex(text, -1) {
		url := text[at[0]:at[1]]
		host, _, _ := strings.Cut(strings.TrimPrefix(url, "https://"), "/")
		fmt.Fprintf(&b, "%s[%s](%s)", cell(text[last:at[0]]), host, url)
		last = at[1]
	}
	b.WriteString(cell(text[last:]))
	return b.String()
}

// code in a cell of a table.
func code(s string) string { return "`" + strings.ReplaceAll(s, "|", `\|`) + "`" }

// cell of a table: a bar would end it, and angle brackets start HTML.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`).Replace(s)
}
