package lab

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"testing"
	"time"
)

// shared by all tests: it takes half a minute to come up.
var shared *Lab

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Fprintln(os.Stderr, "lab: skipped, because of -short")
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	var err error
	shared, err = Start(ctx, Options{Progress: os.Stderr, CoreArgs: Patient})
	var once sync.Once
	end := func(code int, why string) {
		once.Do(func() {
			if why != "" {
				fmt.Fprintln(os.Stderr, "lab:", why)
			}
			if code != 0 {
				keep(shared)
			}
			if err := shared.Stop(); err != nil {
				fmt.Fprintln(os.Stderr, "lab:", err)
			}
			os.Exit(code)
		})
		select {} // Somebody else is ending it.
	}
	go func() {
		c := make(chan os.Signal, 1)
		signal.Notify(c, os.Interrupt, syscall.SIGTERM)
		s := <-c
		cancel()
		end(1, s.String())
	}()
	if d := testTimeout(); d > 0 {
		const grace = 20 * time.Second
		time.AfterFunc(d-grace, func() { end(1, "out of time, raise -timeout") })
	}
	if err != nil {
		end(1, err.Error())
	}
	end(m.Run(), "")
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
	state, _ := l.Kubectl(ctx, "", "get", "claim,composite,managed", "--all-namespaces", "--output=yaml") // As much as there is.
	if err := write(l.path("logs", "state.yaml"), []byte(state)); err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
	}
	logs, err := l.KeepLogs()
	if err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		return
	}
	fmt.Fprintln(os.Stderr, "lab: logs are in", logs)
}
