package object

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	xpv1 "github.com/crossplane/crossplane-runtime/v2/apis/common/v1"
)

// PathPolicies is the path of the management policies of a managed resource:
// https://docs.crossplane.io/latest/managed-resources/managed-resources/#managementpolicies
const PathPolicies = "spec.managementPolicies"

// Allows reports whether the management policies of an object have an action. Without any,
// all are allowed.
func (o Object) Allows(action xpv1.ManagementAction) bool {
	ps := o.Value(PathPolicies).GetListValue().GetValues()
	return len(ps) == 0 || slices.ContainsFunc(ps, func(p *structpb.Value) bool {
		return p.GetStringValue() == string(action) || p.GetStringValue() == string(xpv1.ManagementActionAll)
	})
}

// SetPolicies of an object.
func SetPolicies(o *structpb.Struct, actions ...xpv1.ManagementAction) error {
	vs := make([]*structpb.Value, 0, len(actions))
	for _, a := range actions {
		vs = append(vs, structpb.NewStringValue(string(a)))
	}
	return Set(o, PathPolicies, structpb.NewListValue(&structpb.ListValue{Values: vs}))
}

// Allow an action besides those that the policies of an object list.
func Allow(o *structpb.Struct, action xpv1.ManagementAction) error {
	return SetPolicies(o, append(policies(o), action)...)
}

// Forbid an action that the policies of an object list.
func Forbid(o *structpb.Struct, action xpv1.ManagementAction) error {
	return SetPolicies(o, slices.DeleteFunc(policies(o), func(a xpv1.ManagementAction) bool { return a == action })...)
}

func policies(o *structpb.Struct) []xpv1.ManagementAction {
	var as []xpv1.ManagementAction
	for _, p := range Of(o).Value(PathPolicies).GetListValue().GetValues() {
		as = append(as, xpv1.ManagementAction(p.GetStringValue()))
	}
	return as
}

// LeftBehind reports whether the external resource would outlive the object, because the
// provider may create it and may not delete it.
func (o Object) LeftBehind() bool {
	return o.Value(PathPolicies) != nil && o.Allows(xpv1.ManagementActionCreate) && !o.Allows(xpv1.ManagementActionDelete)
}

// Absent reports whether the provider reports that the external resource doesn't exist, and may
// not create it. What it reported before remains in the status.
func (o Object) Absent() bool {
	return strings.Contains(o.Condition("Synced").Message, ErrAbsent)
}

// ErrAbsent is what providers report of a resource that they may only observe and that
// doesn't exist.
const ErrAbsent = "external resource does not exist"
