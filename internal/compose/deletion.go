package compose

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// Conditions on the platform's deletion, and their reasons.
const (
	ConditionTeardownSafe = "TeardownSafe"
	ReasonProtected       = "Protected"
	ReasonUnprotected     = "Unprotected"

	ConditionDeletionPending = "DeletionPending"
	ReasonDeletionStored     = "DeletionStored"
	ReasonNoDeletionStored   = "NoDeletionStored"
)

// TeardownSafe reports whether the platform can be deleted in order now.
func (a *Assembly) TeardownSafe() object.Condition {
	if us := a.unprotected(); len(us) > 0 {
		return object.Condition{Type: ConditionTeardownSafe, Status: metav1.ConditionFalse, Reason: ReasonUnprotected, Message: "not in force yet: " + someOf(us)}
	}
	return object.Condition{Type: ConditionTeardownSafe, Status: metav1.ConditionTrue, Reason: ReasonProtected}
}

// annotationDeletionAttempt is where Crossplane records that it denied the deletion of an
// object.
const annotationDeletionAttempt = "usage.crossplane.io/deletion-attempt-with-policy"

// DeletionPending reports whether the denied deletion of a described resource is pending
// until its Usages are deleted.
func (a *Assembly) DeletionPending() object.Condition {
	var pending []string
	for _, p := range a.Parts {
		for _, d := range p.Decisions {
			if o := a.in.Composed[d.Key]; o.Annotation(annotationDeletionAttempt) != "" {
				pending = append(pending, fmt.Sprintf("%s (%s)", d.Key, cancelCommand(o)))
			}
		}
	}
	if len(pending) == 0 {
		return object.Condition{Type: ConditionDeletionPending, Status: metav1.ConditionFalse, Reason: ReasonNoDeletionStored}
	}
	return object.Condition{
		Type: ConditionDeletionPending, Status: metav1.ConditionTrue, Reason: ReasonDeletionStored,
		Message: "Crossplane denied a deletion, and carries it out once the last Usage is deleted. To cancel it, run: " + strings.Join(pending, ", "),
	}
}

// cancelCommand removes the record of a denied deletion.
func cancelCommand(o object.Object) string {
	return fmt.Sprintf("kubectl annotate --namespace=%s %s.%s/%s %s-",
		o.String("metadata.namespace"), strings.ToLower(o.String("kind")), o.Group(), o.Name(), annotationDeletionAttempt)
}
