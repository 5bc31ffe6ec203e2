// Command load measures the function under full load: its binary, over gRPC with mTLS,
// on loopback. It fails if a call fails, or if the function exceeds the limits below.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/crossplane/function-sdk-go/errors"
)

// Limits of the function. Times are ratios, so that they apply to any machine;
// only the start is in milliseconds.
const (
	maxStart  = 300 * time.Millisecond
	maxTail   = 5.0
	maxGrowth = 1.2
	maxRSS    = 256 << 20
)

type cli struct {
	Claims   int           `default:"1000"                                  help:"Number of claims, at most 2000."`
	Duration time.Duration `default:"1m"                                    help:"How long to call, at most ten minutes. All claims are called once, however long that takes."`
	Clients  int           `default:"8"                                     help:"Number of concurrent calls, at most 64."`
	Example  string        `default:"example/seafarer-cluster/claim.yaml" help:"Claim to copy. Copies differ in their names." type:"existingfile"`
}

// Validate the flags.
func (c *cli) Validate() error {
	if c.Claims < 1 || c.Claims > 2000 || c.Duration > 10*time.Minute || c.Clients < 1 || c.Clients > 64 {
		return errors.New("use at most 2000 claims, ten minutes and 64 clients")
	}
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := &cli{}
	k := kong.Parse(c, kong.Name("load"), kong.BindTo(ctx, (*context.Context)(nil)))
	k.FatalIfErrorf(k.Run())
}

// Run the command.
func (c *cli) Run(ctx context.Context) error {
	progressf("building the function")
	f, err := start(ctx)
	if err != nil {
		return err
	}
	defer f.stop()

	progressf("settling %d claims", c.Claims)
	claims, err := c.claims(ctx, f)
	if err != nil {
		return err
	}
	progressf("calling for %s, %d at a time", c.Duration, c.Clients)
	r, err := c.load(ctx, f, claims)
	if err != nil {
		return err
	}
	return r.check(f.started)
}

func progressf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "load: "+format+"\n", args...)
}
