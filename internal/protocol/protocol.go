// Package protocol writes what isn't a composed resource to the response of a function
// call: the composite resource's status, connection details, requirements and conditions.
package protocol

import (
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/response"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/complaint"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// WriteStatus of the composite resource on top of what an earlier step of the pipeline
// wrote. The status is a pointer to a struct, of which empty fields aren't written.
func WriteStatus(rsp *fnv1.RunFunctionResponse, xr object.Object, status any) error {
	s, err := object.Fields(status)
	if err != nil {
		return errors.Wrap(err, "cannot convert status")
	}
	c := Composite(rsp)
	if c.GetResource().GetFields() == nil {
		c.Resource = &structpb.Struct{Fields: make(map[string]*structpb.Value)}
	}
	f := c.GetResource().GetFields()
	f["apiVersion"] = structpb.NewStringValue(xr.String("apiVersion"))
	f["kind"] = structpb.NewStringValue(xr.String("kind"))
	if f["status"].GetStructValue().GetFields() == nil {
		f["status"] = structpb.NewStructValue(&structpb.Struct{Fields: make(map[string]*structpb.Value)})
	}
	maps.Copy(f["status"].GetStructValue().GetFields(), s.GetFields())
	return nil
}

// WriteConnection adds details to those that an earlier step of the pipeline wrote.
// Crossplane writes them to the Secret that the claim names.
func WriteConnection(rsp *fnv1.RunFunctionResponse, details map[string][]byte) {
	c := Composite(rsp)
	if c.GetConnectionDetails() == nil {
		c.ConnectionDetails = make(map[string][]byte, len(details))
	}
	maps.Copy(c.GetConnectionDetails(), details)
}

// Composite resource that a response desires.
func Composite(rsp *fnv1.RunFunctionResponse) *fnv1.Resource {
	d := Desired(rsp)
	if d.GetComposite() == nil {
		d.Composite = &fnv1.Resource{}
	}
	return d.GetComposite()
}

// Desired state of a response.
func Desired(rsp *fnv1.RunFunctionResponse) *fnv1.State {
	if rsp.GetDesired() == nil {
		rsp.Desired = &fnv1.State{}
	}
	return rsp.GetDesired()
}

// Require that Crossplane adds objects to the next request, besides those that an earlier step
// of the pipeline requires.
func Require(rsp *fnv1.RunFunctionResponse, objects map[key.Key]*fnv1.ResourceSelector) {
	if len(objects) == 0 {
		return
	}
	if rsp.GetRequirements() == nil {
		rsp.Requirements = &fnv1.Requirements{}
	}
	if rsp.GetRequirements().GetResources() == nil {
		rsp.Requirements.Resources = make(map[string]*fnv1.ResourceSelector, len(objects))
	}
	for k, s := range objects {
		rsp.Requirements.Resources[string(k)] = s
	}
}

// SetConditions of the composite resource and its claim. A condition whose status changes
// is an event as well, once: the next pass observes it as it's set now.
func SetConditions(rsp *fnv1.RunFunctionResponse, xr object.Object, cs ...object.Condition) {
	for _, c := range cs {
		setCondition(rsp, c)
		if was := xr.Condition(c.Type).Status; was != "" && was != c.Status {
			response.Normal(rsp, complaint.Shorten(strings.TrimSuffix(c.Type+" is "+string(c.Status)+": "+c.Message, ": "), complaint.EventLimit)).
				WithReason(c.Reason).TargetCompositeAndClaim()
		}
	}
}

// Warn the owners of the composite resource and its claim, with a Warning event.
func Warn(rsp *fnv1.RunFunctionResponse, reason, message string) {
	response.Warning(rsp, errors.New(complaint.Shorten(message, complaint.EventLimit))).WithReason(reason).TargetCompositeAndClaim()
}

// PreserveConditions of some types as they are observed. Crossplane turns conditions that
// a function doesn't set along with a Fatal result to Unknown.
func PreserveConditions(rsp *fnv1.RunFunctionResponse, xr object.Object, types ...string) {
	for _, t := range types {
		isSet := slices.ContainsFunc(rsp.GetConditions(), func(c *fnv1.Condition) bool { return c.GetType() == t })
		if c := xr.Condition(t); c.Status != "" && !isSet {
			setCondition(rsp, c)
		}
	}
}

// statuses of conditions as the protocol spells them.
var statuses = map[metav1.ConditionStatus]fnv1.Status{
	metav1.ConditionTrue:    fnv1.Status_STATUS_CONDITION_TRUE,
	metav1.ConditionFalse:   fnv1.Status_STATUS_CONDITION_FALSE,
	metav1.ConditionUnknown: fnv1.Status_STATUS_CONDITION_UNKNOWN,
}

func setCondition(rsp *fnv1.RunFunctionResponse, c object.Condition) {
	f := &fnv1.Condition{Type: c.Type, Status: statuses[c.Status], Reason: c.Reason, Target: fnv1.Target_TARGET_COMPOSITE_AND_CLAIM.Enum()}
	if c.Message != "" {
		f.Message = new(c.Message)
	}
	rsp.Conditions = append(rsp.Conditions, f)
}
