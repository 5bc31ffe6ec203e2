package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/serve"
)

// NewFunction makes the function whose responses Crossplane may cache for as long as ttl.
type NewFunction func(ttl time.Duration) fnv1.FunctionRunnerServiceServer

// envCerts is where Crossplane's pods have the folder with certificates.
const envCerts = "TLS_SERVER_CERTS_DIR"

// ServeCmd serves Crossplane over gRPC.
type ServeCmd struct {
	Debug bool `help:"Log every call." short:"d"`

	Network            string        `default:"tcp"            help:"Network to listen on: tcp or unix."`
	Address            string        `default:":9443"          help:"Address to listen on."`
	TLSServerCertsDir  string        `aliases:"tls-certs-dir"  env:"TLS_SERVER_CERTS_DIR"                                                                                                    help:"Folder with the server's certificate (tls.crt, tls.key) and the CA of its clients (ca.crt). The files are read again when they change."`
	Insecure           bool          `help:"Listen without TLS, even if --tls-server-certs-dir is set."`
	MaxRecvMessageSize int           `default:"4"              help:"Largest request to accept, in MB."`
	MaxCalls           int           `default:"8"              help:"Number of calls to handle at the same time. Others wait."`
	CallTimeout        time.Duration `default:"30s"            help:"Time limit of a call, waiting included."`
	DrainTimeout       time.Duration `default:"25s"            help:"Time that calls have to finish after SIGTERM or SIGINT."`
	MetricsAddress     string        `default:":8080"          help:"Address of Prometheus metrics (/metrics) and health checks (/healthz, /readyz). Empty: none."`
	DebugAddress       string        `default:"localhost:8081" help:"Address to change the log level (/loglevel) and to take profiles (/debug/pprof). Empty: none. Unauthenticated: bind it to loopback only."`
	TTL                time.Duration `default:"1m"             help:"Time for which Crossplane may cache a response: at most 10s until everything is ready."`
}

// Help with examples.
func (c *ServeCmd) Help() string {
	return `Crossplane's pods run this command without arguments. On a terminal, a call without
arguments prints the help instead.

Examples:

  # With the certificates that Crossplane mounts
  function-seafarer-cluster serve --tls-server-certs-dir /tls/server

  # Without TLS, for crossplane composition render with the Development runtime
  function-seafarer-cluster serve --insecure --address localhost:9443 --debug`
}

const megabyte = 1024 * 1024

// Run the command until SIGTERM or SIGINT, and then until all calls have finished. A
// second signal ends it at once.
func (c *ServeCmd) Run(newFunction NewFunction) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	log, level, err := serve.NewLogger(c.Debug)
	if err != nil {
		return err
	}
	s, err := serve.New(ctx, newFunction(c.TTL), log, level, serve.Options{
		Network:        c.Network,
		Address:        c.Address,
		CertsDir:       c.TLSServerCertsDir,
		Insecure:       c.Insecure,
		MaxMessageSize: c.MaxRecvMessageSize * megabyte,
		MaxCalls:       c.MaxCalls,
		CallTimeout:    c.CallTimeout,
		DrainTimeout:   c.DrainTimeout,
		MetricsAddress: c.MetricsAddress,
		DebugAddress:   c.DebugAddress,
	})
	if err != nil {
		return err
	}
	return s.Run(ctx)
}
