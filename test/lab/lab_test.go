package lab

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// shared by all tests: it takes half a minute to come up.
var shared *Lab

// labs that are up or coming up. Whatever ends the tests ends them all.
var labs struct {
	sync.Mutex

	up []*Lab
}

// atOnce is how many tests run that don't disturb each other. They wait for most of
// the time, so it's not a matter of how many cores there are.
const atOnce = 4

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Fprintln(os.Stderr, "lab: skipped, because of -short")
		return
	}
	if err := onlyAWS(); err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var once sync.Once
	end := func(code int, why string) {
		once.Do(func() {
			if why != "" {
				fmt.Fprintln(os.Stderr, "lab:", why)
			}
			cancel()
			labs.Lock() // What is coming up gives up first.
			for _, l := range labs.up {
				if err := stop(l, code != 0); err != nil {
					fmt.Fprintln(os.Stderr, "lab:", err)
					code = 1
				}
			}
			os.Exit(code)
		})
		select {} // Somebody else is ending it.
	}
	go func() {
		c := make(chan os.Signal, 1)
		signal.Notify(c, os.Interrupt, syscall.SIGTERM)
		s := <-c
		end(1, s.String())
	}()
	if d := testTimeout(); d > 0 {
		const grace = 20 * time.Second
		time.AfterFunc(d-grace, func() { end(1, "out of time, raise -timeout") })
	}
	start = func(o Options) (*Lab, error) {
		labs.Lock()
		defer labs.Unlock()
		o.Progress = os.Stderr
		l, err := Start(ctx, o)
		labs.up = append(labs.up, l)
		return l, err
	}
	var err error
	if shared, err = start(Options{CoreArgs: Patient, AWS: *withAWS}); err != nil {
		end(1, err.Error())
	}
	if err := flag.Set("test.parallel", strconv.Itoa(atOnce)); err != nil {
		end(1, err.Error())
	}
	end(m.Run(), "")
}

// start a lab that ends when the tests do.
var start func(o Options) (*Lab, error)

// another lab than the shared one is up until a test is over.
func another(t *testing.T, o Options) *Lab {
	t.Helper()
	l, err := start(o)
	t.Cleanup(func() {
		labs.Lock()
		defer labs.Unlock()
		labs.up = slices.DeleteFunc(labs.up, func(u *Lab) bool { return u == l })
		if err := stop(l, t.Failed()); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// stop a lab, and keep its logs if something failed.
func stop(l *Lab, failed bool) error {
	if failed {
		keep(l)
	}
	return l.Stop()
}

// testTimeout is -timeout.
func testTimeout() time.Duration {
	f := flag.Lookup("test.timeout")
	if f == nil {
		return 0
	}
	g, ok := f.Value.(flag.Getter)
	if !ok {
		return 0
	}
	d, _ := g.Get().(time.Duration)
	return d
}

// keep the logs of a lab in which something failed, and what is in it.
func keep(l *Lab) {
	if l.etcd == nil {
		return // Nothing was started.
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	l.state(ctx, "claim,composite,managed")
	for _, c := range l.EKS.all() {
		c.state(ctx, "nodes,deployments,nodepools.karpenter.sh,nodeclaims.karpenter.sh,ec2nodeclasses.karpenter.k8s.aws")
	}
	logs, err := l.KeepLogs()
	if err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		return
	}
	fmt.Fprintln(os.Stderr, "lab: logs are in", logs)
}

// state of a cluster, as much as there is.
func (c *Cluster) state(ctx context.Context, kinds string) {
	if c == nil {
		return // It has not been started.
	}
	out, _ := c.Kubectl(ctx, "", "get", kinds, "--all-namespaces", "--output=yaml") // As much as there is.
	if err := write(c.lab.path("logs", strings.TrimPrefix(c.name+"-state.yaml", "-")), []byte(out)); err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
	}
}
