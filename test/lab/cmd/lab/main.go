// Command lab starts and stops a control plane.
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
	Up   upCmd   `cmd:"" help:"Start a control plane, and run it until Ctrl-C."`
	Down downCmd `cmd:"" help:"Stop the running control plane, from another terminal."`

	Install installCmd `cmd:"" help:"Install packages into the running control plane."`

	Build buildCmd `cmd:"" help:"Build the binaries of all tests. provider-aws takes half an hour."`
}

func main() {
	c := kong.Parse(&cli{}, kong.Name("lab"), kong.UsageOnError(), kong.Description(`A real control plane on this machine, without containers.

Examples:

  # Until Ctrl-C
  go run ./cmd/lab up

  # In the background
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
	Detach    bool `help:"Run in the background." short:"d"`
	InCluster bool `help:"Run an API server for each EKS cluster, in which the real providers install Karpenter's charts."`
}

const next = `
The control plane is up. In another terminal:

  export KUBECONFIG=%[1]s
  export PATH=%[2]s:$PATH
  kubectl create namespace team-a
  kubectl apply -f %[3]s/example/minimal/claim.yaml
  kubectl get seafarerclusters --all-namespaces --watch
  kubectl get managed --namespace team-a

Logs are in %[4]s. Stop it with: make lab-down%[5]s
`

// inside explains how to access the EKS clusters.
const inside = `
Each EKS cluster has a folder in %[1]s, once it's active:

  kubectl --kubeconfig %[1]s/1-*/admin.kubeconfig get nodes,nodepools,nodeclaims
`

// drain is how long the drain of Karpenter's nodes takes.
const drain = 10 * time.Second

// args returns the arguments for another process.
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
	defer f.Close()           //nolint:errcheck // It's removed.
	defer os.Remove(f.Name()) //nolint:errcheck // The next one truncates it.

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
	// Print before the lock is written: detach returns then.
	fmt.Printf(next, l.Kubeconfig(), filepath.Join(l.Dir, "bin"), root, filepath.Join(l.Dir, "logs"), or)
	if err := (lockInfo{pid: os.Getpid(), dir: l.Dir}).writeTo(f); err != nil {
		return failed(ctx, l, err)
	}
	if c.InCluster {
		l.EKS.SetDrain(drain)
		fmt.Printf(inside, l.Clusters())
	}
	serveInstalls(ctx, l, install)
	fmt.Fprintln(os.Stderr, "lab: stopping")
	return l.Stop()
}

// failed stops a lab that did not start. After Ctrl-C it returns no error.
func failed(ctx context.Context, l *lab.Lab, err error) error {
	if ctx.Err() != nil {
		return l.Stop()
	}
	if logs, kerr := l.SaveLogs(); kerr == nil && logs != "" {
		err = errors.Wrap(err, "logs are in "+logs)
	}
	return errors.Join(err, l.Stop())
}
