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

// RenderCmd shows what a claim becomes.
type RenderCmd struct {
	Claim string `arg:"" help:"File with a SeafarerCluster or XSeafarerCluster; - for standard input."`

	Output      string `default:"summary"                                                                                      enum:"summary,yaml,json,table,tree" help:"Format: summary, yaml, json, table or tree." short:"o"`
	Observed    string `help:"Folder with the composed resources that exist, as YAML."                                         type:"existingdir"`
	Composition string `help:"Composition with the platform team's fences. Default: the one for claims in the Configuration."  type:"existingfile"`
	Simulate    bool   `help:"Simulate the providers until nothing changes, and show in which pass each resource appears."`
}

// Help with examples.
func (c *RenderCmd) Help() string {
	return `Does for one claim what Crossplane does: applies the defaults, makes the composite
resource that the Composition is for, runs the function, and prints the resources
that it desires. The summary counts them by part of the platform:

  desired         Crossplane creates or updates the resource.
  observe-only    Desired, but not created before another resource is ready or protected.
  waiting         Not desired yet, because a value isn't known yet.
  ready           Exists and is ready.
  retained        Exists, and retains its fields while a value isn't known.
  departing       Not part of the claim any more, and deleted as soon as it's safe.

With other formats, standard error has the resources that wait, and for what. With any
format, it has a line for each value that is probably wrong, which begins with warning.

Examples:

  # A summary of what the claim becomes on the first pass
  function-seafarer-cluster render claim.yaml

  # The resources, as YAML
  function-seafarer-cluster render claim.yaml -o yaml

  # Each resource by part of the platform, as a tree
  function-seafarer-cluster render claim.yaml -o tree

  # Which resource appears in which pass
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
	s := &sources{files: c.files()}
	return s.locate(c.render(ctx, s, in, out, hints))
}

func (c *RenderCmd) render(ctx context.Context, s *sources, in io.Reader, out, hints io.Writer) error {
	req, err := s.files.Request(s.reader(in))
	if err != nil {
		return err
	}
	passes, err := c.passes(ctx, req)
	if err != nil {
		return err
	}
	s.writeWarnings(hints, passes[len(passes)-1].Warnings)
	if c.Output == "summary" {
		return printSummary(out, req, passes)
	}
	if err := printPasses(out, c.Output, passes); err != nil {
		return err
	}
	last := passes[len(passes)-1]
	for _, h := range append(waits(last.Assembly), attention(last.Response)...) {
		fmt.Fprintln(hints, h) //nolint:errcheck // Hints may get lost.
	}
	return nil
}

// waits are the resources that wait, and for what, a line each. Usages are too many
// to list.
func waits(a *compose.Assembly) []string {
	var ls []string
	for _, s := range a.Withheld() {
		ls = append(ls, fmt.Sprintf("%s waits for %s", s.Key, strings.Join(s.WaitsFor, " and ")))
	}
	if n := waitingUsages(a); n > 0 {
		ls = append(ls, fmt.Sprintf("%d Usages wait for the resources that they protect", n))
	}
	return ls
}

func waitingUsages(a *compose.Assembly) int {
	n := 0
	for _, u := range a.Usages {
		if u.Desired == nil {
			n++
		}
	}
	return n
}

// attention are the conditions that report something, a line each.
func attention(rsp *fnv1.RunFunctionResponse) []string {
	var ls []string
	for _, c := range rsp.GetConditions() {
		if function.Remarkable(c) {
			ls = append(ls, c.GetType()+": "+c.GetMessage())
		}
	}
	return ls
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
