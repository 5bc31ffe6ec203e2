// Command function-seafarer-cluster is a Crossplane composition function that
// composes a complete Kubernetes platform on AWS. Called with no command, it
// serves Crossplane over gRPC.
package main

import (
	"time"

	"github.com/alecthomas/kong"

	"github.com/crossplane/function-sdk-go"
	"github.com/crossplane/function-sdk-go/errors"
)

// CLI is what the command line may say.
type CLI struct {
	Serve  ServeCmd  `cmd:"" default:"withargs" help:"Serve Crossplane over gRPC. The default command."`
	Render RenderCmd `cmd:""                    help:"Show what a claim is composed of, without a cluster, Docker or network."`
}

// ServeCmd serves Crossplane over gRPC.
type ServeCmd struct {
	Debug bool `help:"Log more." short:"d"`

	Network            string        `default:"tcp"                                                                 help:"Network to listen on."`
	Address            string        `default:":9443"                                                               help:"Address to listen on."`
	TLSServerCertsDir  string        `aliases:"tls-certs-dir"                                                       env:"TLS_SERVER_CERTS_DIR" help:"Folder with the server's certificate (tls.crt, tls.key) and the CA of its clients (ca.crt)."`
	Insecure           bool          `help:"Listen without TLS. Wins over --tls-server-certs-dir."`
	MaxRecvMessageSize int           `default:"4"                                                                   help:"Largest request to take, in MB."`
	MetricsAddress     string        `default:":8080"                                                               help:"Address to serve Prometheus metrics on; none if empty."`
	TTL                time.Duration `default:"1m"                                                                  help:"How long Crossplane may keep an answer before it asks again. Never more than 10s while something is not ready."`
}

const megabyte = 1024 * 1024

// Run the command.
func (c *ServeCmd) Run() error {
	log, err := function.NewLogger(c.Debug)
	if err != nil {
		return errors.Wrap(err, "cannot create logger")
	}
	return function.Serve(&Function{log: log, ttl: c.TTL},
		function.Listen(c.Network, c.Address),
		function.MTLSCertificates(c.TLSServerCertsDir),
		// Last, because it wins.
		function.Insecure(c.Insecure),
		function.MaxRecvMessageSize(c.MaxRecvMessageSize*megabyte),
		function.WithMetricsServer(c.MetricsAddress))
}

func main() {
	ctx := kong.Parse(&CLI{},
		kong.Name("function-seafarer-cluster"),
		kong.Description("Composes a complete Kubernetes platform on AWS from one SeafarerCluster claim."))
	ctx.FatalIfErrorf(ctx.Run())
}
