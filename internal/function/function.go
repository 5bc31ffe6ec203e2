// Package function answers the calls of Crossplane, in four steps: what is requested (package
// claim), what is known (facts), what is desired now (upgrade), and what is described (each
// domain). Package compose then decides what to desire.
package function

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/response"

	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/access"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/owners"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/protocol"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/serve"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/status"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/upgrade"
)

// ConvergingTTL is the longest time for which Crossplane may cache a response while
// something doesn't exist or isn't ready. A platform has so many resources that
// Crossplane's circuit breaker drops the events that would start the next pass.
const ConvergingTTL = 10 * time.Second

// Run answers a request. Crossplane may cache the response for as long as ttl.
func Run(ctx context.Context, req *fnv1.RunFunctionRequest, ttl time.Duration) *fnv1.RunFunctionResponse {
	rsp := response.To(req, ttl)
	reason := ReasonValid
	if err := answer(ctx, req, rsp); err != nil {
		reason = refuse(rsp, composite(req), err)
	}
	serve.Result(ctx, reason)
	return rsp
}

// answer a request. If anything cannot be computed, the response stays as it is.
func answer(ctx context.Context, req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) error {
	r, err := Compose(ctx, req)
	if err != nil {
		return err
	}
	serve.Stage(ctx, "answer")
	serve.Withheld(ctx, len(r.Assembly.Withheld()))
	xr := composite(req)
	s := status.Of(r.Claim, r.Plan, r.Assembly)
	if err := protocol.WriteStatus(rsp, xr, &s); err != nil {
		return err
	}
	r.Assembly.WriteTo(rsp)
	if !r.Claim.Namespaced { // Crossplane v2 has no connection details.
		protocol.WriteConnection(rsp, access.Connection(r.Plan))
	}
	protocol.SetConditions(rsp, xr, r.conditions(xr)...)
	r.warn(rsp, xr)
	if !r.Assembly.Settled() && rsp.GetMeta().GetTtl().AsDuration() > ConvergingTTL {
		rsp.Meta.Ttl = durationpb.New(ConvergingTTL)
	}
	return nil
}

// A Result of the steps for one request.
type Result struct {
	Claim    claim.Claim
	Warnings []claim.Warning
	Plan     platform.Plan
	Pinned   upgrade.Pinned
	Upgrade  upgrade.Upgrade
	Parts    []compose.Part
	Assembly *compose.Assembly
}

// Compose a platform: all steps up to the decisions. It writes nothing.
func Compose(ctx context.Context, req *fnv1.RunFunctionRequest) (Result, error) {
	serve.Stage(ctx, "read")
	composed, err := object.ReadComposed(req)
	if err != nil {
		return Result{}, err
	}
	c, f, ws, err := read(ctx, req, composed)
	if err != nil {
		return Result{}, err
	}
	pinned, errs := upgrade.PinCreateOnly(c, f)
	if len(errs) > 0 {
		return Result{}, &claim.InvalidError{Errors: errs}
	}
	r := Result{Claim: c, Warnings: append(ws, upgrade.Warnings(c, f)...), Pinned: pinned, Upgrade: upgrade.New(c, f)}
	serve.Stage(ctx, "describe")
	r.Plan = platform.New(c, f, r.Upgrade, pinned)
	r.Parts = parts(c, r.Plan)
	serve.Stage(ctx, "assemble")
	r.Assembly, err = compose.Assemble(r.Parts, compose.Input{
		Composed:     composed,
		Required:     object.ReadRequired(req),
		Acknowledged: c.Spec.AcknowledgedChanges,
		Owners:       owners.Guarded(c, f),
		Name:         r.Plan.ObjectName,
	})
	return r, err
}

// read what is requested and what is known, and warnings. A claim with errors is refused with
// all of them.
func read(ctx context.Context, req *fnv1.RunFunctionRequest, composed object.Composed) (claim.Claim, facts.Facts, []claim.Warning, error) {
	fences, err := fences(req)
	if err != nil {
		return claim.Claim{}, facts.Facts{}, nil, err
	}
	xr := composite(req)
	c, errs, err := claim.Read(ctx, xr, fences, facts.ReadExisting(xr, composed))
	if err != nil {
		return c, facts.Facts{}, nil, err
	}
	for _, d := range domains {
		if d.validate != nil {
			errs = append(errs, d.validate(c)...)
		}
	}
	f := facts.Read(c, xr, composed)
	errs = append(errs, upgrade.Validate(c, f)...)
	if is := f.ReportedAccountID; is != "" && is != f.AccountID {
		errs = append(errs, field.Invalid(field.NewPath("spec", "accountId"), f.AccountID, "the platform is in account "+is+" and cannot move: set it to that, or create a new SeafarerCluster"))
	}
	ws, refused := admit(c, f)
	if errs = append(errs, refused...); len(errs) > 0 {
		return c, f, nil, &claim.InvalidError{Errors: errs}
	}
	return c, f, ws, nil
}

// composite resource of a request, as observed.
func composite(req *fnv1.RunFunctionRequest) object.Object {
	return object.Of(req.GetObserved().GetComposite().GetResource())
}

// fences of the platform team, from the function's input in the Composition.
func fences(req *fnv1.RunFunctionRequest) (v1beta1.Fences, error) {
	if len(req.GetInput().GetFields()) == 0 {
		return v1beta1.Fences{}, nil
	}
	f, err := claim.DecodeFences(req.GetInput().AsMap())
	return f, errors.Wrap(err, "cannot read the function's input in the Composition")
}

// refuse to compose, and return the reason. A Fatal result makes Crossplane change nothing.
// Conditions come first: the one that explains it, and those that are still true.
func refuse(rsp *fnv1.RunFunctionResponse, xr object.Object, err error) string {
	why := invalid(err)
	protocol.SetConditions(rsp, xr, why)
	protocol.PreserveConditions(rsp, xr, ConditionTypes()...)
	response.Fatal(rsp, err)
	return why.Reason
}
