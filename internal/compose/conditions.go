package compose

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/response"
)

// Reasons of the conditions that tell a part's state.
const (
	ReasonAvailable    = "Available"
	ReasonFailing      = "Failing"
	ReasonCreating     = "Creating"
	ReasonWaiting      = "Waiting"
	ReasonNotRequested = "NotRequested"
)

// Tell conditions to the composite resource and its claim. One that changes its
// status is worth an event, too: once, because the next pass observes it as it's
// told now.
func Tell(rsp *fnv1.RunFunctionResponse, xr Existing, cs ...Condition) {
	for _, c := range cs {
		add(rsp, c)
		if was := xr.Condition(c.Type).Status; was != "" && was != c.Status {
			response.Normal(rsp, shorten(strings.TrimSuffix(c.Type+" is "+string(c.Status)+": "+c.Message, ": "), eventLimit)).
				WithReason(c.Reason).TargetCompositeAndClaim()
		}
	}
}

// Retell the conditions of some types as they are observed. Crossplane turns those
// to Unknown that a function doesn't tell along with a Fatal result.
func Retell(rsp *fnv1.RunFunctionResponse, xr Existing, types ...string) {
	for _, t := range types {
		told := slices.ContainsFunc(rsp.GetConditions(), func(c *fnv1.Condition) bool { return c.GetType() == t })
		if c := xr.Condition(t); c.Status != "" && !told {
			add(rsp, c)
		}
	}
}

func add(rsp *fnv1.RunFunctionResponse, c Condition) {
	f := &fnv1.Condition{Type: c.Type, Reason: c.Reason, Target: fnv1.Target_TARGET_COMPOSITE_AND_CLAIM.Enum()}
	switch c.Status {
	case metav1.ConditionTrue:
		f.Status = fnv1.Status_STATUS_CONDITION_TRUE
	case metav1.ConditionFalse:
		f.Status = fnv1.Status_STATUS_CONDITION_FALSE
	case metav1.ConditionUnknown:
		f.Status = fnv1.Status_STATUS_CONDITION_UNKNOWN
	}
	if c.Message != "" {
		f.Message = new(c.Message)
	}
	rsp.Conditions = append(rsp.Conditions, f)
}

// Conditions of the parts, given the composite resource as it's observed.
//
// A part that nobody asks for has none. If it once had one it keeps it, because a
// function cannot take a condition away, and what it said last may not be true.
func (a *Assembly) Conditions(xr Existing) []Condition {
	cs := make([]Condition, 0, len(a.Parts))
	for _, p := range a.Parts {
		switch c := p.condition(); {
		case len(p.States) > 0:
			cs = append(cs, c)
		case xr.Condition(c.Type).Status != "":
			cs = append(cs, Condition{Type: c.Type, Status: metav1.ConditionTrue, Reason: ReasonNotRequested})
		}
	}
	return cs
}

// condition that tells a part's state. The message depends on nothing but that
// state, so that it stays as it is for as long as the state does.
func (p PartState) condition() Condition {
	c := Condition{Type: p.ConditionType(), Status: metav1.ConditionFalse}
	switch l := p.lacks(); {
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

// lacking is what a part lacks to be ready.
type lacking struct {
	// failing resources are those that a provider complains about.
	failing []State

	// unready resources are on their way, as far as anybody knows.
	unready []string

	// waiting resources by what they wait for, and that in order.
	waiting map[string][]string
	causes  []string
}

func (p PartState) lacks() lacking {
	l := lacking{waiting: make(map[string][]string)}
	for _, s := range p.States {
		switch cause := s.waitsFor(); {
		case s.Ready:
		case cause != "":
			if l.waiting[cause] == nil {
				l.causes = append(l.causes, cause)
			}
			l.waiting[cause] = append(l.waiting[cause], string(s.Key))
		case s.Complains():
			l.failing = append(l.failing, s)
		default:
			l.unready = append(l.unready, string(s.Key))
		}
	}
	return l
}

// waitsFor tells what a resource that isn't ready waits for, if its provider has
// nothing to say that matters more.
func (s State) waitsFor() string {
	if s.Desired != nil && s.Complains() {
		return ""
	}
	if len(s.WaitsFor) > 0 {
		return strings.Join(s.WaitsFor, " and ")
	}
	return string(s.BlockedBy)
}

// Complains tells whether a provider complains about a resource, rather than that
// it cannot do anything yet.
func (s State) Complains() bool {
	return s.Why != "" && s.BlockedBy == "" && !strings.Contains(s.Why, errAbsent) && !strings.HasPrefix(s.Why, errReferences)
}

// Complaint of a provider about one of some resources: the first there is, quoted.
func (a *Assembly) Complaint(of ...Key) string {
	for _, p := range a.Parts {
		for _, s := range p.States {
			if slices.Contains(of, s.Key) && s.Complains() {
				return string(s.Key) + ": " + quote(s.Why)
			}
		}
	}
	return ""
}

// What providers say of resources that are only on their way.
const (
	// errAbsent is said of a resource that is observed before it's created.
	errAbsent = "external resource does not exist"

	// errReferences is said of a resource that refers to what isn't there yet, or
	// has only just come.
	errReferences = "cannot resolve references"
)

// few is how many of anything a message has, before it says how many more.
const few = 3

// String says what is lacking in one line: complaints first, because nothing gets
// ready while there are any, and what waits last, because it may wait for those.
func (l lacking) String() string {
	var parts []string
	for _, s := range l.failing[:min(few, len(l.failing))] {
		parts = append(parts, string(s.Key)+": "+quote(s.Why))
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
