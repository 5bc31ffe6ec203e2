package simulate

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// Composite is a composite resource as Crossplane writes it after a response: with the
// desired status and the conditions of the response. Other conditions stay as they were, or
// become Unknown after a Fatal result:
// https://github.com/crossplane/crossplane/blob/v2.4.0/internal/controller/apiextensions/composite/reconciler.go
func Composite(xr *structpb.Struct, rsp *fnv1.RunFunctionResponse) *structpb.Struct {
	o, ok := proto.Clone(xr).(*structpb.Struct)
	if !ok {
		return xr
	}
	fatal := slices.ContainsFunc(rsp.GetResults(), func(r *fnv1.Result) bool { return r.GetSeverity() == fnv1.Severity_SEVERITY_FATAL })
	status := o.GetFields()["status"].GetStructValue()
	cs := conditions(status, rsp, fatal)
	if desired := rsp.GetDesired().GetComposite().GetResource().GetFields()["status"].GetStructValue(); desired != nil && !fatal {
		status = desired
	}
	fields := maps.Clone(status.GetFields())
	if fields == nil {
		fields = make(map[string]*structpb.Value)
	}
	if len(cs) > 0 {
		fields["conditions"] = structpb.NewListValue(&structpb.ListValue{Values: cs})
	}
	if len(fields) > 0 {
		o.Fields["status"] = structpb.NewStructValue(&structpb.Struct{Fields: fields})
	}
	return o
}

// conditions of a status after a response.
func conditions(status *structpb.Struct, rsp *fnv1.RunFunctionResponse, fatal bool) []*structpb.Value {
	var cs []*structpb.Value
	isSet := make(map[string]bool)
	for _, c := range rsp.GetConditions() {
		isSet[c.GetType()] = true
	}
	for _, was := range status.GetFields()["conditions"].GetListValue().GetValues() {
		f := was.GetStructValue().GetFields()
		switch typ := f["type"].GetStringValue(); {
		case isSet[typ]:
		case fatal && typ != "Ready" && typ != "Synced":
			cs = append(cs, condition(typ, "Unknown", "FatalError", "A fatal error occurred before the status of this condition could be determined."))
		default:
			cs = append(cs, was)
		}
	}
	for _, c := range rsp.GetConditions() {
		cs = append(cs, condition(c.GetType(), statuses[c.GetStatus()], c.GetReason(), c.GetMessage()))
	}
	return cs
}

// statuses of conditions as Kubernetes spells them.
var statuses = map[fnv1.Status]string{
	fnv1.Status_STATUS_CONDITION_UNSPECIFIED: "Unknown",
	fnv1.Status_STATUS_CONDITION_UNKNOWN:     "Unknown",
	fnv1.Status_STATUS_CONDITION_TRUE:        "True",
	fnv1.Status_STATUS_CONDITION_FALSE:       "False",
}

func condition(typ, status, reason, message string) *structpb.Value {
	f := map[string]*structpb.Value{
		"type":               structpb.NewStringValue(typ),
		"status":             structpb.NewStringValue(status),
		"reason":             structpb.NewStringValue(reason),
		"lastTransitionTime": structpb.NewStringValue(since),
	}
	if message != "" {
		f["message"] = structpb.NewStringValue(message)
	}
	return structpb.NewStructValue(&structpb.Struct{Fields: f})
}
