package compose

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/complaint"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// The condition on values that are requested and that resources don't get, and its reasons.
const (
	ConditionChangeBlocked     = "ChangeBlocked"
	ReasonNeedsAcknowledgement = "NeedsAcknowledgement"
	ReasonCannotChange         = "CannotChange"
	ReasonReplacing            = "Replacing"
	ReasonNothingBlocked       = "NothingBlocked"

	// acknowledgedChanges is the field of the spec that lists tokens.
	acknowledgedChanges = "spec.acknowledgedChanges"

	// changeLimit is how much of a value a message has, in characters.
	changeLimit = 80
)

// ChangeBlocked reports which changes are blocked, why, and how to make them all the
// same. More are blocked changes that the domains report.
func (a *Assembly) ChangeBlocked(more []string) object.Condition {
	by := make(map[string][]string)
	unused := slices.Clone(a.in.Acknowledged)
	for d := range a.Decisions() {
		unused = slices.DeleteFunc(unused, func(t string) bool { return t == d.Token })
		if len(d.Changes) > 0 {
			reason, message := d.blockedChange()
			by[reason] = append(by[reason], message)
		}
		if len(d.Drift) > 0 {
			by[ReasonCannotChange] = append(by[ReasonCannotChange], d.drifted())
		}
	}
	by[ReasonCannotChange] = append(by[ReasonCannotChange], more...)
	c := object.Condition{Type: ConditionChangeBlocked, Status: metav1.ConditionFalse, Reason: ReasonNothingBlocked}
	var messages []string
	for _, reason := range []string{ReasonReplacing, ReasonCannotChange, ReasonNeedsAcknowledgement} {
		if len(by[reason]) > 0 {
			c.Reason = reason
			messages = slices.Concat(by[reason], messages)
		}
	}
	if c.Reason == ReasonCannotChange || c.Reason == ReasonNeedsAcknowledgement {
		c.Status = metav1.ConditionTrue
	}
	if more := len(messages) - few; more > 0 {
		messages = append(messages[:few], fmt.Sprintf("%d more changes are blocked", more))
	}
	if len(unused) > 0 {
		messages = append(messages, fmt.Sprintf("%s acknowledges no blocked change: remove it from %s", someOf(unused), acknowledgedChanges))
	}
	c.Message = strings.Join(messages, "; ")
	return c
}

// blockedChange of a resource: why, and what to do.
func (d Decision) blockedChange() (reason, message string) {
	switch {
	case d.Replacing:
		return ReasonReplacing, fmt.Sprintf("%s is being replaced, as acknowledged by %s", d.Key, d.Token)
	case d.Pending != "":
		return ReasonNeedsAcknowledgement, fmt.Sprintf("%s. Its replacement is acknowledged by %s, and waits because a deletion of %s is pending: see %s", d.retains(), d.Token, d.Pending, ConditionDeletionPending)
	case d.Token != "":
		return ReasonNeedsAcknowledgement, fmt.Sprintf("%s, which cannot change in place: %s. To replace it, add %s to %s", d.retains(), d.Replacement, d.Token, acknowledgedChanges)
	default:
		return ReasonCannotChange, d.retains() + ", which cannot change while the platform exists: create a new SeafarerCluster, or request what it retains"
	}
}

// retains are the values that a resource retains, and those that are requested instead.
func (d Decision) retains() string {
	return fmt.Sprintf("%s retains %s", d.Key, formatChanges(d.Changes, "%s %s instead of %s"))
}

// drifted are the values that AWS reports, though others are requested as before.
func (d Decision) drifted() string {
	return fmt.Sprintf("%s was changed outside the claim, and cannot change back in place: %s. Undo that in AWS", d.Key, formatChanges(d.Drift, "AWS reports %s %s, the claim requests %s"))
}

// formatChanges in one line, each by its field, and by what it's changed from and to.
func formatChanges(cs []object.Change, format string) string {
	all := make([]string, 0, len(cs))
	for _, c := range cs {
		field := strings.TrimPrefix(strings.TrimPrefix(c.Field, "spec.forProvider."), "metadata.annotations.")
		all = append(all, fmt.Sprintf(format, field, complaint.Shorten(object.Format(c.From), changeLimit), complaint.Shorten(object.Format(c.To), changeLimit)))
	}
	return strings.Join(all, " and ")
}
