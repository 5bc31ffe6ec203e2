package lab

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/registry"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	helmregistry "helm.sh/helm/v3/pkg/registry"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/modules"
)

// A chartRepository is a registry with Karpenter's charts.
type chartRepository struct {
	server *httptest.Server

	// url of the repository, in Helm's form.
	url string

	// ca is the file of the authority that issued the registry's certificate.
	ca string
}

// publishCharts publishes Karpenter's charts, from the source of the release, to the
// lab's registry. Like the release process, it sets their version.
func (l *Lab) publishCharts(ctx context.Context) error {
	m, err := modules.Find(ctx, "", "github.com/aws/karpenter-provider-aws")
	if err != nil {
		return err
	}
	if err := l.startChartRepository(); err != nil {
		return err
	}
	for _, name := range []string{"karpenter-crd", "karpenter"} {
		if err := l.publishChart(filepath.Join(m.Dir, "charts", name), strings.TrimPrefix(m.Version, "v")); err != nil {
			return errors.Wrapf(err, "cannot publish chart %s", name)
		}
	}
	return nil
}

// startChartRepository starts a registry with a certificate, because Helm requires
// TLS.
func (l *Lab) startChartRepository() error {
	ca, err := newAuthority("charts")
	if err != nil {
		return err
	}
	dir := l.path("tls", "charts")
	if err := write(filepath.Join(dir, "ca.crt"), ca.pem); err != nil {
		return err
	}
	if err := ca.issue(dir, "tls", pkix.Name{CommonName: "charts"}, x509.ExtKeyUsageServerAuth, "localhost", "127.0.0.1"); err != nil {
		return err
	}
	cert, err := tls.LoadX509KeyPair(filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"))
	if err != nil {
		return errors.Wrap(err, "cannot read the certificate of the charts' registry")
	}
	s := httptest.NewUnstartedServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	s.StartTLS()
	l.charts = &chartRepository{
		server: s,
		url:    "oci://" + strings.TrimPrefix(s.URL, "https://") + "/karpenter",
		ca:     filepath.Join(dir, "ca.crt"),
	}
	return nil
}

func (l *Lab) publishChart(dir, version string) error {
	ch, err := loader.LoadDir(dir)
	if err != nil {
		return errors.Wrap(err, "cannot load it")
	}
	ch.Metadata.Version, ch.Metadata.AppVersion = version, version
	archive, err := chartutil.Save(ch, l.path("charts"))
	if err != nil {
		return errors.Wrap(err, "cannot package it")
	}
	b, err := os.ReadFile(filepath.Clean(archive))
	if err != nil {
		return errors.Wrap(err, "cannot read its package")
	}
	c, err := l.charts.client()
	if err != nil {
		return err
	}
	_, err = c.Push(b, strings.TrimPrefix(l.charts.url, "oci://")+"/"+ch.Name()+":"+version)
	return errors.Wrap(err, "cannot push it")
}

func (r *chartRepository) client() (*helmregistry.Client, error) {
	c, err := helmregistry.NewClient(
		helmregistry.ClientOptHTTPClient(r.server.Client()),
		helmregistry.ClientOptCredentialsFile(filepath.Join(filepath.Dir(r.ca), "credentials.json")),
		helmregistry.ClientOptWriter(io.Discard),
	)
	return c, errors.Wrap(err, "cannot create a client of the charts' registry")
}
