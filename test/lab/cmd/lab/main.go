// Command lab brings a control plane up and down by hand.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/crossplane/function-sdk-go/errors"

	lab "github.com/seafarer-cloud/function-seafarer-cluster/test/lab"
)

type cli struct {
	Up   upCmd   `cmd:"" help:"Bring a control plane up, and keep it up until Ctrl-C."`
	Down downCmd `cmd:"" help:"End the control plane that is up, from another terminal."`

	Install installCmd `cmd:"" help:"Install packages into the control plane that is up."`

	Build buildCmd `cmd:"" help:"Build all that any test needs, and keep it. provider-aws takes half an hour."`
}

func main() {
	c := kong.Parse(&cli{}, kong.Name("lab"), kong.UsageOnError(), kong.Description(`A real control plane on this machine, without containers.

Examples:

  # Until Ctrl-C
  go run ./cmd/lab up

  # In the background, and away again
  go run ./cmd/lab up --detach
  go run ./cmd/lab down`))
	c.FatalIfErrorf(c.Run())
}

type buildCmd struct{}

// Run the command.
func (*buildCmd) Run() error {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	return lab.Build(ctx, lab.Options{Progress: os.Stderr, Packages: true, InCluster: true, AWS: true})
}

type upCmd struct {
	Detach    bool `help:"Return once it's up, and leave it running." short:"d"`
	InCluster bool `help:"Give each EKS cluster an API server of its own, with Karpenter's charts installed by the real providers."`
}

const next = `
The control plane is up. In another terminal:

  export KUBECONFIG=%[1]s
  export PATH=%[2]s:$PATH
  kubectl create namespace team-a
  kubectl apply -f %[3]s/example/minimal/claim.yaml
  kubectl get seafarerclusters --all-namespaces --watch
  kubectl get managed --namespace team-a

Logs are in %[4]s. End it with: make lab-down%[5]s
`

// inside of clusters there's something to see, too.
const inside = `
Each EKS cluster has a folder of its own in %[1]s, once it's there:

  kubectl --kubeconfig %[1]s/1-*/admin.kubeconfig get nodes,nodepools,nodeclaims
`

// drain is how long it takes pods to leave a node of Karpenter's.
const drain = 10 * time.Second

// args to run the command with in another process.
func (c *upCmd) args() []string {
	if c.InCluster {
		return []string{"up", "--in-cluster"}
	}
	return []string{"up"}
}

// Run the command.
func (c *upCmd) Run() error {
	if c.Detach {
		return detach(c.args()...)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	f, err := lock()
	if err != nil {
		return err
	}
	defer f.Close()           //nolint:errcheck // It's about to be removed.
	defer os.Remove(f.Name()) //nolint:errcheck // The next one takes it over.

	l, err := lab.Start(ctx, lab.Options{Progress: os.Stderr, InCluster: c.InCluster})
	if err != nil {
		return failed(ctx, l, err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		return failed(ctx, l, err)
	}
	or := ", or Ctrl-C"
	if isDetached() {
		or = ""
	}
	install := installRequests()
	// Whoever waits for it waits for what is in the lock.
	fmt.Printf(next, l.Kubeconfig(), filepath.Join(l.Dir, "bin"), root, filepath.Join(l.Dir, "logs"), or)
	if err := (held{pid: os.Getpid(), dir: l.Dir}).writeTo(f); err != nil {
		return failed(ctx, l, err)
	}
	if c.InCluster {
		l.EKS.SetDrain(drain)
		fmt.Printf(inside, l.Clusters())
	}
	installAsTold(ctx, l, install)
	fmt.Fprintln(os.Stderr, "lab: stopping")
	return l.Stop()
}

// failed to come up. That somebody said Ctrl-C is no failure.
func failed(ctx context.Context, l *lab.Lab, err error) error {
	if ctx.Err() != nil {
		return l.Stop()
	}
	if logs, kerr := l.KeepLogs(); kerr == nil && logs != "" {
		err = errors.Wrap(err, "logs are in "+logs)
	}
	return errors.Join(err, l.Stop())
}
