// Package cli is the command line of the function. It serves Crossplane, and shows
// what a claim becomes.
package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"

	"github.com/crossplane/function-sdk-go/errors"
)

// name of the command.
const name = "function-seafarer-cluster"

// Exit codes. The help of the command documents them.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// CLI is the command line.
type CLI struct {
	Version versionFlag `help:"Print the version and exit."`

	Serve      ServeCmd      `cmd:"" default:"withargs" help:"Serve Crossplane over gRPC. The default command."`
	Render     RenderCmd     `cmd:""                    help:"Show what a claim becomes, without a cluster, Docker or network."`
	Graph      GraphCmd      `cmd:""                    help:"Draw what a claim becomes, and what depends on what."`
	VersionCmd VersionCmd    `cmd:""                    help:"Print the version, and the versions it supports."                  name:"version"`
	Completion CompletionCmd `cmd:""                    help:"Print the code that completes commands and flags in a shell."`
}

// Help with examples and exit codes.
func (c CLI) Help() string {
	return `Examples:

  # A summary of what a claim becomes
  function-seafarer-cluster render claim.yaml

  # The same as a picture
  function-seafarer-cluster graph claim.yaml -o svg > platform.svg

  # Serve Crossplane without TLS, on this machine
  function-seafarer-cluster serve --insecure --address localhost:9443

Exit codes:

  0    Done.
  1    Failed, for example because the claim is invalid. Standard error has the reason,
       a line for each error in a file: claim.yaml:12:5: spec.network.zones[0]: …
  2    The command line is wrong: unknown command or flag, or missing argument.`
}

// Main runs a command and exits. Commands that serve make the function with
// newFunction.
func Main(newFunction NewFunction) {
	p := newParser()
	kongcompletion.Register(p)
	args := os.Args[1:]
	if len(args) == 0 && startedByPerson(os.Stdin, os.Stdout) {
		args = []string{"--help"}
	}
	os.Exit(execute(p, args, newFunction))
}

func newParser() *kong.Kong {
	return kong.Must(&CLI{}, kong.Name(name), kong.Description("Turns one SeafarerCluster claim into a complete Kubernetes platform on AWS."))
}

// execute a command line, and return the exit code.
func execute(p *kong.Kong, args []string, newFunction NewFunction) int {
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		// The default command takes no arguments. Without it, kong suggests the
		// command that a misspelled one resembles.
		p.Model.DefaultCmd = nil
	}
	ctx, err := p.Parse(args)
	if err != nil {
		report(p, contextOf(err), err)
		return exitUsage
	}
	if err := ctx.Run(newFunction); err != nil {
		report(p, ctx, err)
		return exitFailed
	}
	return exitDone
}

// contextOf a parse error: how far the command line was understood.
func contextOf(err error) *kong.Context {
	var parse *kong.ParseError
	if errors.As(err, &parse) {
		return parse.Context
	}
	return nil
}

// report an error, and where to read on. Errors in a file have a position instead, at the
// start of their lines.
func report(p *kong.Kong, ctx *kong.Context, err error) {
	var located *locatedError
	if errors.As(err, &located) {
		fmt.Fprintln(p.Stderr, located) //nolint:errcheck // There is no other place to report to.
		return
	}
	command, node := name, p.Model.DefaultCmd
	if ctx != nil && ctx.Selected() != nil {
		node = ctx.Selected()
	}
	if node != nil {
		command += " " + node.Name
	}
	p.Errorf("%s", err)
	fmt.Fprintf(p.Stderr, "Run %q for usage and examples.\n", command+" --help") //nolint:errcheck // There is no other place to report to.
}
