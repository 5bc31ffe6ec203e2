// Command upgrade shows what an update of the function changes in platforms that exist: it
// gives the platforms of an earlier revision to the present function.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/crossplane/function-sdk-go/errors"
)

// oldest revision whose platforms the function can update: keys were renamed before it.
const oldest = "1c4b9c5f1cda0dec2e3c1beab9f544807fcbc81b"

// Exit codes.
const (
	exitHarmless = 0
	exitHarmful  = 1
	exitFailed   = 2
)

type cli struct {
	Revision string `arg:""         help:"Git revision to compare with. Default: the newest release tag before HEAD, or else the first commit whose platforms can be updated." optional:""`
	Output   string `default:"table" enum:"table,json,yaml"                                                                                                                     help:"Format: table, json or yaml." short:"o"`
}

// Help with examples and exit codes.
func (c *cli) Help() string {
	return `Builds the function of an earlier revision in a temporary folder. There each valid example
is simulated until nothing changes: that is a platform that exists. The present function
then composes the platform until nothing changes. Each difference of what is desired is
listed. Harmful is what

  - drops a resource, which Crossplane then deletes, or renames its key or its object,
  - changes a field that AWS cannot change, or a kind,
  - blocks a change, although the claim is the same, or refuses the claim.

Run it in the project's root.

Examples:

  # What has changed since the last release
  go run ./test/upgrade

  # What a branch changes, with all values in full
  go run ./test/upgrade main -o yaml

  # Keys of harmful changes
  go run ./test/upgrade v0.1.0 -o json | jq -r '.changes[] | select(.harm) | .key'

Exit codes:

  0    No change is harmful.
  1    A change is harmful.
  2    The revisions cannot be compared, or the command line is wrong.`
}

func main() {
	c := &cli{}
	k, err := kong.New(c, kong.Name("upgrade"), kong.Description("Show what an update of the function changes in platforms that exist."))
	if err != nil {
		panic(err) // The command line is a constant.
	}
	if _, err := k.Parse(os.Args[1:]); err != nil {
		k.Errorf("%s", err)
		os.Exit(exitFailed)
	}
	os.Exit(c.exit())
}

// exit code of the command.
func (c *cli) exit() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r, err := c.compare(ctx)
	if err == nil {
		err = r.print(os.Stdout, c.Output)
	}
	switch {
	case err != nil:
		fmt.Fprintf(os.Stderr, "upgrade: error: %v\n", err)
		return exitFailed
	case r.harmful():
		return exitHarmful
	default:
		return exitHarmless
	}
}

// compare the platforms of the revision.
func (c *cli) compare(ctx context.Context) (report, error) {
	commit, err := resolve(ctx, c.Revision)
	if err != nil {
		return report{}, err
	}
	dir, err := os.MkdirTemp("", "seafarer-upgrade-")
	if err != nil {
		return report{}, errors.Wrap(err, "cannot create a folder")
	}
	defer os.RemoveAll(dir) //nolint:errcheck // It's in the directory for temporary files.
	fmt.Fprintf(os.Stderr, "upgrade: building revision %s\n", commit)
	source := filepath.Join(dir, "source")
	if err := export(ctx, commit, source); err != nil {
		return report{}, err
	}
	earlier, err := start(ctx, dir, source)
	if err != nil {
		return report{}, err
	}
	defer earlier.stop()
	changes, err := compare(ctx, source, earlier.run)
	return report{Revision: commit, Changes: changes}, err
}
