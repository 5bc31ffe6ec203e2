// Package function answers the calls of Crossplane: it reads what is asked and what is
// known, has each domain describe its part of the platform, and decides what to desire.
package function

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

// ConvergingTTL is the longest time for which Crossplane may cache a response while
// something is not there or not ready. A platform has so many resources that
// Crossplane's circuit breaker drops the events that would bring the next pass about.
const ConvergingTTL = 10 * time.Second

// Run answers a request. Crossplane may cache the response for as long as ttl.
func Run(ctx context.Context, req *fnv1.RunFunctionRequest, ttl time.Duration) *fnv1.RunFunctionResponse {
	rsp := response.To(req, ttl)
	reason := ReasonValid
	if err := answer(ctx, req, rsp, ttl); err != nil {
		reason = refuse(rsp, composite(req), err)
	}
	serve.Result(ctx, reason)
	return rsp
}

// answer a request. Unless all can be computed, the response is left as it is.
func answer(ctx context.Context, req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse, ttl time.Duration) error {
	a, p, err := Assemble(ctx, req)
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
		rsp.Meta.Ttl = durationpb.New(min(ttl, ConvergingTTL))
	}
	return nil
}

// Assemble reads a request, describes the platform and decides what to desire.
func Assemble(ctx context.Context, req *fnv1.RunFunctionRequest) (*compose.Assembly, platform.Plan, error) {
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
	ps := Parts(p)
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

// Parts of a platform.
func Parts(p platform.Plan) []compose.Part {
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
	compose.Retell(rsp, xr, ConditionTypes()...)
	response.Fatal(rsp, err)
	return why.Reason
}
