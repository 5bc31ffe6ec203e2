package laws

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// settleRequirements runs the function as Crossplane does: it adds required resources to
// the request until all requirements are fulfilled.
func settleRequirements(tb testing.TB, req *fnv1.RunFunctionRequest, find func(*fnv1.ResourceSelector) *structpb.Struct) *fnv1.RunFunctionResponse {
	tb.Helper()
	var requirements *fnv1.Requirements
	for range 5 {
		rsp := examples.Run(tb, req)
		if proto.Equal(requirements, rsp.GetRequirements()) || render.Fatal(rsp) != "" {
			return rsp
		}
		requirements = rsp.GetRequirements()
		req.RequiredResources = make(map[string]*fnv1.Resources)
		for k, s := range requirements.GetResources() {
			req.RequiredResources[k] = &fnv1.Resources{}
			if o := find(s); o != nil {
				req.RequiredResources[k].Items = []*fnv1.Resource{{Resource: o}}
			}
		}
	}
	tb.Fatal("requirements don't settle")
	return nil
}

// runPartial runs the function for a request without some observed resources. Required
// resources are read from the truth.
func runPartial(tb testing.TB, truth, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionResponse {
	tb.Helper()
	return settleRequirements(tb, req, func(s *fnv1.ResourceSelector) *structpb.Struct {
		for _, o := range truth.GetObserved().GetResources() {
			if e := object.Of(o.GetResource()); e.Name() == s.GetMatchName() && e.String("kind") == s.GetKind() {
				return o.GetResource()
			}
		}
		return nil
	})
}

// The smallest composite resource of a claim.
const xr = `{
	"apiVersion": "platform.seafarer.cloud/v1alpha1",
	"kind": "XSeafarerCluster",
	"metadata": {"name": "a-x7k2p"},
	"spec": {"claimRef": {"name": "a", "namespace": "team"}, "region": "eu-west-3"}
}`

// requestFor a composite resource, as JSON, without input.
func requestFor(xr string) *fnv1.RunFunctionRequest {
	return &fnv1.RunFunctionRequest{Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: resource.MustStructJSON(xr)}}}
}
