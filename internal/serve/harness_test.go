package serve

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/test/pki"
)

// timeout of operations that take no time.
const timeout = time.Minute

// A fake function that responds as a test defines.
type fake struct {
	fnv1.UnimplementedFunctionRunnerServiceServer

	answer func(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error)
}

func (f fake) RunFunction(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	return f.answer(ctx, req)
}

// echo the tag of a request.
func echo(_ context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	return &fnv1.RunFunctionResponse{Meta: &fnv1.ResponseMeta{Tag: req.GetMeta().GetTag()}}, nil
}

// A running server, and what a client needs to connect.
type server struct {
	*Server

	t         *testing.T
	authority *pki.Authority
	dir       string
	log       *buffer
	end       context.CancelFunc
	ended     chan error
}

// start a server on loopback, with mTLS, until the test ends.
func start(t *testing.T, answer func(context.Context, *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error), change func(o *Options)) *server {
	t.Helper()
	s := &server{t: t, dir: t.TempDir(), log: &buffer{}, ended: make(chan error, 1)}
	s.authority = s.rotate()
	o := Options{
		Network: "tcp", Address: "127.0.0.1:0", CertsDir: s.dir, MaxMessageSize: 1 << 20, MaxCalls: 4,
		CallTimeout: timeout, DrainTimeout: timeout, MetricsAddress: "127.0.0.1:0", DebugAddress: "127.0.0.1:0",
	}
	if change != nil {
		change(&o)
	}
	level := zap.NewAtomicLevelAt(zap.DebugLevel)
	log := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), s.log, level))
	ctx, end := context.WithCancel(t.Context())
	s.end = end
	var err error
	if s.Server, err = New(ctx, fake{answer: answer}, log, level, o); err != nil {
		t.Fatal(err)
	}
	go func() {
		s.ended <- s.Run(ctx)
		close(s.ended)
	}()
	t.Cleanup(func() {
		end()
		next(t, s.ended)
	})
	return s
}

// rotate the certificates of the server: a new authority issues new ones.
func (s *server) rotate() *pki.Authority {
	s.t.Helper()
	a, err := pki.New()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := a.WriteServer(s.dir); err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *server) tls(a *pki.Authority) *tls.Config {
	s.t.Helper()
	c, err := a.Client()
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// connect to the server with a client certificate of an authority.
func (s *server) connect(a *pki.Authority) *grpc.ClientConn {
	s.t.Helper()
	return s.dial(credentials.NewTLS(s.tls(a)))
}

func (s *server) dial(creds credentials.TransportCredentials) *grpc.ClientConn {
	s.t.Helper()
	c, err := grpc.NewClient(s.Address(), grpc.WithTransportCredentials(creds))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return c
}

// call the function.
func (s *server) call(c *grpc.ClientConn, tag string, o ...grpc.CallOption) (*fnv1.RunFunctionResponse, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), timeout)
	defer cancel()
	return fnv1.NewFunctionRunnerServiceClient(c).RunFunction(ctx, request(s.t, tag), o...)
}

// get the status code and body of a path.
func (s *server) get(e *endpoint, path string) (int, string) {
	s.t.Helper()
	return s.do(http.MethodGet, e, path, "")
}

func (s *server) do(method string, e *endpoint, path, body string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, "http://"+e.listener.Addr().String()+path, bytes.NewBufferString(body))
	if err != nil {
		s.t.Fatal(err)
	}
	rsp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rsp.Body.Close()
	b, err := io.ReadAll(rsp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return rsp.StatusCode, string(b)
}

// request of a claim, with a tag.
func request(tb testing.TB, tag string) *fnv1.RunFunctionRequest {
	tb.Helper()
	xr, err := structpb.NewStruct(map[string]any{
		"metadata": map[string]any{"name": "platform-x7k2p"},
		"spec":     map[string]any{"claimRef": map[string]any{"name": "platform", "namespace": "team-a"}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return &fnv1.RunFunctionRequest{
		Meta:     &fnv1.RequestMeta{Tag: tag},
		Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: xr}},
	}
}

// eventually waits until a condition is true.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(timeout); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if cond() {
			return
		}
	}
	t.Fatalf("%s: not within %s", what, timeout)
}

// next value of a channel, within the timeout.
func next[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(timeout):
		t.Fatalf("no value within %s", timeout)
		panic("unreachable")
	}
}

// A buffer of a log that can be read while it's written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// Sync does nothing: a buffer is in memory.
func (b *buffer) Sync() error { return nil }

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
