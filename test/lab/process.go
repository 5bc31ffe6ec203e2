package lab

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/crossplane/function-sdk-go/errors"
)

// patience with a process that was asked to end, before it's killed.
const patience = 15 * time.Second

// A process of the lab. It can be started again after it has been stopped, and
// then adds to its log.
type process struct {
	name string
	path string
	args []string
	env  []string
	dir  string
	log  string

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{}
}

func (p *process) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return errors.Wrapf(err, "cannot open the log of %s", p.name)
	}
	defer log.Close() //nolint:errcheck // The process has its own copy.

	cmd := exec.Command(p.path, p.args...) //nolint:noctx // We end it ourselves.
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Stdout = log
	cmd.Stderr = log
	cmd.SysProcAttr = attributes()
	if err := spawn(cmd.Start); err != nil {
		return errors.Wrapf(err, "cannot start %s", p.name)
	}
	done := make(chan struct{})
	go func() {
		cmd.Wait() //nolint:errcheck // How it ended is of no interest, only that it did.
		close(done)
	}()
	p.cmd, p.done = cmd, done
	return nil
}

// ended tells whether the process has ended, or was never started.
func (p *process) ended() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return true
	}
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// stop the process and wait until it has ended. It's asked first.
func (p *process) stop() { p.end(syscall.SIGTERM) }

// kill the process without asking, and wait until it has ended.
func (p *process) kill() { p.end(syscall.SIGKILL) }

func (p *process) end(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return
	}
	p.cmd.Process.Signal(s) //nolint:errcheck // Then it has ended already.
	select {
	case <-p.done:
	case <-time.After(patience):
		p.cmd.Process.Kill() //nolint:errcheck // Then it has ended already.
		<-p.done
	}
}

// spawner is one thread that starts all processes and never ends: they are
// killed when it does, so that they never outlive the lab.
var spawner = sync.OnceValue(func() chan<- func() {
	c := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range c {
			f()
		}
	}()
	return c
})

func spawn(start func() error) error {
	err := make(chan error)
	spawner() <- func() { err <- start() }
	return <-err
}

// until a check passes. The error is what was wrong when time was up.
func until(ctx context.Context, timeout time.Duration, check func(ctx context.Context) error) error {
	const interval = 100 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	last := errors.New("nothing was checked")
	for {
		err := check(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return errors.Wrapf(last, "not within %s", timeout)
		case <-time.After(interval):
		}
	}
}
