package render

import (
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/proto"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis"
	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/simulate"
)

// MaxPasses is the limit of a simulation, far above what a platform needs.
const MaxPasses = 20

// Files that a request is made from.
type Files struct {
	// Claim is a file with a SeafarerCluster or XSeafarerCluster, or - for standard input.
	Claim string

	// Composition is a file with the Composition, or empty for the one of the package.
	Composition string

	// Observed is a folder with the composed resources that exist, or empty.
	Observed string
}

// Request that Crossplane would send for the claim.
func (f Files) Request(in io.Reader) (*fnv1.RunFunctionRequest, error) {
	b, err := f.claim(in)
	if err != nil {
		return nil, errors.Wrap(err, "cannot read claim")
	}
	composition := apis.Composition
	if f.Composition != "" {
		if composition, err = os.ReadFile(filepath.Clean(f.Composition)); err != nil {
			return nil, errors.Wrap(err, "cannot read Composition")
		}
	}
	xr, err := Composite(b, composition)
	if err != nil {
		return nil, err
	}
	if err := claim.Default(xr); err != nil {
		return nil, err
	}
	var observed map[string]*fnv1.Resource
	if f.Observed != "" {
		if observed, err = Observed(f.Observed); err != nil {
			return nil, err
		}
	}
	return Request(xr, composition, observed)
}

func (f Files) claim(in io.Reader) ([]byte, error) {
	if f.Claim == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(filepath.Clean(f.Claim))
}

// A Pass is one call of the function.
type Pass struct {
	Warnings []claim.Warning
	Assembly *compose.Assembly
	Response *fnv1.RunFunctionResponse
}

// First pass of the function. A fatal result is an error.
func First(ctx context.Context, req *fnv1.RunFunctionRequest) (Pass, error) {
	r, err := function.Compose(ctx, req)
	if err != nil {
		return Pass{}, err
	}
	rsp := function.Run(ctx, req, 0)
	if m := Fatal(rsp); m != "" {
		return Pass{}, errors.New(m)
	}
	return Pass{Warnings: r.Warnings, Assembly: r.Assembly, Response: rsp}, nil
}

// Passes of the function with simulated providers, until nothing changes.
func Passes(ctx context.Context, req *fnv1.RunFunctionRequest) ([]Pass, error) {
	var ps []Pass
	for range MaxPasses {
		p, err := First(ctx, req)
		if err != nil {
			return nil, err
		}
		if len(ps) > 0 && proto.Equal(p.Response.GetDesired(), ps[len(ps)-1].Response.GetDesired()) {
			return ps, nil
		}
		ps = append(ps, p)
		req = Next(req, p.Response)
	}
	return nil, errors.Errorf("cannot simulate: after %d passes the desired state still changes", MaxPasses)
}

// Fatal is the message of the result that stops the pipeline, if there is one.
func Fatal(rsp *fnv1.RunFunctionResponse) string {
	for _, r := range rsp.GetResults() {
		if r.GetSeverity() == fnv1.Severity_SEVERITY_FATAL {
			return r.GetMessage()
		}
	}
	return ""
}

// Next request, after Crossplane and the providers have applied a response.
func Next(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) *fnv1.RunFunctionRequest {
	return NextIn(World(req, rsp), req, rsp)
}

// NextIn is the next request in a world.
func NextIn(w simulate.World, req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) *fnv1.RunFunctionRequest {
	n, ok := proto.Clone(req).(*fnv1.RunFunctionRequest)
	if !ok {
		return req
	}
	n.Observed.Resources = w.Observe(req.GetObserved().GetResources(), rsp)
	n.Observed.Composite.Resource = simulate.Composite(n.GetObserved().GetComposite().GetResource(), rsp)
	return n
}

// World is the simulated environment of the platform of a request.
func World(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) simulate.World {
	xr := object.Of(req.GetObserved().GetComposite().GetResource())
	var status v1alpha1.SeafarerClusterStatus
	object.Of(rsp.GetDesired().GetComposite().GetResource()).Decode("status", &status)
	region, _ := aws.LookupRegion(xr.String("spec.region"))
	return simulate.World{
		Partition:         region.Partition,
		Region:            region.Code,
		Account:           cmp.Or(status.AccountID, simulate.Account),
		KubernetesVersion: cmp.Or(status.Cluster.Version, status.Versions.ControlPlane),
	}
}
