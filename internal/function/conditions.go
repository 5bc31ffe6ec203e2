package function

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/upgrade"
)

// The condition on whether the claim can be composed as it is, and its reasons.
const (
	ConditionValid   = "Valid"
	ReasonValid      = "Valid"
	ReasonInvalid    = "InvalidSpec"
	ReasonImpossible = "CannotCompute"
)

// ConditionTypes are all that a response may set, in order. Crossplane turns a condition that
// isn't listed here to Unknown when a claim becomes invalid.
func ConditionTypes() []string {
	types := []string{ConditionValid}
	for _, d := range domains {
		types = append(types, compose.Part{Name: d.part}.ConditionType())
	}
	return append(append(types, compose.ConditionTeardownSafe), Quiet()...)
}

// Quiet conditions are False while there's nothing to report.
func Quiet() []string {
	return []string{compose.ConditionDeletionPending, compose.ConditionChangeBlocked, upgrade.ConditionUpgrading, upgrade.ConditionUpgradeBlocked}
}

// Remarkable conditions are quiet ones that report something.
func Remarkable(c *fnv1.Condition) bool {
	return slices.Contains(Quiet(), c.GetType()) && c.GetStatus() == fnv1.Status_STATUS_CONDITION_TRUE
}

// conditions of a response, given the composite resource as observed. A condition that is
// added here belongs into ConditionTypes as well.
func (r Result) conditions(xr object.Object) []object.Condition {
	cs := []object.Condition{{Type: ConditionValid, Status: metav1.ConditionTrue, Reason: ReasonValid}}
	cs = append(cs, r.Assembly.Conditions(xr)...)
	cs = append(cs, r.Assembly.TeardownSafe(), r.Assembly.DeletionPending(), r.Assembly.ChangeBlocked(r.Pinned.Blocked))
	return append(cs, r.Upgrade.Conditions(r.Plan.Versions, r.Assembly.Complaint)...)
}

// invalid explains why a request cannot be answered.
func invalid(err error) object.Condition {
	c := object.Condition{Type: ConditionValid, Status: metav1.ConditionFalse, Reason: ReasonImpossible, Message: err.Error()}
	var spec *claim.InvalidError
	if errors.As(err, &spec) {
		c.Reason = ReasonInvalid
	}
	return c
}
