package main

import (
	_ "embed"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"
)

// frenchYAML is the only file to edit when a description changes.
//
//go:embed french.yaml
var frenchYAML []byte

// A translation of the texts of schemas. It records what is missing while documents are
// printed.
type translation struct {
	// Fields by their path, such as spec.network.cidr.
	Fields map[string]text `json:"fields"`

	// Messages of validation rules, by the English text.
	Messages map[string]string `json:"messages"`

	problems []string
	used     map[string]bool
}

// A text and its source. A translation is outdated when the source has changed.
type text struct {
	English string `json:"en"`
	French  string `json:"fr"`
}

func loadTranslation() (*translation, error) {
	t := &translation{used: make(map[string]bool)}
	return t, errors.Wrap(yaml.UnmarshalStrict(frenchYAML, t), "cannot parse french.yaml")
}

// field is the description of the field of a path. The English text is returned if
// there's no translation at all.
func (t *translation) field(path, source string) string {
	if t == nil {
		return source
	}
	t.used[path] = true
	f, ok := t.Fields[path]
	switch {
	case !ok || f.French == "":
		t.problems = append(t.problems, path+": not translated")
	case f.English != source:
		t.problems = append(t.problems, path+": the English text has changed to: "+source)
	}
	return f.French
}

// message of a validation rule.
func (t *translation) message(source string) string {
	if t == nil {
		return source
	}
	t.used[source] = true
	m := t.Messages[source]
	if m == "" {
		t.problems = append(t.problems, "message not translated: "+source)
	}
	return m
}

// check reports texts without a current translation, and translations without a text.
func (t *translation) check() error {
	problems := slices.Clone(t.problems)
	for path := range t.Fields {
		if !t.used[path] {
			problems = append(problems, path+": no such field")
		}
	}
	for m := range t.Messages {
		if !t.used[m] {
			problems = append(problems, "no such message: "+m)
		}
	}
	if len(problems) == 0 {
		return nil
	}
	slices.Sort(problems)
	return errors.Errorf("internal/generate/reference/french.yaml: update these texts:\n%s", strings.Join(slices.Compact(problems), "\n"))
}
