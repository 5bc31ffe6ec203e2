// Command pack builds releases and pushes them.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/seafarer-cloud/function-seafarer-cluster/tools/pack"
)

type cli struct {
	Root string `default:"../.."                  help:"Folder of the source."               type:"existingdir"`
	Out  string `default:"../../build/package"    help:"Folder that packages are written to." type:"path"`
	CLI  string `default:"../../build/crossplane" help:"The crossplane CLI."                  type:"path"`

	Architectures []string `default:"amd64,arm64" help:"Architectures to build for."`

	Build buildCmd `cmd:"" help:"Build images, packages, the command line tool, their materials and provenance."`
	Push  pushCmd  `cmd:"" help:"Push packages that were built."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := &cli{}
	k := kong.Parse(c, kong.Name("pack"), kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	k.FatalIfErrorf(k.Run(c))
}

type buildCmd struct {
	Systems []string `default:"linux,darwin" help:"Systems to build the command line tool for."`
	Version string   `help:"Version that the function reports, such as v0.1.0."`
}

// Run the command.
func (b *buildCmd) Run(ctx context.Context, c *cli) error {
	o := pack.Options{
		Root: c.Root, Out: c.Out, CLI: c.CLI, Architectures: c.Architectures, Systems: b.Systems,
		Version: b.Version, Revision: pack.Revision(ctx, c.Root), Progress: os.Stderr,
	}
	if err := pack.Build(ctx, o); err != nil {
		return err
	}
	fmt.Println(c.Out)
	return nil
}

type pushCmd struct {
	Registry string `arg:"" help:"Registry and organization to push to, such as xpkg.crossplane.io/seafarer-cloud."`
	Version  string `arg:"" help:"Version to push as, such as v0.1.0."`
}

// Run the command.
func (p *pushCmd) Run(ctx context.Context, c *cli) error {
	packages, err := pack.Find(c.Root)
	if err != nil {
		return err
	}
	for _, pkg := range packages {
		tag := strings.TrimSuffix(p.Registry, "/") + "/" + pkg.Name + ":" + p.Version
		if err := pack.Push(ctx, c.CLI, tag, slices.Sorted(maps.Values(pkg.Files(c.Out, c.Architectures)))...); err != nil {
			return err
		}
		fmt.Println(tag)
	}
	return nil
}
