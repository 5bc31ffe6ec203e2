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

// shared by tests, because a lab takes half a minute to start.
var shared *Lab

// labs that are running or starting. All are stopped when the tests end.
var labs struct {
	sync.Mutex

	list []*Lab
}

// parallelTests is independent of the number of cores, because tests mostly wait.
const parallelTests = 4

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Fprintln(os.Stderr, "lab: skipped, because of -short")
		return
	}
	if err := restrictToAWS(); err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var once sync.Once
	exit := func(code int, reason string) {
		once.Do(func() {
			if reason != "" {
				fmt.Fprintln(os.Stderr, "lab:", reason)
			}
			cancel()
			labs.Lock() // Wait until a starting lab has been canceled.
			for _, l := range labs.list {
				if err := stop(l, code != 0); err != nil {
					fmt.Fprintln(os.Stderr, "lab:", err)
					code = 1
				}
			}
			os.Exit(code)
		})
		select {} // Another goroutine exits.
	}
	go func() {
		c := make(chan os.Signal, 1)
		signal.Notify(c, os.Interrupt, syscall.SIGTERM)
		s := <-c
		exit(1, s.String())
	}()
	if d := testTimeout(); d > 0 {
		const grace = 20 * time.Second
		time.AfterFunc(d-grace, func() { exit(1, "out of time, raise -timeout") })
	}
	start = func(o Options) (*Lab, error) {
		labs.Lock()
		defer labs.Unlock()
		o.Progress = os.Stderr
		l, err := Start(ctx, o)
		labs.list = append(labs.list, l)
		return l, err
	}
	var err error
	if shared, err = start(Options{CoreArgs: RaisedCircuitBreaker, AWS: *withAWS}); err != nil {
		exit(1, err.Error())
	}
	if err := flag.Set("test.parallel", strconv.Itoa(parallelTests)); err != nil {
		exit(1, err.Error())
	}
	exit(m.Run(), "")
}

// start starts a lab that's stopped when the tests end.
var start func(o Options) (*Lab, error)

// startLab starts a lab that's stopped when the test ends.
func startLab(t *testing.T, o Options) *Lab {
	t.Helper()
	l, err := start(o)
	t.Cleanup(func() {
		labs.Lock()
		defer labs.Unlock()
		labs.list = slices.DeleteFunc(labs.list, func(u *Lab) bool { return u == l })
		if err := stop(l, t.Failed()); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// stop stops a lab, and saves its logs after a failure.
func stop(l *Lab, failed bool) error {
	if failed {
		saveLogs(l)
	}
	return l.Stop()
}

// testTimeout returns the value of -timeout.
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

// saveLogs saves the logs and the objects of a lab.
func saveLogs(l *Lab) {
	if l.etcd == nil {
		return // No process was started.
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	l.state(ctx, "claim,composite,managed")
	for _, c := range l.EKS.all() {
		c.state(ctx, "nodes,deployments,nodepools.karpenter.sh,nodeclaims.karpenter.sh,ec2nodeclasses.karpenter.k8s.aws")
	}
	logs, err := l.SaveLogs()
	if err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		return
	}
	fmt.Fprintln(os.Stderr, "lab: logs are in", logs)
}

// state writes the objects of a cluster to the logs.
func (c *Cluster) state(ctx context.Context, kinds string) {
	if c == nil {
		return // It was not started.
	}
	out, _ := c.Kubectl(ctx, "", "get", kinds, "--all-namespaces", "--output=yaml") // Best effort.
	if err := write(c.lab.path("logs", strings.TrimPrefix(c.name+"-state.yaml", "-")), []byte(out)); err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
	}
}
