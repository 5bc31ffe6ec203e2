// Package lab runs a real control plane on one machine, without containers: etcd,
// the Kubernetes API server, its controller manager and Crossplane, all built from
// Go modules, and the function as a process that Crossplane calls over mTLS. All
// providers, or only that for AWS, are simulated, with the status that
// internal/simulate returns.
package lab

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"k8s.io/klog/v2"

	"github.com/crossplane/function-sdk-go/errors"
)

// Options of a lab.
type Options struct {
	// Progress is where slow steps are reported.
	Progress io.Writer

	// Packages installs packages with Crossplane's package manager, as users do.
	// Else their content is applied, which is faster.
	Packages bool

	// InCluster runs an API server for each EKS cluster, in which the real providers
	// for Helm and Kubernetes install Karpenter's charts and NodePools. Only
	// provider-aws is simulated.
	InCluster bool

	// Namespaced installs the API of namespaced composite resources, without claims.
	Namespaced bool

	// AWS runs the real provider-aws with an emulator of AWS. It implies InCluster,
	// for the emulator's clusters.
	AWS bool

	// CoreArgs are more flags for Crossplane.
	CoreArgs []string
}

// A Lab is a running control plane.
type Lab struct {
	// Cluster that Crossplane runs in.
	*Cluster

	// Dir contains all files of the lab except its binaries.
	Dir string

	// Providers that are simulated.
	Providers *Providers

	// AWS that's emulated, or nil.
	AWS *AWS

	// EKS that's simulated, or nil.
	EKS *EKS

	etcd, core, function             *process
	providerHelm, providerKubernetes *process
	providerAWS                      *process

	// registry of packages, if needed, and the number of installations from it
	// since the start.
	registry *httptest.Server
	installs int

	// charts of Karpenter, or nil.
	charts *chartRepository

	// log of clients.
	log *os.File

	source  string
	bin     binaries
	ports   ports
	options Options

	// clusters other than the one that Crossplane runs in.
	mu           sync.Mutex
	clusters     []*Cluster
	clusterCount atomic.Int32
}

// ports that are free when the lab starts.
type ports struct {
	etcd, etcdPeer, webhook, metrics, health, function int
}

// Start builds missing binaries and starts a lab. The caller must stop it, even
// after an error.
func Start(ctx context.Context, o Options) (*Lab, error) {
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	o.InCluster = o.InCluster || o.AWS
	l := &Lab{options: o}
	type step struct {
		what string
		do   func(ctx context.Context) error
	}
	steps := []step{
		{what: "", do: l.prepare},
		{what: "building function-seafarer-cluster", do: l.buildFunction},
		{what: "", do: l.startEtcd},
		{what: "starting Kubernetes", do: l.startKubernetes},
		{what: "starting Crossplane", do: l.startCrossplane},
		{what: "starting the function", do: l.startFunction},
	}
	if o.InCluster {
		steps = append(steps, step{what: "publishing Karpenter's charts", do: l.publishCharts})
	}
	steps = append(steps, step{what: "", do: l.copyAPI})
	if o.Packages {
		steps = append(steps, step{what: "building and installing packages", do: l.installPackages})
	} else {
		steps = append(steps,
			step{what: "installing the providers' definitions", do: l.installDefinitions},
			step{what: "installing the function", do: l.createFunctionRevision},
			step{what: "installing the API", do: l.installAPI})
	}
	if o.InCluster {
		steps = append(steps,
			step{what: "starting provider-helm", do: l.startProviderHelm},
			step{what: "starting provider-kubernetes", do: l.startProviderKubernetes})
	}
	switch {
	case o.AWS:
		steps = append(steps,
			step{what: "starting AWS", do: l.startAWS},
			step{what: "starting provider-aws", do: l.startProviderAWS})
	case o.InCluster:
		l.EKS = newEKS(l)
	}
	for _, s := range steps {
		done := func() {}
		if s.what != "" {
			done = progress(o.Progress, s.what)
		}
		err := s.do(ctx)
		done()
		if err != nil {
			return l, err
		}
	}
	l.Providers = newProviders(l.Client, l.EKS, o)
	return l, l.Providers.start(ctx)
}

// Stop stops all processes and removes the lab's files.
func (l *Lab) Stop() error {
	if l.Providers != nil {
		l.Providers.stop()
	}
	if l.EKS != nil {
		l.EKS.stop()
	}
	if l.AWS != nil {
		l.AWS.stop()
	}
	for _, p := range l.processes() {
		p.stop()
	}
	if l.registry != nil {
		l.registry.Close()
	}
	if l.charts != nil {
		l.charts.server.Close()
	}
	if l.log != nil {
		klog.SetOutput(io.Discard)
		l.log.Close() //nolint:errcheck // An error has no effect here.
	}
	if l.Dir == "" {
		return nil
	}
	return errors.Wrap(os.RemoveAll(l.Dir), "cannot remove the lab's files")
}

// SaveLogs moves the logs out of Dir, and returns their folder. It's empty if no
// process was started.
func (l *Lab) SaveLogs() (string, error) {
	if l.etcd == nil {
		return "", nil
	}
	to := l.Dir + "-logs"
	return to, errors.Wrap(os.Rename(l.logs(), to), "cannot move the logs")
}

// processes returns all processes in the order in which to stop them.
func (l *Lab) processes() []*process {
	l.mu.Lock()
	defer l.mu.Unlock()
	ps := []*process{l.providerAWS, l.providerHelm, l.providerKubernetes, l.function, l.core}
	for _, c := range append(slices.Clone(l.clusters), l.Cluster) {
		if c != nil {
			ps = append(ps, c.manager, c.apiserver)
		}
	}
	if l.AWS != nil {
		ps = append(ps, l.AWS.process)
	}
	return slices.DeleteFunc(append(ps, l.etcd), func(p *process) bool { return p == nil })
}

func (l *Lab) logs() string { return filepath.Join(l.Dir, "logs") }

func (l *Lab) path(elem ...string) string { return filepath.Join(append([]string{l.Dir}, elem...)...) }

// process returns a process to start.
func (l *Lab) process(name, path string, env []string, args ...string) *process {
	return &process{name: name, path: path, env: env, args: args, dir: l.Dir, log: filepath.Join(l.logs(), name+".log")}
}

// prepare builds binaries, creates folders and finds ports.
func (l *Lab) prepare(ctx context.Context) error {
	var err error
	if l.source, err = source(); err != nil {
		return err
	}
	if l.bin, err = buildAll(ctx, l.source, l.options); err != nil {
		return err
	}
	if l.Dir, err = os.MkdirTemp("", "seafarer-lab-"); err != nil {
		return errors.Wrap(err, "cannot create a folder to run in")
	}
	for _, d := range []string{"bin", "logs", "cache/kubectl", "cache/xpkg", "cache/xfn"} {
		if err := os.MkdirAll(l.path(d), 0o700); err != nil {
			return errors.Wrap(err, "cannot create a folder to run in")
		}
	}
	for name, to := range map[string]string{"kubectl": l.bin.kube, "crossplane": l.bin.cli} {
		if err := os.Symlink(to, l.path("bin", name)); err != nil {
			return errors.Wrapf(err, "cannot link %s", name)
		}
	}
	if err := l.openLog(); err != nil {
		return err
	}
	p := &l.ports
	return free(&p.etcd, &p.etcdPeer, &p.webhook, &p.metrics, &p.health, &p.function)
}

// openLog redirects the log of clients to a file, because they report errors while an
// API server restarts.
func (l *Lab) openLog() error {
	f, err := os.OpenFile(filepath.Join(l.logs(), "client.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return errors.Wrap(err, "cannot open the clients' log")
	}
	l.log = f
	klog.LogToStderr(false)
	klog.SetOutput(f)
	return nil
}

// free finds free ports on loopback. All are open at once, so that they differ.
func free(ports ...*int) error {
	for _, p := range ports {
		s, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // It takes no time.
		if err != nil {
			return errors.Wrap(err, "cannot find a free port")
		}
		defer s.Close() //nolint:errcheck // Nothing was written.
		a, ok := s.Addr().(*net.TCPAddr)
		if !ok {
			return errors.Errorf("cannot find the port of %s", s.Addr())
		}
		*p = a.Port
	}
	return nil
}

func loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// CLI runs the crossplane CLI without the user's configuration, and returns its
// output.
func (l *Lab) CLI(ctx context.Context, in string, args ...string) (string, error) {
	env := []string{"KUBECONFIG=" + l.Kubeconfig(), "CROSSPLANE_CONFIG=" + l.path("cache", "crossplane.yaml")}
	return command(ctx, l.Dir, env, in, l.bin.cli, args...)
}
