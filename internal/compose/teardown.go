package compose

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Conditions that tell how the platform would end, and their reasons.
const (
	ConditionTeardownSafe = "TeardownSafe"
	ReasonProtected       = "Protected"
	ReasonUnprotected     = "Unprotected"

	ConditionDeletionArmed = "DeletionArmed"
	ReasonDeletionStored   = "DeletionStored"
	ReasonNoDeletionStored = "NoDeletionStored"
)

// TeardownSafe tells whether the platform can be deleted in order now.
func (a *Assembly) TeardownSafe() Condition {
	if us := a.unprotected(); len(us) > 0 {
		return Condition{Type: ConditionTeardownSafe, Status: metav1.ConditionFalse, Reason: ReasonUnprotected, Message: "not in force yet: " + someOf(us)}
	}
	return Condition{Type: ConditionTeardownSafe, Status: metav1.ConditionTrue, Reason: ReasonProtected}
}

// annotationDeletionAttempt is where Crossplane keeps in mind that it denied the
// deletion of a resource.
const annotationDeletionAttempt = "usage.crossplane.io/deletion-attempt-with-policy"

// DeletionArmed tells whether the deletion of something that's described waits
// for its Usages to go.
func (a *Assembly) DeletionArmed() Condition {
	var armed []string
	for _, p := range a.Parts {
		for _, s := range p.States {
			if e := a.observed[s.Key]; e.Annotation(annotationDeletionAttempt) != "" {
				armed = append(armed, fmt.Sprintf("%s (%s)", s.Key, disarm(e)))
			}
		}
	}
	if len(armed) == 0 {
		return Condition{Type: ConditionDeletionArmed, Status: metav1.ConditionFalse, Reason: ReasonNoDeletionStored}
	}
	return Condition{
		Type: ConditionDeletionArmed, Status: metav1.ConditionTrue, Reason: ReasonDeletionStored,
		Message: "a deletion was denied, and is carried out once no Usage denies it any longer, unless you make Crossplane forget it: " + strings.Join(armed, ", "),
	}
}

// disarm is the command that makes Crossplane forget a deletion.
func disarm(e Existing) string {
	group, _, _ := strings.Cut(e.String("apiVersion"), "/")
	return fmt.Sprintf("kubectl annotate --namespace=%s %s.%s/%s %s-",
		e.String("metadata.namespace"), strings.ToLower(e.String("kind")), group, e.Name(), annotationDeletionAttempt)
}
