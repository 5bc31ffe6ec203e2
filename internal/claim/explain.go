package claim

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/fieldpath"
)

// explained are the schema's errors of an object for people who write claims: without a
// repeated path, and with a description of the field, the field that was meant, or what to
// put in quotes.
func explained(obj map[string]any, errs field.ErrorList) field.ErrorList {
	out := make(field.ErrorList, 0, len(errs))
	for _, err := range errs {
		if alternative(err, out) {
			continue
		}
		e := *err
		e.Detail = strings.TrimPrefix(e.Detail, e.Field+" in body ")
		d := describe(e.Field)
		switch {
		case mistyped(&e):
			e.Detail, e.BadValue = requiredType(obj, e, d.pattern), field.OmitValueType{}
		case e.Detail == "unknown field":
			e.Detail += meant(d.rest, d.fields)
		case strings.HasPrefix(e.Detail, "should match ") && d.is != "":
			e.Detail += " (" + d.is + ")"
		}
		out = append(out, &e)
	}
	return out
}

// alternative reports whether an error is about one of several types that a field may have.
// The first of them is enough.
func alternative(err *field.Error, out field.ErrorList) bool {
	if strings.HasSuffix(err.Detail, "(anyOf)") {
		return true
	}
	last := len(out) - 1
	return last >= 0 && mistyped(err) && mistyped(out[last]) && err.Field == out[last].Field
}

// requiredType of a value, the type that it has, and what to do about it.
func requiredType(obj map[string]any, e field.Error, pattern string) string {
	required, actual, _ := strings.Cut(e.Detail, ": ")
	detail := required + ", not " + strings.Trim(actual, `"`)
	if required != "must be of type string" {
		return detail
	}
	v, _ := fieldpath.Value(obj, e.Field)
	return detail + quote(v, pattern)
}

func mistyped(err *field.Error) bool { return err.Type == field.ErrorTypeTypeInvalid }

// A description of a field, or of its nearest parent in the schema.
type description struct {
	is, pattern string
	fields      []string

	// rest of the path, which the schema doesn't have.
	rest string
}

// describe the field at a path.
func describe(path string) description {
	s, err := properties()
	if err != nil {
		return description{}
	}
	d := description{rest: path}
	for {
		next, rest, ok := child(s, d.rest)
		if !ok {
			break
		}
		s, d.rest = next, rest
		if s.Description != "" {
			d.is = sentence(s)
		}
	}
	d.fields, d.pattern = slices.Sorted(maps.Keys(s.Properties)), s.Pattern
	return d
}

// child of a schema with which a path continues, and the rest of the path.
func child(s *apiextensionsv1.JSONSchemaProps, path string) (*apiextensionsv1.JSONSchemaProps, string, bool) {
	if key, rest, ok := fieldpath.Key(path, maps.Keys(s.Properties)); ok {
		return new(s.Properties[key]), rest, true
	}
	if _, rest, ok := fieldpath.Index(path); ok && s.Items != nil {
		return s.Items.Schema, rest, s.Items.Schema != nil
	}
	if a := s.AdditionalProperties; a != nil && a.Schema != nil && path != "" {
		return a.Schema, "", true // A value of a map, whose key may be anything.
	}
	return nil, path, false
}

// sentence at the start of a description.
func sentence(s *apiextensionsv1.JSONSchemaProps) string {
	first, _, _ := strings.Cut(strings.Join(strings.Fields(s.Description), " "), ". ")
	return strings.TrimSuffix(first, ".")
}

// quote is the advice to quote a value that YAML reads as a number or a boolean, but that is
// a string. YAML drops the last zero of 1.30, and may have changed other values, too: what
// doesn't match the pattern of the field isn't repeated.
func quote(v any, pattern string) string {
	if _, ok := v.(bool); ok {
		return ": quote it" // It may have been yes or on.
	}
	f, ok := v.(float64)
	if !ok {
		return ""
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	for _, t := range []string{text, text + "0"} {
		if is, err := regexp.MatchString(pattern, t); err == nil && is && (t == text || strings.Contains(text, ".")) {
			return `: quote it: "` + t + `"`
		}
	}
	return ": quote it"
}

// meant is the advice on a field that doesn't exist: the field that was probably meant, if
// there is one, and all that exist, the nearest first.
func meant(name string, fields []string) string {
	name = strings.Trim(name, ".[]")
	fields = Nearest(name, fields)
	switch {
	case len(fields) == 0:
		return ": leave it out"
	case Similar(name, fields[0]):
		return `: did you mean "` + fields[0] + `"? (fields: ` + strings.Join(fields, ", ") + ")"
	default:
		return ": use one of " + strings.Join(fields, ", ")
	}
}

// Nearest names to one that doesn't exist first: those with the smallest edit distance.
func Nearest(name string, names []string) []string {
	distances := make(map[string]int, len(names))
	for _, n := range names {
		distances[n] = distance(name, n)
	}
	return slices.SortedFunc(slices.Values(names), func(a, b string) int {
		return cmp.Or(cmp.Compare(distances[a], distances[b]), strings.Compare(a, b))
	})
}

// Similar reports whether a name may be another one with a few wrong letters.
func Similar(name, other string) bool {
	const lettersPerTypo = 3
	return distance(name, other) <= (len(name)+lettersPerTypo-1)/lettersPerTypo
}

// distance of two names in edits, whatever the case of their letters. A name that is far
// longer than any field, whose distance would take long to compute, is as far from all.
func distance(a, b string) int {
	const longest = 100
	if len(a) > longest {
		return len(a)
	}
	return levenshtein.Distance(strings.ToLower(a), strings.ToLower(b), nil)
}
