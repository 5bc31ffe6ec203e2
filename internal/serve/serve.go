package serve

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/recovery"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"

	"github.com/crossplane/function-sdk-go"
	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/proto/v1beta1"
)

// Options of a server.
type Options struct {
	// Network and Address to listen on for Crossplane.
	Network, Address string

	// CertsDir contains the server's certificate (tls.crt, tls.key) and the CA of its
	// clients (ca.crt).
	CertsDir string

	// Insecure listens without TLS, even if there are certificates.
	Insecure bool

	// MaxMessageSize of a request, in bytes.
	MaxMessageSize int

	// MaxCalls is the number of concurrent calls. Further ones wait.
	MaxCalls int

	// CallTimeout of a call, including its wait.
	CallTimeout time.Duration

	// DrainTimeout for calls in flight once the server shuts down.
	DrainTimeout time.Duration

	// MetricsAddress serves metrics and health, DebugAddress the log level and
	// profiles. An empty address disables its endpoint.
	MetricsAddress, DebugAddress string
}

const (
	// connectionAge makes clients reconnect from time to time, so that they are
	// checked against a new certificate authority and find new replicas.
	connectionAge = 10 * time.Minute

	// handshakeTimeout is how long a client may take to connect.
	handshakeTimeout = 10 * time.Second

	// maxHeaderSize of a call, in bytes. Crossplane sends almost no headers.
	maxHeaderSize = 64 * 1024
)

// A Server of a function.
type Server struct {
	options Options
	log     *zap.Logger

	grpc     *grpc.Server
	health   *health.Server
	listener net.Listener

	metrics, debug *endpoint

	// ready for calls: true from the moment all endpoints serve until the server shuts
	// down.
	ready atomic.Bool
}

// New server of a function. It listens, but answers only after Run.
func New(ctx context.Context, fn fnv1.FunctionRunnerServiceServer, log *zap.Logger, level zap.AtomicLevel, o Options) (*Server, error) {
	s := &Server{options: o, log: log, health: health.NewServer()}
	m := newMetrics()
	creds, err := s.credentials(m)
	if err != nil {
		return nil, err
	}
	s.grpc = grpc.NewServer(append(s.limits(), grpc.Creds(creds),
		grpc.ChainUnaryInterceptor(
			m.grpc.UnaryServerInterceptor(),
			onlyCalls(m.observe(log)),
			onlyCalls(limit(o.MaxCalls, o.CallTimeout)),
			recovery.UnaryServerInterceptor(recovery.WithRecoveryHandlerContext(m.recovered(log)))),
		grpc.ChainStreamInterceptor(
			m.grpc.StreamServerInterceptor(),
			recovery.StreamServerInterceptor(recovery.WithRecoveryHandlerContext(m.recovered(log)))))...)
	fnv1.RegisterFunctionRunnerServiceServer(s.grpc, fn)
	v1beta1.RegisterFunctionRunnerServiceServer(s.grpc, function.ServeBeta(fn))
	grpc_health_v1.RegisterHealthServer(s.grpc, checkable{Server: s.health})
	reflection.Register(s.grpc)
	m.grpc.InitializeMetrics(s.grpc)

	if s.listener, err = (&net.ListenConfig{}).Listen(ctx, o.Network, o.Address); err != nil {
		return nil, errors.Wrapf(err, "cannot listen for Crossplane at %q", o.Address)
	}
	if s.metrics, err = listen(ctx, o.MetricsAddress, s.monitoring(m)); err != nil {
		return nil, errors.Join(errors.Wrap(err, "cannot serve metrics: set another --metrics-address, or none"), s.listener.Close())
	}
	if s.debug, err = listen(ctx, o.DebugAddress, debugging(level)); err != nil {
		return nil, errors.Join(errors.Wrap(err, "cannot serve the log level: set another --debug-address, or none"), s.listener.Close(), s.metrics.close())
	}
	return s, nil
}

// Address that the server listens on for Crossplane.
func (s *Server) Address() string { return s.listener.Addr().String() }

// MetricsAddress that the server listens on, if it serves metrics.
func (s *Server) MetricsAddress() string { return s.metrics.listener.Addr().String() }

// credentials of the server: those of a folder, or none if it's insecure.
func (s *Server) credentials(m *metrics) (credentials.TransportCredentials, error) {
	switch {
	case s.options.Insecure:
		return insecure.NewCredentials(), nil
	case s.options.CertsDir == "":
		return nil, errors.New("cannot serve without certificates: set --tls-server-certs-dir, or --insecure")
	}
	c := &certificates{dir: s.options.CertsDir, log: s.log}
	if _, err := c.reload(); err != nil {
		return nil, err
	}
	m.expires(c)
	return credentials.NewTLS(c.config()), nil
}

// limits of what a client may request from the server.
func (s *Server) limits() []grpc.ServerOption {
	calls := max(s.options.MaxCalls, 1)
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(s.options.MaxMessageSize),
		grpc.MaxHeaderListSize(maxHeaderSize),
		// A client queues further calls itself, rather than at the server.
		grpc.MaxConcurrentStreams(uint32(calls)), //nolint:gosec // It's a few.
		grpc.ConnectionTimeout(handshakeTimeout),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionAge:      connectionAge,
			MaxConnectionAgeGrace: s.options.CallTimeout,
		}),
	}
}

// Run serves until the context ends, and then until calls have finished.
func (s *Server) Run(ctx context.Context) error {
	failed := make(chan error, 3)
	for _, serve := range []func() error{s.serve, s.metrics.serve, s.debug.serve} {
		go func() {
			if err := serve(); err != nil {
				failed <- err
			}
		}()
	}
	s.ready.Store(true)
	s.log.Info("Serving", zap.Stringer("address", s.listener.Addr()), zap.Bool("mtls", !s.options.Insecure))
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	// Metrics and health are served until all calls have finished.
	return errors.Join(err, s.drain(), s.metrics.close(), s.debug.close())
}

func (s *Server) serve() error {
	return errors.Wrap(s.grpc.Serve(s.listener), "cannot serve Crossplane")
}

// drain refuses new calls, and waits for those in flight.
func (s *Server) drain() error {
	s.log.Info("Ending: no new calls", zap.Duration("drainTimeout", s.options.DrainTimeout))
	s.ready.Store(false)
	s.health.Shutdown()
	done := make(chan struct{})
	go func() {
		s.grpc.GracefulStop()
		close(done)
	}()
	select {
	case <-done:
		s.log.Info("Ended: all calls have finished")
		return nil
	case <-time.After(s.options.DrainTimeout):
		// Stop closes connections, and may also wait for these calls.
		go s.grpc.Stop()
		return errors.Errorf("calls were cut off: they had not finished after %s", s.options.DrainTimeout)
	}
}

// An endpoint is an HTTP server and its listener. A nil one does nothing.
type endpoint struct {
	*http.Server

	listener net.Listener
}

func listen(ctx context.Context, address string, h http.Handler) (*endpoint, error) {
	if address == "" {
		return nil, nil //nolint:nilnil // A nil endpoint does nothing.
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	return &endpoint{Server: &http.Server{Handler: h, ReadHeaderTimeout: handshakeTimeout}, listener: l}, err
}

func (e *endpoint) serve() error {
	if e == nil {
		return nil
	}
	if err := e.Serve(e.listener); !errors.Is(err, http.ErrServerClosed) {
		return errors.Wrapf(err, "cannot serve %s", e.listener.Addr())
	}
	return nil
}

func (e *endpoint) close() error {
	if e == nil {
		return nil
	}
	defer e.listener.Close() //nolint:errcheck // It's closed already if it was served.
	return e.Close()
}

// checkable answers health checks. It can't be watched: a call without an end
// would delay the shutdown.
type checkable struct{ *health.Server }

// Watch returns an error: clients should poll Check.
func (checkable) Watch(*grpc_health_v1.HealthCheckRequest, grpc.ServerStreamingServer[grpc_health_v1.HealthCheckResponse]) error {
	return status.Error(codes.Unimplemented, "cannot be watched: call Check")
}
