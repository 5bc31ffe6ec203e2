package claim

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// A Warning is about a value that is valid, but probably wrong. It changes nothing.
type Warning struct {
	// Field is the path of the value.
	Field string

	// Detail is what is probably wrong, and what to set.
	Detail string

	// name that isn't among those known, if that is what is wrong. A similar one is looked
	// for only when the warning is written: a claim may have thousands.
	name  string
	known []string
}

// Warn of the value of a field.
func Warn(p *field.Path, format string, args ...any) Warning {
	return Warning{Field: p.String(), Detail: fmt.Sprintf(format, args...)}
}

// String has the path and the detail in one line.
func (w Warning) String() string { return Message(w.Field + ": " + w.Detail + w.hint()) }

// hint at what is probably meant by an unknown name.
func (w Warning) hint() string {
	if w.name == "" {
		return ""
	}
	if nearest := Nearest(w.name, w.known)[0]; Similar(w.name, nearest) {
		return fmt.Sprintf(": did you mean %q?", nearest)
	}
	return ": check its spelling"
}

// WarnUnknown of a name that isn't among those known, which may be incomplete. The noun is
// what it's the name of.
func WarnUnknown(p *field.Path, noun, name string, known []string) Warning {
	w := Warn(p, "unknown %s %q", noun, name)
	w.name, w.known = name, known
	return w
}

// FormatWarnings in one line, without more than fit into a condition.
func FormatWarnings(ws []Warning) string {
	const few = 20
	ms := make([]string, 0, len(ws))
	for _, w := range ws[:min(few, len(ws))] {
		ms = append(ms, w.String())
	}
	if more := len(ws) - few; more > 0 {
		ms = append(ms, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(ms, "; ")
}
