package compose

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/complaint"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// Reasons of the conditions on a part's state.
const (
	ReasonAvailable    = "Available"
	ReasonFailing      = "Failing"
	ReasonCreating     = "Creating"
	ReasonWaiting      = "Waiting"
	ReasonNotRequested = "NotRequested"
)

// Conditions of the parts, given the composite resource as it's observed.
//
// A part that isn't requested has no condition. If it had one, it's set to NotRequested,
// because a function cannot remove a condition and its last value may be false.
func (a *Assembly) Conditions(xr object.Object) []object.Condition {
	cs := make([]object.Condition, 0, len(a.Parts))
	for _, p := range a.Parts {
		switch c := p.condition(); {
		case len(p.Decisions) > 0:
			cs = append(cs, c)
		case xr.Condition(c.Type).Status != "":
			cs = append(cs, object.Condition{Type: c.Type, Status: metav1.ConditionTrue, Reason: ReasonNotRequested})
		}
	}
	return cs
}

// condition on a part's state. The message depends on that state alone, so that it
// stays the same while the state does.
func (p PartDecision) condition() object.Condition {
	c := object.Condition{Type: p.ConditionType(), Status: metav1.ConditionFalse}
	switch l := p.missing(); {
	case len(l.failing) > 0:
		c.Reason, c.Message = ReasonFailing, l.String()
	case len(l.unready) > 0:
		c.Reason, c.Message = ReasonCreating, l.String()
	case len(l.waiting) > 0:
		c.Reason, c.Message = ReasonWaiting, l.String()
	default:
		c.Status, c.Reason = metav1.ConditionTrue, ReasonAvailable
	}
	return c
}

// missing is what a part needs to be ready.
type missing struct {
	// failing resources are those for which a provider reports an error.
	failing []Decision

	// unready resources are being created, or their state isn't reported.
	unready []string

	// waiting resources by what they wait for, and those causes in order.
	waiting map[string][]string
	causes  []string
}

func (p PartDecision) missing() missing {
	l := missing{waiting: make(map[string][]string)}
	for _, s := range p.Decisions {
		switch cause := s.waitsFor(); {
		case s.Ready:
		case cause != "":
			if l.waiting[cause] == nil {
				l.causes = append(l.causes, cause)
			}
			l.waiting[cause] = append(l.waiting[cause], string(s.Key))
		case s.Fails():
			l.failing = append(l.failing, s)
		default:
			l.unready = append(l.unready, string(s.Key))
		}
	}
	return l
}

// waitsFor is what a resource that isn't ready waits for, unless its provider reports an
// error, which matters more.
func (s Decision) waitsFor() string {
	if s.Desired != nil && s.Fails() {
		return ""
	}
	if len(s.WaitsFor) > 0 {
		return strings.Join(s.WaitsFor, " and ")
	}
	return string(s.BlockedBy)
}

// Fails reports whether a provider reports an error of the resource, rather than that it
// cannot act yet.
func (s Decision) Fails() bool {
	return s.Why != "" && s.BlockedBy == "" && !strings.Contains(s.Why, object.ErrAbsent) && !strings.HasPrefix(s.Why, errReferences)
}

// Complaint of a provider about the first of some resources that fails, summarized.
func (a *Assembly) Complaint(of ...key.Key) string {
	for _, p := range a.Parts {
		for _, s := range p.Decisions {
			if slices.Contains(of, s.Key) && s.Fails() {
				return string(s.Key) + ": " + complaint.Summarize(s.Why)
			}
		}
	}
	return ""
}

// Errors that providers report of resources that are being created.
const (
	// errReferences is reported of a resource that refers to one that doesn't exist yet,
	// or was just created.
	errReferences = "cannot resolve references"
)

// few is how many items a message lists before it counts the rest.
const few = 3

// String is what is missing in one line: errors first, because nothing gets ready while
// there are any, and what waits last, because it may wait for those.
func (l missing) String() string {
	var parts []string
	for _, s := range l.failing[:min(few, len(l.failing))] {
		parts = append(parts, string(s.Key)+": "+complaint.Summarize(s.Why))
	}
	if more := len(l.failing) - few; more > 0 {
		parts = append(parts, fmt.Sprintf("%d more fail", more))
	}
	if len(l.unready) > 0 {
		parts = append(parts, "not ready yet: "+someOf(l.unready))
	}
	for _, cause := range l.causes[:min(few, len(l.causes))] {
		ks := l.waiting[cause]
		parts = append(parts, someOf(ks)+number(ks, " waits for ", " wait for ")+cause)
	}
	if more := len(l.causes) - few; more > 0 {
		parts = append(parts, fmt.Sprintf("others wait for %d more reasons", more))
	}
	return strings.Join(parts, "; ")
}

// number of a verb: one name or many do something.
func number(names []string, one, many string) string {
	if len(names) == 1 {
		return one
	}
	return many
}

// someOf many names: the first few, and how many more.
func someOf(names []string) string {
	const few = 5
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}

// Next is the first part that isn't ready, by name, and what it waits for: its resources
// that are being created or fail, or else what they wait for.
func (a *Assembly) Next() (part, waitsFor string) {
	for _, p := range a.Parts {
		m := p.missing()
		names := make([]string, 0, len(m.failing)+len(m.unready))
		for _, d := range m.failing {
			names = append(names, string(d.Key))
		}
		names = append(names, m.unready...)
		switch {
		case len(names) > 0:
			return p.Name, someOf(names)
		case len(m.causes) > 0:
			return p.Name, strings.Join(m.causes[:min(few, len(m.causes))], "; ")
		}
	}
	return "", ""
}
