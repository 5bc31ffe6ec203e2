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

// stopTimeout after which a stopped process is killed.
const stopTimeout = 15 * time.Second

// A process of the lab. It can be started again, and then appends to its log.
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

	cmd := exec.Command(p.path, p.args...) //nolint:noctx // The lab stops it.
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
		cmd.Wait() //nolint:errcheck // The exit status doesn't matter.
		close(done)
	}()
	p.cmd, p.done = cmd, done
	return nil
}

// ended reports whether the process has ended or was never started.
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

// stop sends SIGTERM, then SIGKILL, and waits until the process has ended.
func (p *process) stop() { p.end(syscall.SIGTERM) }

// kill sends SIGKILL, and waits until the process has ended.
func (p *process) kill() { p.end(syscall.SIGKILL) }

func (p *process) end(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return
	}
	p.cmd.Process.Signal(s) //nolint:errcheck // An error means that it has ended.
	select {
	case <-p.done:
	case <-time.After(stopTimeout):
		p.cmd.Process.Kill() //nolint:errcheck // An error means that it has ended.
		<-p.done
	}
}

// spawner is one thread that starts all processes and never ends: Pdeathsig kills
// them with it, so that they never outlive the lab.
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

// until repeats a check until it passes, or returns its last error.
func until(ctx context.Context, timeout time.Duration, check func(ctx context.Context) error) error {
	const interval = 100 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	last := errors.New("not checked")
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
