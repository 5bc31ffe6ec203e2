package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
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

// Run the command.
func (c *RenderCmd) Run() error { return c.run(context.Background(), os.Stdin, os.Stdout, os.Stderr) }

func (c *RenderCmd) run(ctx context.Context, in io.Reader, out, hints io.Writer) error {
	req, err := c.files().Request(in)
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
	for _, s := range last.Assembly.Withheld() {
		fmt.Fprintf(hints, "withheld: %s waits for %s\n", s.Key, strings.Join(s.WaitsFor, " and ")) //nolint:errcheck // Hints may get lost.
	}
	if n := withheldUsages(last.Assembly); n > 0 {
		fmt.Fprintf(hints, "withheld: %d usages wait for what they protect to exist\n", n) //nolint:errcheck // Hints may get lost.
	}
	for _, c := range last.Response.GetConditions() {
		if function.Remarkable(c) {
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

// files that the command reads.
func (c *RenderCmd) files() render.Files {
	return render.Files{Claim: c.Claim, Composition: c.Composition, Observed: c.Observed}
}

// passes of the function: one, or as many as it takes until nothing changes.
func (c *RenderCmd) passes(ctx context.Context, req *fnv1.RunFunctionRequest) ([]render.Pass, error) {
	if c.Simulate {
		return render.Passes(ctx, req)
	}
	p, err := render.First(ctx, req)
	return []render.Pass{p}, err
}
