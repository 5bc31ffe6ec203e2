package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// The condition that says whether the claim can be composed as it stands, and
// its reasons.
const (
	conditionValid   = "Valid"
	reasonValid      = "Valid"
	reasonInvalid    = "InvalidSpec"
	reasonImpossible = "CannotCompute"
)

// conditionTypes are all that an answer may tell, in the order in which they are
// told. One that isn't in here turns Unknown when a claim becomes invalid.
func conditionTypes() []string {
	types := []string{conditionValid}
	for _, d := range domains {
		types = append(types, compose.Part{Name: d.part}.ConditionType())
	}
	return append(types, compose.ConditionTeardownSafe, compose.ConditionDeletionArmed, compose.ConditionChangeHeld, platform.ConditionUpgrading, platform.ConditionUpgradeBlocked)
}

// conditions of an answer, given the composite resource as it's observed. This is
// the place to add one, besides conditionTypes.
func conditions(a *compose.Assembly, p platform.Plan, xr compose.Existing) []compose.Condition {
	cs := []compose.Condition{{Type: conditionValid, Status: metav1.ConditionTrue, Reason: reasonValid}}
	cs = append(cs, a.Conditions(xr)...)
	cs = append(cs, a.TeardownSafe(), a.DeletionArmed(), a.ChangeHeld(p.Held()))
	return append(cs, p.Conditions(a)...)
}

// invalid is what is told of a request that cannot be answered.
func invalid(err error) compose.Condition {
	c := compose.Condition{Type: conditionValid, Status: metav1.ConditionFalse, Reason: reasonImpossible, Message: err.Error()}
	var spec *platform.InvalidError
	if errors.As(err, &spec) {
		c.Reason = reasonInvalid
	}
	return c
}
