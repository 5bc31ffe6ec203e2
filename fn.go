package main

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/errors"
	"github.com/crossplane/function-sdk-go/logging"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/response"

	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/access"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/addons"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/controlplane"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/identity"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/karpenter"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/network"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/nodes"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/observability"
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

// convergingTTL is the longest that Crossplane keeps an answer while something is
// not there or not ready. A platform has so many resources that Crossplane's
// circuit breaker drops the events that would bring the next pass about.
const convergingTTL = 10 * time.Second

// A Function composes a platform of a claim. It keeps nothing between calls.
type Function struct {
	fnv1.UnimplementedFunctionRunnerServiceServer

	log logging.Logger
	ttl time.Duration
}

// RunFunction tells Crossplane which resources a platform should have now.
func (f *Function) RunFunction(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	rsp := response.To(req, f.ttl)
	f.log.Debug("Running function", "tag", req.GetMeta().GetTag())
	if err := f.answer(ctx, req, rsp); err != nil {
		refuse(rsp, err)
	}
	return rsp, nil
}

// answer a request. Unless all can be computed, the response is left as it is.
func (f *Function) answer(ctx context.Context, req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) error {
	a, p, err := assemble(ctx, req)
	if err != nil {
		return err
	}
	status, err := p.Status()
	if err != nil {
		return err
	}
	s, err := structpb.NewStruct(status)
	if err != nil {
		return errors.Wrap(err, "cannot convert status")
	}

	response.ConditionTrue(rsp, conditionValid, reasonValid).TargetCompositeAndClaim()
	a.WriteTo(rsp)
	if !a.Settled() {
		rsp.Meta.Ttl = durationpb.New(min(f.ttl, convergingTTL))
	}
	xr := compose.Exists(req.GetObserved().GetComposite().GetResource())
	compose.WriteStatus(rsp, xr.String("apiVersion"), xr.String("kind"), s)
	return nil
}

// assemble reads a request, describes the platform and decides what to desire.
func assemble(ctx context.Context, req *fnv1.RunFunctionRequest) (*compose.Assembly, platform.Plan, error) {
	fences, err := fences(req)
	if err != nil {
		return nil, platform.Plan{}, err
	}
	o, err := compose.Observe(req)
	if err != nil {
		return nil, platform.Plan{}, err
	}
	p, err := platform.Read(ctx, compose.Exists(req.GetObserved().GetComposite().GetResource()), fences, o)
	if err != nil {
		return nil, p, err
	}
	a, err := compose.Assemble(parts(p), o)
	return a, p, err
}

// parts that a platform is made of, in the order in which a reader should meet
// them.
func parts(p platform.Plan) []compose.Part {
	return []compose.Part{
		{Name: "Network", Resources: network.Resources(p)},
		{Name: "Identity", Resources: identity.Resources(p)},
		{Name: "ControlPlane", Resources: controlplane.Resources(p)},
		{Name: "SystemCapacity", Resources: nodes.Resources(p)},
		{Name: "Addons", Resources: addons.Resources(p)},
		{Name: "Access", Resources: access.Resources(p)},
		{Name: "Karpenter", Resources: karpenter.Resources(p)},
		{Name: "NodePools", Resources: karpenter.Pools(p)},
		{Name: "Observability", Resources: observability.Resources(p)},
	}
}

// fences of the platform team, from the function's input in the Composition.
func fences(req *fnv1.RunFunctionRequest) (v1beta1.Fences, error) {
	if len(req.GetInput().GetFields()) == 0 {
		return v1beta1.Fences{}, nil
	}
	f, err := platform.DecodeFences(req.GetInput().AsMap())
	return f, errors.Wrap(err, "cannot read the function's input in the Composition")
}

// refuse to compose. A Fatal result makes Crossplane change nothing, so it's the
// answer to whatever cannot be computed; what explains it is said first.
func refuse(rsp *fnv1.RunFunctionResponse, err error) {
	reason := reasonImpossible
	var invalid *platform.InvalidError
	if errors.As(err, &invalid) {
		reason = reasonInvalid
	}
	response.ConditionFalse(rsp, conditionValid, reason).WithMessage(err.Error()).TargetCompositeAndClaim()
	response.Fatal(rsp, err)
}
