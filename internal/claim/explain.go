package claim

import (
	"maps"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// explained are the schema's errors for people who write claims: without a repeated path,
// and with a description of the field, or the list of valid fields.
func explained(errs field.ErrorList) field.ErrorList {
	out := make(field.ErrorList, 0, len(errs))
	for _, err := range errs {
		e := *err
		e.Detail = strings.TrimPrefix(e.Detail, e.Field+" in body ")
		is, fields := describe(e.Field)
		switch {
		case e.Type == field.ErrorTypeTypeInvalid:
			detail, actual, _ := strings.Cut(e.Detail, ": ")
			e.Detail = detail + ", not " + strings.Trim(actual, `"`)
			e.BadValue = field.OmitValueType{}
		case e.Detail == "unknown field" && len(fields) > 0:
			e.Detail += ": use one of " + strings.Join(fields, ", ")
		case strings.HasPrefix(e.Detail, "should match ") && is != "":
			e.Detail += " (" + is + ")"
		}
		out = append(out, &e)
	}
	return out
}

// describe a field of the schema by its path: its description and its fields, or those of
// its nearest parent in the schema.
func describe(path string) (string, []string) {
	s, err := properties()
	if err != nil {
		return "", nil
	}
	is := ""
	for name := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '.' || r == '[' }) {
		next, ok := s.Properties[name]
		if strings.HasSuffix(name, "]") && s.Items != nil && s.Items.Schema != nil {
			next, ok = *s.Items.Schema, true
		}
		if !ok {
			break
		}
		s = &next
		if s.Description != "" {
			is = sentence(s)
		}
	}
	return is, slices.Sorted(maps.Keys(s.Properties))
}

// sentence at the start of a description.
func sentence(s *apiextensionsv1.JSONSchemaProps) string {
	first, _, _ := strings.Cut(strings.Join(strings.Fields(s.Description), " "), ". ")
	return strings.TrimSuffix(first, ".")
}
