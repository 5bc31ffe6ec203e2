package compose

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The condition that tells what the spec asks for and doesn't get, and its
// reasons.
const (
	ConditionChangeHeld        = "ChangeHeld"
	ReasonNeedsAcknowledgement = "NeedsAcknowledgement"
	ReasonCannotChange         = "CannotChange"
	ReasonReplacing            = "Replacing"
	ReasonNothingHeld          = "NothingHeld"

	// acknowledgedChanges is the field of the spec that holds tokens.
	acknowledgedChanges = "spec.acknowledgedChanges"

	// changeLimit is how much is said of a value, in characters.
	changeLimit = 80
)

// replace what is acknowledged to be replaced: its Usages go first, because nobody
// describes them. Once they are gone it's no longer desired, so that Crossplane
// deletes it. Then it doesn't exist any more, and is desired as it's described.
//
// It waits while the deletion of something that it uses is stored: Kubernetes
// deletes a Usage along with what it's by, and then Crossplane carries out what
// was denied before.
func (a *Assembly) replace(parts []Part, g Given) {
	armed, protected := armedUses(parts, g.Observed), guardedKeys(g.Observed)
	for _, p := range a.Parts {
		for i, s := range p.States {
			if s.Token != "" && slices.Contains(g.Acknowledged, s.Token) {
				p.States[i] = s.replaced(armed[s.Key], protected[s.Key])
			}
		}
	}
}

// replaced is the state of a resource that's acknowledged to be replaced.
func (s State) replaced(armed Key, protected bool) State {
	if s.Armed = armed; armed != "" {
		return s
	}
	s.Replacing, s.Ready, s.Works, s.Why = true, false, false, "it's being replaced"
	if !protected {
		s.Desired, s.WaitsFor = nil, []string{"what it replaces to be gone"}
	}
	return s
}

// armedUses are what resources use and whose deletion is stored, by the resource
// that uses it.
func armedUses(parts []Part, o Observed) map[Key]Key {
	armed := make(map[Key]Key)
	for _, e := range uses(parts) {
		if o[e.To].Annotation(annotationDeletionAttempt) != "" {
			armed[e.From] = e.To
		}
	}
	return armed
}

// ChangeHeld tells which changes are held, why, and how to have them nevertheless.
// More is what is held by whoever describes resources.
func (a *Assembly) ChangeHeld(more []string) Condition {
	by := make(map[string][]string)
	unused := slices.Clone(a.acknowledged)
	for s := range a.States() {
		unused = slices.DeleteFunc(unused, func(t string) bool { return t == s.Token })
		if len(s.Changes) > 0 {
			reason, message := s.held()
			by[reason] = append(by[reason], message)
		}
	}
	by[ReasonCannotChange] = append(by[ReasonCannotChange], more...)
	c := Condition{Type: ConditionChangeHeld, Status: metav1.ConditionFalse, Reason: ReasonNothingHeld}
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
		messages = append(messages[:few], fmt.Sprintf("%d more are held", more))
	}
	if len(unused) > 0 {
		messages = append(messages, fmt.Sprintf("nothing that's held is acknowledged by %s: take it out of %s", someOf(unused), acknowledgedChanges))
	}
	c.Message = strings.Join(messages, "; ")
	return c
}

// held tells why a resource isn't changed, and what to do about it.
func (s State) held() (reason, message string) {
	switch {
	case s.Replacing:
		return ReasonReplacing, fmt.Sprintf("%s is being replaced, as acknowledged by %s", s.Key, s.Token)
	case s.Armed != "":
		return ReasonNeedsAcknowledgement, fmt.Sprintf("%s is acknowledged by %s, and waits because a deletion of %s is stored: see DeletionArmed", s.keeps(), s.Token, s.Armed)
	case s.Token != "":
		return ReasonNeedsAcknowledgement, fmt.Sprintf("%s, which cannot change in place: %s. To have it replaced, add %s to %s", s.keeps(), s.Fixity.Replacing, s.Token, acknowledgedChanges)
	default:
		return ReasonCannotChange, s.keeps() + ", which cannot change while the platform exists: make a new SeafarerCluster for that, or take the change back"
	}
}

// keeps tells what a resource keeps, and instead of what.
func (s State) keeps() string {
	all := make([]string, 0, len(s.Changes))
	for _, c := range s.Changes {
		field := strings.TrimPrefix(strings.TrimPrefix(c.Field, "spec.forProvider."), "metadata.annotations.")
		all = append(all, fmt.Sprintf("%s %s instead of %s", field, shorten(told(c.From), changeLimit), shorten(told(c.To), changeLimit)))
	}
	return fmt.Sprintf("%s keeps %s", s.Key, strings.Join(all, " and "))
}
