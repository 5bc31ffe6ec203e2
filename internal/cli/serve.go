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

// ServeCmd serves Crossplane over gRPC.
type ServeCmd struct {
	Debug bool `help:"Log more." short:"d"`

	Network            string        `default:"tcp"            help:"Network to listen on."`
	Address            string        `default:":9443"          help:"Address to listen on."`
	TLSServerCertsDir  string        `aliases:"tls-certs-dir"  env:"TLS_SERVER_CERTS_DIR"                                                                                 help:"Folder with the server's certificate (tls.crt, tls.key) and the CA of its clients (ca.crt). They may change while it serves."`
	Insecure           bool          `help:"Listen without TLS. Wins over --tls-server-certs-dir."`
	MaxRecvMessageSize int           `default:"4"              help:"Largest request to take, in MB."`
	MaxCalls           int           `default:"8"              help:"How many calls to work on at a time. Others wait."`
	CallTimeout        time.Duration `default:"30s"            help:"How long a call may wait and take."`
	DrainTimeout       time.Duration `default:"25s"            help:"How long calls have to finish once the function is told to end."`
	MetricsAddress     string        `default:":8080"          help:"Address to serve Prometheus metrics (/metrics) and health (/healthz, /readyz) on; none if empty."`
	DebugAddress       string        `default:"localhost:8081" help:"Address to change the log level (/loglevel) and take profiles (/debug/pprof) on; none if empty. It asks nobody who they are: keep it to loopback."`
	TTL                time.Duration `default:"1m"             help:"How long Crossplane may keep an answer before it asks again. Never more than 10s while something is not ready."`
}

const megabyte = 1024 * 1024

// Run the command until it's told to end, and then until it has answered what it
// was asked. Told twice, it ends at once.
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
