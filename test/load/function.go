package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/encoding"
	"google.golang.org/protobuf/proto"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/test/pki"
)

// A function that runs as a separate process.
type function struct {
	cmd  *exec.Cmd
	conn *grpc.ClientConn
	log  *bytes.Buffer
	dir  string

	// started is the time from its start to its first response.
	started time.Duration
}

// start builds and starts the function, and calls it once.
func start(ctx context.Context) (*function, error) {
	dir, err := os.MkdirTemp("", "seafarer-load-")
	if err != nil {
		return nil, errors.Wrap(err, "cannot create a folder")
	}
	f := &function{dir: dir, log: &bytes.Buffer{}}
	if err := f.run(ctx); err != nil {
		f.stop()
		return nil, errors.Wrapf(err, "cannot start the function\n%s", f.log)
	}
	return f, nil
}

func (f *function) run(ctx context.Context) error {
	ca, err := pki.New()
	if err != nil {
		return err
	}
	if err := ca.WriteServer(f.dir); err != nil {
		return err
	}
	tls, err := ca.Client()
	if err != nil {
		return err
	}
	address, err := free(ctx)
	if err != nil {
		return err
	}
	binary := filepath.Join(f.dir, "function")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, ".") //nolint:gosec // The command is a constant.
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = f.log
	if err := build.Run(); err != nil {
		return errors.Wrap(err, "cannot build it")
	}
	f.cmd = exec.Command(binary, "--address="+address, "--tls-server-certs-dir="+f.dir, "--metrics-address=", "--debug-address=") //nolint:gosec,noctx // The command is a constant, and stop ends it.
	f.cmd.Stderr = f.log
	// Reconnects are fast, because local connections fail at once.
	wait := grpc.ConnectParams{Backoff: backoff.Config{BaseDelay: time.Millisecond, MaxDelay: time.Millisecond}, MinConnectTimeout: time.Second}
	if f.conn, err = grpc.NewClient(address, grpc.WithTransportCredentials(credentials.NewTLS(tls)), grpc.WithConnectParams(wait)); err != nil {
		return err
	}
	began := time.Now()
	if err := f.cmd.Start(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	_, err = fnv1.NewFunctionRunnerServiceClient(f.conn).RunFunction(ctx, &fnv1.RunFunctionRequest{}, grpc.WaitForReady(true))
	f.started = time.Since(began)
	return err
}

// free returns a free address on loopback.
func free(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", errors.Wrap(err, "cannot find a free port")
	}
	return l.Addr().String(), l.Close()
}

// call calls the function with the bytes of a request, and returns those of the
// response, because decoding them would take CPU from the function.
func (f *function) call(ctx context.Context, req []byte) ([]byte, error) {
	var rsp []byte
	err := f.conn.Invoke(ctx, fnv1.FunctionRunnerService_RunFunction_FullMethodName, &req, &rsp, grpc.ForceCodec(raw{}))
	return rsp, err
}

// response returns the function's response, or an error if it's Fatal.
func (f *function) response(ctx context.Context, req []byte) (*fnv1.RunFunctionResponse, error) {
	b, err := f.call(ctx, req)
	if err != nil {
		return nil, err
	}
	rsp := &fnv1.RunFunctionResponse{}
	if err := proto.Unmarshal(b, rsp); err != nil {
		return nil, errors.Wrap(err, "cannot decode a response")
	}
	for _, r := range rsp.GetResults() {
		if r.GetSeverity() == fnv1.Severity_SEVERITY_FATAL {
			return nil, errors.New(r.GetMessage())
		}
	}
	return rsp, nil
}

// rss returns the function's resident memory in bytes.
func (f *function) rss() (int, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", f.cmd.Process.Pid))
	if err != nil {
		return 0, errors.Wrap(err, "cannot read the function's resident memory")
	}
	for line := range strings.Lines(string(b)) {
		if kb, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")))
			return n << 10, err
		}
	}
	return 0, errors.New("cannot read the function's resident memory")
}

// stop stops the function, and removes its folder.
func (f *function) stop() {
	if f.conn != nil {
		f.conn.Close() //nolint:errcheck // Nothing is in flight.
	}
	if f.cmd != nil && f.cmd.Process != nil {
		f.cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck // An error means that it has ended.
		f.cmd.Wait()                          //nolint:errcheck // Its exit status doesn't matter.
	}
	os.RemoveAll(f.dir) //nolint:errcheck // It's a temporary folder.
}

// raw is a codec of bytes.
type raw struct{}

var _ encoding.Codec = raw{}

// Marshal returns the bytes.
func (raw) Marshal(v any) ([]byte, error) {
	b, ok := v.(*[]byte)
	if !ok {
		return nil, errors.Errorf("cannot send a %T", v)
	}
	return *b, nil
}

// Unmarshal copies the bytes.
func (raw) Unmarshal(data []byte, v any) error {
	b, ok := v.(*[]byte)
	if !ok {
		return errors.Errorf("cannot receive a %T", v)
	}
	*b = append((*b)[:0], data...)
	return nil
}

// Name returns the name of the codec that the function uses.
func (raw) Name() string { return "proto" }
