package serve

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/proto/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/test/pki"
)

// TestWhoMayCall accepts only clients with a certificate of the authority.
func TestWhoMayCall(t *testing.T) {
	s := start(t, echo, nil)
	other, err := pki.New()
	if err != nil {
		t.Fatal(err)
	}
	trusted := s.tls(s.authority)
	with := func(change func(c *tls.Config)) credentials.TransportCredentials {
		c := trusted.Clone()
		change(c)
		return credentials.NewTLS(c)
	}

	cases := map[string]struct {
		reason string
		creds  credentials.TransportCredentials
		want   codes.Code
	}{
		"Trusted": {
			reason: "Crossplane has a certificate of the authority.",
			creds:  credentials.NewTLS(trusted),
			want:   codes.OK,
		},
		"NoCertificate": {
			reason: "A client must authenticate.",
			creds:  with(func(c *tls.Config) { c.Certificates = nil }),
			want:   codes.Unavailable,
		},
		"OtherAuthority": {
			reason: "Anyone can create a certificate.",
			creds:  with(func(c *tls.Config) { c.Certificates = s.tls(other).Certificates }),
			want:   codes.Unavailable,
		},
		"OldProtocol": {
			reason: "All clients support TLS 1.3.",
			creds:  with(func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12 }),
			want:   codes.Unavailable,
		},
		"NoTLS": {
			reason: "Calls must be encrypted.",
			creds:  insecure.NewCredentials(),
			want:   codes.Unavailable,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := s.call(s.dial(tc.creds), name)
			if got := status.Code(err); got != tc.want {
				t.Errorf("%s\nRunFunction(...): want %s, got %v", tc.reason, tc.want, err)
			}
		})
	}
}

// TestInsecure serves without TLS if the option is set, even if there are
// certificates.
func TestInsecure(t *testing.T) {
	s := start(t, echo, func(o *Options) { o.Insecure = true })
	if _, err := s.call(s.dial(insecure.NewCredentials()), ""); err != nil {
		t.Errorf("RunFunction(...): %v", err)
	}
}

// TestCannotServe checks that errors name the flag or path to correct.
func TestCannotServe(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	taken := l.Addr().String()
	empty := t.TempDir()

	cases := map[string]struct {
		reason string
		o      Options
		want   string
	}{
		"NoCertificates": {
			reason: "Serving without TLS requires an explicit flag.",
			o:      Options{Network: "tcp", Address: "127.0.0.1:0"},
			want:   "cannot serve without certificates: set --tls-server-certs-dir, or --insecure",
		},
		"EmptyFolder": {
			reason: "The folder should be named.",
			o:      Options{Network: "tcp", Address: "127.0.0.1:0", CertsDir: empty},
			want:   "cannot load tls.crt and tls.key of " + empty,
		},
		"AddressTaken": {
			reason: "The address should be named.",
			o:      Options{Network: "tcp", Address: taken, Insecure: true},
			want:   fmt.Sprintf("cannot listen for Crossplane at %q", taken),
		},
		"MetricsAddressTaken": {
			reason: "A missing metrics endpoint should be an error.",
			o:      Options{Network: "tcp", Address: "127.0.0.1:0", Insecure: true, MetricsAddress: taken},
			want:   "set another --metrics-address, or none",
		},
		"DebugAddressTaken": {
			reason: "The flag should be named.",
			o:      Options{Network: "tcp", Address: "127.0.0.1:0", Insecure: true, MetricsAddress: "127.0.0.1:0", DebugAddress: taken},
			want:   "set another --debug-address, or none",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := New(t.Context(), fake{}, zap.NewNop(), zap.NewAtomicLevel(), tc.o)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s\nNew(...): want an error with %q, got %v", tc.reason, tc.want, err)
			}
		})
	}
}

// TestProtocols responds in both versions of the protocol.
func TestProtocols(t *testing.T) {
	s := start(t, echo, nil)
	c := s.connect(s.authority)
	got, err := s.call(c, "v1")
	if err != nil {
		t.Fatal(err)
	}
	want := &fnv1.RunFunctionResponse{Meta: &fnv1.ResponseMeta{Tag: "v1"}}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("v1: -want, +got:\n%s", diff)
	}
	beta, err := v1beta1.NewFunctionRunnerServiceClient(c).RunFunction(t.Context(), &v1beta1.RunFunctionRequest{Meta: &v1beta1.RequestMeta{Tag: "v1beta1"}})
	if err != nil {
		t.Fatal(err)
	}
	wantBeta := &v1beta1.RunFunctionResponse{Meta: &v1beta1.ResponseMeta{Tag: "v1beta1"}}
	if diff := cmp.Diff(wantBeta, beta, protocmp.Transform()); diff != "" {
		t.Errorf("v1beta1: -want, +got:\n%s", diff)
	}
}

// TestRotation replaces the server's certificate and the clients' authority.
func TestRotation(t *testing.T) {
	s := start(t, echo, nil)
	before := s.authority
	connected := s.connect(before)
	if _, err := s.call(connected, "before"); err != nil {
		t.Fatal(err)
	}
	serial := s.serialNumber(t, before)

	after := s.rotate()
	if s.serialNumber(t, after) == serial {
		t.Errorf("the server still uses the old certificate")
	}
	if _, err := s.call(s.connect(after), "after"); err != nil {
		t.Errorf("RunFunction(...) with a certificate of the new authority: %v", err)
	}
	old := s.tls(before)
	old.RootCAs = s.tls(after).RootCAs
	if _, err := s.call(s.dial(credentials.NewTLS(old)), "old"); status.Code(err) != codes.Unavailable {
		t.Errorf("RunFunction(...) with a certificate of the old authority: want it refused, got %v", err)
	}
	if _, err := s.call(connected, "connected"); err != nil {
		t.Errorf("RunFunction(...) on a connection from before: %v", err)
	}

	// Files aren't written atomically.
	for _, name := range []string{"tls.crt", "tls.key", "ca.crt"} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte("half of"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.call(s.connect(after), "broken"); err != nil {
		t.Errorf("RunFunction(...) while files are being written: %v", err)
	}
	if !strings.Contains(s.log.String(), "Cannot read certificates, so the last ones stay in use") {
		t.Errorf("the log does not report that certificates cannot be read: %s", s.log)
	}
	last := s.rotate()
	if _, err := s.call(s.connect(last), "mended"); err != nil {
		t.Errorf("RunFunction(...) once files are complete: %v", err)
	}
}

// serialNumber of the server's certificate.
func (s *server) serialNumber(t *testing.T, a *pki.Authority) string {
	t.Helper()
	c, err := (&tls.Dialer{Config: s.tls(a)}).DialContext(t.Context(), "tcp", s.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	certs := c.(*tls.Conn).ConnectionState().PeerCertificates
	return certs[0].SerialNumber.String()
}

// TestTicketsAreNotAccepted refuses to resume a session of an earlier handshake.
func TestTicketsAreNotAccepted(t *testing.T) {
	s := start(t, echo, nil)
	c := s.tls(s.authority)
	c.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	creds := credentials.NewTLS(c)
	for range 2 {
		if _, err := s.call(s.dial(creds), ""); err != nil {
			t.Fatal(err)
		}
	}
	s.rotate()
	c.RootCAs = x509.NewCertPool()
	if _, err := s.call(s.dial(creds), ""); err == nil {
		t.Error("RunFunction(...): want a handshake, and its failure")
	}
}

// blocking responds to a call once it's released.
type blocking struct {
	began, release chan struct{}
}

func newBlocking() blocking {
	return blocking{began: make(chan struct{}, 100), release: make(chan struct{})}
}

func (b blocking) answer(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	b.began <- struct{}{}
	<-b.release
	return echo(ctx, req)
}

// TestDrain responds to calls in flight, and refuses new ones.
func TestDrain(t *testing.T) {
	b := newBlocking()
	s := start(t, b.answer, nil)
	c := s.connect(s.authority)
	if code, _ := s.get(s.metrics, "/readyz"); code != http.StatusOK {
		t.Errorf("/readyz: want %d, got %d", http.StatusOK, code)
	}
	answered := make(chan error, 1)
	go func() {
		rsp, err := s.call(c, "in flight")
		if err == nil && rsp.GetMeta().GetTag() != "in flight" {
			err = fmt.Errorf("got the response %v", rsp)
		}
		answered <- err
	}()
	next(t, b.began)
	s.end()

	eventually(t, "not ready", func() bool {
		code, _ := s.get(s.metrics, "/readyz")
		return code == http.StatusServiceUnavailable
	})
	if code, _ := s.get(s.metrics, "/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: want %d while it drains, got %d", http.StatusOK, code)
	}
	eventually(t, "refuses new clients", func() bool {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Address())
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	select {
	case err := <-s.ended:
		t.Fatalf("ended with a call in flight: %v", err)
	default:
	}

	close(b.release)
	if err := next(t, answered); err != nil {
		t.Errorf("RunFunction(...) in flight: %v", err)
	}
	if err := next(t, s.ended); err != nil {
		t.Errorf("Run(...): %v", err)
	}
}

// TestDrainEnds even if a call doesn't.
func TestDrainEnds(t *testing.T) {
	b := newBlocking()
	defer close(b.release)
	s := start(t, b.answer, func(o *Options) { o.DrainTimeout = 50 * time.Millisecond })
	answered := make(chan error, 1)
	go func() {
		_, err := s.call(s.connect(s.authority), "")
		answered <- err
	}()
	next(t, b.began)
	s.end()
	if err := next(t, s.ended); err == nil || !strings.Contains(err.Error(), "calls were cut off") {
		t.Errorf("Run(...): want an error that calls were cut off, got %v", err)
	}
	if err := next(t, answered); status.Code(err) != codes.Unavailable {
		t.Errorf("RunFunction(...): want %s, got %v", codes.Unavailable, err)
	}
}

// TestReplicas shuts replicas down one after another, as a node drain does. No call of a
// client like Crossplane fails.
func TestReplicas(t *testing.T) {
	a := start(t, echo, nil)
	b := start(t, echo, func(o *Options) { o.CertsDir = a.dir })
	r := manual.NewBuilderWithScheme("test")
	addresses := func(ss ...*server) resolver.State {
		var st resolver.State
		for _, s := range ss {
			st.Addresses = append(st.Addresses, resolver.Address{Addr: s.Address()})
		}
		return st
	}
	r.InitialState(addresses(a, b))
	// Crossplane's configuration.
	const config = `{"loadBalancingConfig": [{"round_robin": {}}], "methodConfig": [{"name": [{}], "waitForReady": true}]}`
	c, err := grpc.NewClient("test:///", grpc.WithResolvers(r), grpc.WithDefaultServiceConfig(config),
		grpc.WithTransportCredentials(credentials.NewTLS(a.tls(a.authority))))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })

	var calls atomic.Int64
	var stopped atomic.Bool
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for !stopped.Load() {
				if _, err := a.call(c, ""); err != nil {
					t.Errorf("RunFunction(...): %v", err)
				}
				calls.Add(1)
			}
		})
	}
	more := func() {
		until := calls.Load() + 200
		eventually(t, "calls", func() bool { return calls.Load() > until })
	}
	more()
	a.end()
	more()
	if err := next(t, a.ended); err != nil {
		t.Errorf("Run(...): %v", err)
	}
	next := start(t, echo, func(o *Options) { o.CertsDir = a.dir })
	r.UpdateState(addresses(next, b))
	b.end()
	more()
	stopped.Store(true)
	wg.Wait()
}

// TestPanic ends one call. Other calls succeed, before and after.
func TestPanic(t *testing.T) {
	b := newBlocking()
	s := start(t, func(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
		switch req.GetMeta().GetTag() {
		case "panic":
			Stage(ctx, "describe")
			panic("the password is hunter2")
		case "runtime":
			return nil, []error{}[len(req.GetMeta().GetTag())]
		default:
			return b.answer(ctx, req)
		}
	}, nil)
	c := s.connect(s.authority)
	other := make(chan error, 1)
	go func() {
		_, err := s.call(c, "other")
		other <- err
	}()
	next(t, b.began)

	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	ctx := metadata.AppendToOutgoingContext(t.Context(), "traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	_, err := fnv1.NewFunctionRunnerServiceClient(c).RunFunction(ctx, request(t, "panic"))
	if status.Code(err) != codes.Internal || !strings.Contains(err.Error(), trace) {
		t.Errorf("RunFunction(...): want an error of code %s that names the trace, got %v", codes.Internal, err)
	}
	if _, err := s.call(c, "runtime"); status.Code(err) != codes.Internal {
		t.Errorf("RunFunction(...): want an error of code %s, got %v", codes.Internal, err)
	}
	_, err = v1beta1.NewFunctionRunnerServiceClient(c).RunFunction(t.Context(), &v1beta1.RunFunctionRequest{Meta: &v1beta1.RequestMeta{Tag: "panic"}})
	if status.Code(err) != codes.Internal {
		t.Errorf("v1beta1: want an error of code %s, got %v", codes.Internal, err)
	}
	close(b.release)
	if err := next(t, other); err != nil {
		t.Errorf("RunFunction(...) of another claim: %v", err)
	}

	log := s.log.String()
	for _, want := range []string{
		`"msg":"Panicked","xr":"platform-x7k2p","claim":"team-a/platform","trace":"` + trace + `","panic":"a string","stage":"describe"`,
		"serve.TestPanic.func",
		`"panic":"runtime error: index out of range [7] with length 0"`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("want %s in the log, got:\n%s", want, log)
		}
	}
	if strings.Contains(log, "hunter2") {
		t.Errorf("want no value of the panic in the log, got:\n%s", log)
	}
	if _, m := s.get(s.metrics, "/metrics"); !strings.Contains(m, "seafarer_function_panics_total 3\n") {
		t.Errorf("want three panics counted, got:\n%s", m)
	}
}

// TestMessageSize checks the limit of a request's size.
func TestMessageSize(t *testing.T) {
	s := start(t, echo, nil)
	_, err := s.call(s.connect(s.authority), strings.Repeat("x", 2<<20))
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("RunFunction(...): want %s, got %v", codes.ResourceExhausted, err)
	}
}

// TestMaxCalls limits concurrent calls of all clients, and responds to each eventually.
func TestMaxCalls(t *testing.T) {
	const calls, clients = 24, 3
	var now, most atomic.Int64
	s := start(t, func(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() { //nolint:revive // All is in the condition.
		}
		time.Sleep(5 * time.Millisecond)
		return echo(ctx, req)
	}, func(o *Options) { o.MaxCalls = 2 })
	var wg sync.WaitGroup
	for range clients {
		c := s.connect(s.authority)
		for range calls / clients {
			wg.Go(func() {
				if _, err := s.call(c, ""); err != nil {
					t.Errorf("RunFunction(...): %v", err)
				}
			})
		}
	}
	wg.Wait()
	if got := most.Load(); got != 2 {
		t.Errorf("want two calls at a time, got %d", got)
	}
}

// TestCallTimeout limits the wait and the duration of a call.
func TestCallTimeout(t *testing.T) {
	b := newBlocking()
	s := start(t, func(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
		if req.GetMeta().GetTag() == "slow" {
			<-ctx.Done()
			return echo(ctx, req)
		}
		return b.answer(ctx, req)
	}, func(o *Options) { o.MaxCalls, o.CallTimeout = 1, time.Second })
	if _, err := s.call(s.connect(s.authority), "slow"); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("RunFunction(...) that's slow: want %s, got %v", codes.DeadlineExceeded, err)
	}
	first := make(chan error, 1)
	go func() {
		_, err := s.call(s.connect(s.authority), "first")
		first <- err
	}()
	next(t, b.began)
	if _, err := s.call(s.connect(s.authority), "second"); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("RunFunction(...) that waits: want %s, got %v", codes.ResourceExhausted, err)
	}
	close(b.release)
	if err := next(t, first); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("RunFunction(...) that was late: want %s, got %v", codes.DeadlineExceeded, err)
	}
}

// TestHealth serves the health check over gRPC to clients with a certificate, even if many
// calls wait. Watch is unsupported, because it would delay the shutdown.
func TestHealth(t *testing.T) {
	b := newBlocking()
	s := start(t, b.answer, func(o *Options) { o.MaxCalls = 1 })
	go s.call(s.connect(s.authority), "")
	next(t, b.began)
	defer close(b.release)
	c := grpc_health_v1.NewHealthClient(s.connect(s.authority))
	h, err := c.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{})
	if err != nil || h.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Errorf("Check(...): want it to serve, got %v, %v", h, err)
	}
	w, err := c.Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Recv(); status.Code(err) != codes.Unimplemented {
		t.Errorf("Watch(...): want %s, got %v", codes.Unimplemented, err)
	}
}

// TestLog logs calls at the requested level.
func TestLog(t *testing.T) {
	s := start(t, func(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
		Result(ctx, req.GetMeta().GetTag())
		return echo(ctx, req)
	}, nil)
	c := s.connect(s.authority)
	call := func(tag string) {
		t.Helper()
		if _, err := s.call(c, tag); err != nil {
			t.Fatal(err)
		}
	}
	call("Debugged")
	if code, body := s.do(http.MethodPut, s.debug, "/loglevel", `{"level":"info"}`); code != http.StatusOK {
		t.Fatalf("PUT /loglevel: %d %s", code, body)
	}
	call("Quiet")
	if code, body := s.do(http.MethodPut, s.debug, "/loglevel", `{"level":"debug"}`); code != http.StatusOK {
		t.Fatalf("PUT /loglevel: %d %s", code, body)
	}
	call("DebuggedAgain")
	log := s.log.String()
	for result, want := range map[string]bool{"Debugged": true, "Quiet": false, "DebuggedAgain": true} {
		if got := strings.Contains(log, `"result":"`+result+`"`); got != want {
			t.Errorf("the log contains %s: want %t, got %t:\n%s", result, want, got, log)
		}
	}
	if want := `"msg":"Answered","xr":"platform-x7k2p","claim":"team-a/platform","trace":"`; !strings.Contains(log, want) {
		t.Errorf("want %s in the log, got:\n%s", want, log)
	}
	if code, _ := s.get(s.debug, "/debug/pprof/heap?debug=1"); code != http.StatusOK {
		t.Errorf("/debug/pprof/heap: want %d, got %d", http.StatusOK, code)
	}
	if code, _ := s.get(s.metrics, "/loglevel"); code != http.StatusNotFound {
		t.Errorf("/loglevel at the metrics address: want %d, got %d", http.StatusNotFound, code)
	}
}

// TestMetrics counts calls by result.
func TestMetrics(t *testing.T) {
	s := start(t, func(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
		Stage(ctx, "read")
		Stage(ctx, "answer")
		Withheld(ctx, 3)
		Result(ctx, req.GetMeta().GetTag())
		if req.GetMeta().GetTag() == "Broken" {
			return nil, status.Error(codes.Unknown, "broken")
		}
		return echo(ctx, req)
	}, nil)
	c := s.connect(s.authority)
	for _, tag := range []string{"Valid", "Valid", "InvalidSpec", "Broken"} {
		_, _ = s.call(c, tag)
	}
	_, text := s.get(s.metrics, "/metrics")
	got := slices.DeleteFunc(slices.Collect(strings.Lines(text)), func(l string) bool {
		return !strings.HasPrefix(l, "seafarer_") && !strings.Contains(l, "RunFunction") || strings.Contains(l, "_msg_") || strings.Contains(l, "_bucket") ||
			strings.Contains(l, "_seconds_sum") || strings.Contains(l, "expiry") || strings.Contains(l, "v1beta1") || strings.HasSuffix(l, " 0\n")
	})
	want := []string{
		"grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"RunFunction\",grpc_service=\"apiextensions.fn.proto.v1.FunctionRunnerService\",grpc_type=\"unary\"} 3\n",
		"grpc_server_handled_total{grpc_code=\"Unknown\",grpc_method=\"RunFunction\",grpc_service=\"apiextensions.fn.proto.v1.FunctionRunnerService\",grpc_type=\"unary\"} 1\n",
		"grpc_server_handling_seconds_count{grpc_method=\"RunFunction\",grpc_service=\"apiextensions.fn.proto.v1.FunctionRunnerService\",grpc_type=\"unary\"} 4\n",
		"grpc_server_started_total{grpc_method=\"RunFunction\",grpc_service=\"apiextensions.fn.proto.v1.FunctionRunnerService\",grpc_type=\"unary\"} 4\n",
		"seafarer_function_answers_total{result=\"InvalidSpec\"} 1\n",
		"seafarer_function_answers_total{result=\"None\"} 1\n",
		"seafarer_function_answers_total{result=\"Valid\"} 2\n",
		"seafarer_function_stage_seconds_count{stage=\"answer\"} 4\n",
		"seafarer_function_stage_seconds_count{stage=\"read\"} 4\n",
		"seafarer_function_stage_seconds_count{stage=\"wait\"} 4\n",
		"seafarer_function_withheld_resources_total 12\n",
	}
	if diff := cmp.Diff(want, got, cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Errorf("/metrics: -want, +got:\n%s", diff)
	}
	expiry := fmt.Sprintf("seafarer_function_certificate_expiry_timestamp_seconds %v\n", float64((&certificates{dir: s.dir, log: s.Server.log}).expiry().Unix()))
	if !strings.Contains(text, expiry) {
		t.Errorf("/metrics: want %s", expiry)
	}
}
