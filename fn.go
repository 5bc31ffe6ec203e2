package main

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/crossplane/function-sdk-go/errors"
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
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/serve"
)

// convergingTTL is the longest that Crossplane keeps an answer while something is
// not there or not ready. A platform has so many resources that Crossplane's
// circuit breaker drops the events that would bring the next pass about.
const convergingTTL = 10 * time.Second

// A Function composes a platform of a claim. It keeps nothing between calls.
type Function struct {
	fnv1.UnimplementedFunctionRunnerServiceServer

	ttl time.Duration
}

// RunFunction tells Crossplane which resources a platform should have now.
func (f *Function) RunFunction(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	rsp := response.To(req, f.ttl)
	reason := reasonValid
	if err := f.answer(ctx, req, rsp); err != nil {
		reason = refuse(rsp, composite(req), err)
	}
	serve.Result(ctx, reason)
	return rsp, nil
}

// answer a request. Unless all can be computed, the response is left as it is.
func (f *Function) answer(ctx context.Context, req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) error {
	a, p, err := assemble(ctx, req)
	if err != nil {
		return err
	}
	serve.Stage(ctx, "answer")
	serve.Withheld(ctx, len(a.Withheld()))
	xr := composite(req)
	status := p.Status(a)
	if err := compose.WriteStatus(rsp, xr.String("apiVersion"), xr.String("kind"), &status); err != nil {
		return err
	}
	a.WriteTo(rsp)
	if !p.Namespaced { // Crossplane v2 has no connection details.
		compose.WriteConnection(rsp, access.Connection(p))
	}
	compose.Tell(rsp, xr, conditions(a, p, xr)...)
	if !a.Settled() {
		rsp.Meta.Ttl = durationpb.New(min(f.ttl, convergingTTL))
	}
	return nil
}

// assemble reads a request, describes the platform and decides what to desire.
func assemble(ctx context.Context, req *fnv1.RunFunctionRequest) (*compose.Assembly, platform.Plan, error) {
	serve.Stage(ctx, "read")
	fences, err := fences(req)
	if err != nil {
		return nil, platform.Plan{}, err
	}
	o, err := compose.Observe(req)
	if err != nil {
		return nil, platform.Plan{}, err
	}
	p, err := platform.Read(ctx, composite(req), fences, o)
	if err != nil {
		return nil, p, err
	}
	serve.Stage(ctx, "describe")
	ps := parts(p)
	serve.Stage(ctx, "assemble")
	a, err := compose.Assemble(ps, compose.Given{Observed: o, Answers: compose.Answered(req), Acknowledged: p.Spec.AcknowledgedChanges, Wards: p.Wards(), Name: p.ObjectName})
	return a, p, err
}

// composite resource that a request is for, as it's observed.
func composite(req *fnv1.RunFunctionRequest) compose.Existing {
	return compose.Exists(req.GetObserved().GetComposite().GetResource())
}

// domains describe the parts that a platform is made of, in the order in which a
// reader should meet them.
var domains = []struct {
	part      string
	resources func(platform.Plan) []compose.Resource
}{
	{part: "Network", resources: network.Resources},
	{part: "Identity", resources: identity.Resources},
	{part: "ControlPlane", resources: controlplane.Resources},
	{part: "SystemCapacity", resources: nodes.Resources},
	{part: "Addons", resources: addons.Resources},
	{part: "Access", resources: access.Resources},
	{part: "Karpenter", resources: karpenter.Resources},
	{part: "NodePools", resources: karpenter.Pools},
	{part: "Observability", resources: observability.Resources},
}

// parts of a platform.
func parts(p platform.Plan) []compose.Part {
	ps := make([]compose.Part, 0, len(domains))
	for _, d := range domains {
		ps = append(ps, compose.Part{Name: d.part, Resources: d.resources(p)})
	}
	return ps
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
// answer to whatever cannot be computed; what explains it is said first, and what
// else was said still holds. The reason is returned.
func refuse(rsp *fnv1.RunFunctionResponse, xr compose.Existing, err error) string {
	why := invalid(err)
	compose.Tell(rsp, xr, why)
	compose.Retell(rsp, xr, conditionTypes()...)
	response.Fatal(rsp, err)
	return why.Reason
}
