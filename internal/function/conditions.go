package function

import (
	"slices"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// The condition that says whether the claim can be composed as it stands, and
// its reasons.
const (
	ConditionValid   = "Valid"
	ReasonValid      = "Valid"
	ReasonInvalid    = "InvalidSpec"
	ReasonImpossible = "CannotCompute"
)

// ConditionTypes are all that an answer may tell, in the order in which they are
// told. One that isn't in here turns Unknown when a claim becomes invalid.
func ConditionTypes() []string {
	types := []string{ConditionValid}
	for _, d := range domains {
		types = append(types, compose.Part{Name: d.part}.ConditionType())
	}
	return append(append(types, compose.ConditionTeardownSafe), Quiet()...)
}

// Quiet conditions are False as long as there's nothing to report.
func Quiet() []string {
	return []string{compose.ConditionDeletionArmed, compose.ConditionChangeHeld, platform.ConditionUpgrading, platform.ConditionUpgradeBlocked}
}

// Remarkable conditions are quiet ones that report something.
func Remarkable(c *fnv1.Condition) bool {
	return slices.Contains(Quiet(), c.GetType()) && c.GetStatus() == fnv1.Status_STATUS_CONDITION_TRUE
}

// conditions of an answer, given the composite resource as it's observed. This is
// the place to add one, besides ConditionTypes.
func conditions(a *compose.Assembly, p platform.Plan, xr compose.Existing) []compose.Condition {
	cs := []compose.Condition{{Type: ConditionValid, Status: metav1.ConditionTrue, Reason: ReasonValid}}
	cs = append(cs, a.Conditions(xr)...)
	cs = append(cs, a.TeardownSafe(), a.DeletionArmed(), a.ChangeHeld(p.Held()))
	return append(cs, p.Conditions(a)...)
}

// invalid is what is told of a request that cannot be answered.
func invalid(err error) compose.Condition {
	c := compose.Condition{Type: ConditionValid, Status: metav1.ConditionFalse, Reason: ReasonImpossible, Message: err.Error()}
	var spec *platform.InvalidError
	if errors.As(err, &spec) {
		c.Reason = ReasonInvalid
	}
	return c
}
