package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/simulate"
)

// RenderCmd shows what a claim is composed of.
type RenderCmd struct {
	Claim string `arg:"" help:"File with a SeafarerCluster or XSeafarerCluster; - for standard input."`

	Output      string `default:"yaml"                                                                                        enum:"yaml,json,table,tree" help:"Format: yaml, json, table or tree." short:"o"`
	Observed    string `help:"Folder with the composed resources that exist, as YAML."                                         type:"existingdir"`
	Composition string `help:"Composition to take the platform team's fences from, instead of the one for claims."              type:"existingfile"`
	Simulate    bool   `help:"Play the providers until nothing changes, and show in which pass each resource appears."`
}

// Help with examples.
func (c *RenderCmd) Help() string {
	return `Plays Crossplane for one claim: fills in the defaults, makes the composite
resource that the Composition is for, runs the function and prints the resources
it desires.

Examples:

  # What is composed on the first pass, as YAML
  function-seafarer-cluster render claim.yaml

  # The same as a tree, by part of the platform
  function-seafarer-cluster render claim.yaml -o tree

  # What appears in which pass
  function-seafarer-cluster render claim.yaml --simulate -o table

  # Without a claim, as a composite resource in a namespace
  function-seafarer-cluster render claim.yaml --composition apis-namespaced/composition.yaml

  # With the resources that a control plane has now
  # (without a claim: -l crossplane.io/composite=seafarer)
  kubectl get managed,secrets,usages.protection.crossplane.io,clusterusages.protection.crossplane.io,providerconfigs.helm.m.crossplane.io,providerconfigs.kubernetes.m.crossplane.io \
    -n platform -l crossplane.io/claim-name=seafarer -o yaml > observed/seafarer.yaml
  function-seafarer-cluster render claim.yaml --observed observed/`
}

// maxPasses is far more than any platform needs: one that is not done by then
// never will be.
const maxPasses = 20

// Run the command.
func (c *RenderCmd) Run() error { return c.run(context.Background(), os.Stdin, os.Stdout, os.Stderr) }

func (c *RenderCmd) run(ctx context.Context, in io.Reader, out, hints io.Writer) error {
	req, err := c.request(in)
	if err != nil {
		return err
	}
	passes, err := c.passes(ctx, req)
	if err != nil {
		return err
	}
	last := passes[len(passes)-1]
	if err := printPasses(out, c.Output, passes); err != nil {
		return err
	}
	for _, s := range last.assembly.Withheld() {
		fmt.Fprintf(hints, "withheld: %s waits for %s\n", s.Key, strings.Join(s.WaitsFor, " and ")) //nolint:errcheck // Hints may get lost.
	}
	if n := withheldUsages(last.assembly); n > 0 {
		fmt.Fprintf(hints, "withheld: %d usages wait for what they protect to exist\n", n) //nolint:errcheck // Hints may get lost.
	}
	for _, c := range last.response.GetConditions() {
		if remarkable(c) {
			fmt.Fprintf(hints, "%s: %s\n", c.GetType(), c.GetMessage()) //nolint:errcheck // Hints may get lost.
		}
	}
	return nil
}

func withheldUsages(a *compose.Assembly) int {
	n := 0
	for _, u := range a.Usages {
		if u.Desired == nil {
			n++
		}
	}
	return n
}

// quiet conditions are False as long as there's nothing to tell.
var quiet = []string{compose.ConditionDeletionArmed, compose.ConditionChangeHeld, platform.ConditionUpgrading, platform.ConditionUpgradeBlocked}

// remarkable conditions are those among them that tell something.
func remarkable(c *fnv1.Condition) bool {
	return slices.Contains(quiet, c.GetType()) && c.GetStatus() == fnv1.Status_STATUS_CONDITION_TRUE
}

// request that Crossplane would send for the claim.
func (c *RenderCmd) request(in io.Reader) (*fnv1.RunFunctionRequest, error) {
	b, err := c.read(in)
	if err != nil {
		return nil, errors.Wrap(err, "cannot read claim")
	}
	composition := apis.Composition
	if c.Composition != "" {
		if composition, err = os.ReadFile(filepath.Clean(c.Composition)); err != nil {
			return nil, errors.Wrap(err, "cannot read Composition")
		}
	}
	xr, err := render.Composite(b, composition)
	if err != nil {
		return nil, err
	}
	if err := platform.Default(xr); err != nil {
		return nil, err
	}
	var observed map[string]*fnv1.Resource
	if c.Observed != "" {
		if observed, err = render.Observed(c.Observed); err != nil {
			return nil, err
		}
	}
	return render.Request(xr, composition, observed)
}

func (c *RenderCmd) read(in io.Reader) ([]byte, error) {
	if c.Claim == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(filepath.Clean(c.Claim))
}

// A pass is one call of the function.
type pass struct {
	assembly *compose.Assembly
	response *fnv1.RunFunctionResponse
}

// passes of the function: one, or as many as it takes until nothing changes.
func (c *RenderCmd) passes(ctx context.Context, req *fnv1.RunFunctionRequest) ([]pass, error) {
	f := &Function{}
	var ps []pass
	for {
		p, err := f.pass(ctx, req)
		if err != nil {
			return nil, err
		}
		if len(ps) > 0 && proto.Equal(p.response.GetDesired(), ps[len(ps)-1].response.GetDesired()) {
			return ps, nil
		}
		ps = append(ps, p)
		if !c.Simulate {
			return ps, nil
		}
		if len(ps) == maxPasses {
			return nil, errors.Errorf("cannot simulate: after %d passes the desired state still changes", maxPasses)
		}
		req = next(req, p.response)
	}
}

// pass of the function. What it refuses is an error.
func (f *Function) pass(ctx context.Context, req *fnv1.RunFunctionRequest) (pass, error) {
	rsp, err := f.RunFunction(ctx, req)
	if err != nil {
		return pass{}, err
	}
	if m := fatal(rsp); m != "" {
		return pass{}, errors.New(m)
	}
	a, _, err := assemble(ctx, req)
	return pass{assembly: a, response: rsp}, err
}

// fatal is the message of the result that stops the pipeline, if there is one.
func fatal(rsp *fnv1.RunFunctionResponse) string {
	for _, r := range rsp.GetResults() {
		if r.GetSeverity() == fnv1.Severity_SEVERITY_FATAL {
			return r.GetMessage()
		}
	}
	return ""
}

// next request, once Crossplane and the providers have done what a response asks
// for.
func next(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) *fnv1.RunFunctionRequest {
	n, ok := proto.Clone(req).(*fnv1.RunFunctionRequest)
	if !ok {
		return req
	}
	n.Observed.Resources = world(req, rsp).Observe(req.GetObserved().GetResources(), rsp)
	n.Observed.Composite.Resource = simulate.Composite(n.GetObserved().GetComposite().GetResource(), rsp)
	return n
}

// world that the platform of a request lives in.
func world(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) simulate.World {
	xr := compose.Exists(req.GetObserved().GetComposite().GetResource())
	told := compose.Exists(rsp.GetDesired().GetComposite().GetResource())
	region, _ := aws.LookupRegion(xr.String("spec.region"))
	return simulate.World{
		Partition:         region.Partition,
		Region:            region.Code,
		Account:           cmp.Or(told.String("status.accountId"), simulate.Account),
		KubernetesVersion: cmp.Or(told.String("status.cluster.version"), told.String("status.versions.controlPlane")),
	}
}
