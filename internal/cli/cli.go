// Package cli is the command line of the function: to serve Crossplane, and to show
// people what a claim becomes.
package cli

import (
	"github.com/alecthomas/kong"
)

// CLI is what the command line may say.
type CLI struct {
	Serve  ServeCmd  `cmd:"" default:"withargs" help:"Serve Crossplane over gRPC. The default command."`
	Render RenderCmd `cmd:""                    help:"Show what a claim is composed of, without a cluster, Docker or network."`
	Graph  GraphCmd  `cmd:""                    help:"Draw what a claim is composed of, and what needs what."`
}

// Main runs the command that the command line names. Commands that serve make the
// function with newFunction.
func Main(newFunction NewFunction) {
	ctx := kong.Parse(&CLI{},
		kong.Name("function-seafarer-cluster"),
		kong.Description("Composes a complete Kubernetes platform on AWS from one SeafarerCluster claim."))
	ctx.FatalIfErrorf(ctx.Run(newFunction))
}
