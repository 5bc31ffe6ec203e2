package serve

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/crossplane/function-sdk-go/errors"
)

// certificates of a folder, which change while the server runs. They are read for each
// connection, of which there are a few an hour. So nothing needs to be watched or cached,
// and a replaced certificate is never used.
type certificates struct {
	dir  string
	log  *zap.Logger
	last atomic.Pointer[tls.Config]
}

// config for all connections.
func (c *certificates) config() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return c.current(), nil },
	}
}

// current config of the folder. A folder that cannot be read changes nothing: a file may
// be half written.
func (c *certificates) current() *tls.Config {
	config, err := c.reload()
	if err != nil {
		c.log.Error("Cannot read certificates, so the last ones stay in use", zap.Error(err))
		return c.last.Load()
	}
	return config
}

// reload the folder.
func (c *certificates) reload() (*tls.Config, error) {
	path := func(name string) string { return filepath.Clean(filepath.Join(c.dir, name)) }
	crt, err := tls.LoadX509KeyPair(path("tls.crt"), path("tls.key"))
	if err != nil {
		return nil, errors.Wrapf(err, "cannot load tls.crt and tls.key of %s", c.dir)
	}
	ca, err := os.ReadFile(path("ca.crt"))
	if err != nil {
		return nil, errors.Wrap(err, "cannot read the CA of clients")
	}
	clients := x509.NewCertPool()
	if !clients.AppendCertsFromPEM(ca) {
		return nil, errors.Errorf("cannot use %s: it contains no certificate", path("ca.crt"))
	}
	config := &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{crt},
		ClientCAs:    clients,
		ClientAuth:   tls.RequireAndVerifyClientCert,
		// A ticket would admit a client whose CA is no longer trusted.
		SessionTicketsDisabled: true,
	}
	c.last.Store(config)
	return config, nil
}

// expiry of the server's certificate.
func (c *certificates) expiry() time.Time { return c.current().Certificates[0].Leaf.NotAfter }
