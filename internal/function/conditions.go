package function

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crossplane/crossplane-runtime/v2/pkg/meta"
	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/protocol"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/upgrade"
)

// The condition on whether the claim can be composed as it is, and its reasons.
const (
	ConditionValid   = "Valid"
	ReasonValid      = "Valid"
	ReasonInvalid    = "InvalidSpec"
	ReasonImpossible = "CannotCompute"
)

// ReasonWarning is the reason of events about what is probably wrong in a claim.
const ReasonWarning = "ProbablyWrong"

// ConditionTypes are all that a response may set, in order. Crossplane turns a condition that
// isn't listed here to Unknown when a claim becomes invalid.
func ConditionTypes() []string {
	types := []string{ConditionValid}
	for _, d := range domains {
		types = append(types, compose.Part{Name: d.part}.ConditionType())
	}
	return append(append(types, compose.ConditionTeardownSafe), Quiet()...)
}

// Reasons of the condition on resources in AWS of the platform's names.
const (
	ReasonNameTaken = "NameTaken"
	ReasonNoneTaken = "NoneTaken"
)

// Quiet conditions are False while there's nothing to report.
func Quiet() []string {
	return []string{compose.ConditionForeign, compose.ConditionDeletionPending, compose.ConditionChangeBlocked, upgrade.ConditionUpgrading, upgrade.ConditionUpgradeBlocked}
}

// Remarkable conditions are quiet ones that report something.
func Remarkable(c *fnv1.Condition) bool {
	return slices.Contains(Quiet(), c.GetType()) && c.GetStatus() == fnv1.Status_STATUS_CONDITION_TRUE
}

// conditions of a response, given the composite resource as observed. A condition that is
// added here belongs into ConditionTypes as well.
func (r Result) conditions(xr object.Object) []object.Condition {
	cs := []object.Condition{r.valid()}
	cs = append(cs, r.Assembly.Conditions(xr)...)
	cs = append(cs, r.Assembly.TeardownSafe(), r.foreign(), r.Assembly.DeletionPending(), r.Assembly.ChangeBlocked(r.Pinned.Blocked))
	return append(cs, r.Upgrade.Conditions(r.Plan.Versions, r.Assembly.Complaint)...)
}

// valid explains that a claim can be composed, and what is probably wrong nevertheless.
func (r Result) valid() object.Condition {
	return object.Condition{Type: ConditionValid, Status: metav1.ConditionTrue, Reason: ReasonValid, Message: claim.FormatWarnings(r.Warnings)}
}

// warn of what is probably wrong, once: when the warnings differ from those in the message of
// the observed condition, which lasts. Crossplane makes an event of a result in each pass, and
// Kubernetes drops events of an object after 25 of them, so that a warning in each pass would
// leave none for what changes.
func (r Result) warn(rsp *fnv1.RunFunctionResponse, xr object.Object) {
	const most = 5
	if xr.Condition(ConditionValid).Message == r.valid().Message {
		return
	}
	for i, w := range r.Warnings {
		if i == most {
			protocol.Warn(rsp, ReasonWarning, fmt.Sprintf("%d more warnings are in the condition %s", len(r.Warnings)-most, ConditionValid))
			return
		}
		protocol.Warn(rsp, ReasonWarning, w.String())
	}
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

// foreign reports which of the platform's names others have in AWS, and the ways out.
func (r Result) foreign() object.Condition {
	var taken []string
	for _, p := range r.Parts {
		for _, res := range p.Resources {
			if res.Looked.Foreign != "" {
				taken = append(taken, fmt.Sprintf("%s: AWS has %s, which belongs to %s", res.Key, meta.GetExternalName(res.Object), res.Looked.Foreign))
			}
		}
	}
	if len(taken) == 0 {
		return object.Condition{Type: compose.ConditionForeign, Status: metav1.ConditionFalse, Reason: ReasonNoneTaken}
	}
	return object.Condition{
		Type: compose.ConditionForeign, Status: metav1.ConditionTrue, Reason: ReasonNameTaken,
		Message: fmt.Sprintf("%s. The platform changes none of these, and creates nothing until its names are free: create a SeafarerCluster with another spec.clusterName, or delete them in AWS; if they belong to this platform, tag them %s=%s", strings.Join(taken, "; "), claim.OwnerTag, r.Claim.OwnerID()),
	}
}
