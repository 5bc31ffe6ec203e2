package lab

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"path/filepath"

	"github.com/crossplane/function-sdk-go/errors"
)

// poll of the providers. Their default, ten minutes, is too slow for tests.
const poll = "--poll=5s"

// startProviderHelm starts the unmodified provider-helm, as an administrator.
func (l *Lab) startProviderHelm(context.Context) error {
	env := []string{
		"KUBECONFIG=" + l.Kubeconfig(), "HOME=" + l.path("helm"),
		// It trusts the charts' registry only, and caches charts in TMPDIR.
		"SSL_CERT_FILE=" + l.charts.ca, "TMPDIR=" + l.path("helm"),
	}
	if err := write(l.path("helm", ".keep"), nil); err != nil {
		return err
	}
	l.providerHelm = l.process("provider-helm", l.bin.helm, env, "--debug", poll)
	return l.providerHelm.start()
}

// startProviderKubernetes starts provider-kubernetes, without credentials of Nebius.
// It requires a certificate for its webhook, which is not called.
func (l *Lab) startProviderKubernetes(ctx context.Context) error {
	ca, err := newAuthority("provider-kubernetes")
	if err != nil {
		return err
	}
	dir := l.path("tls", "provider-kubernetes")
	if err := ca.issue(dir, "tls", pkix.Name{CommonName: "provider-kubernetes"}, x509.ExtKeyUsageServerAuth, "localhost", "127.0.0.1"); err != nil {
		return err
	}
	if err := write(filepath.Join(dir, "ca.crt"), ca.pem); err != nil {
		return err
	}
	var webhook, health int
	if err := free(&webhook, &health); err != nil {
		return err
	}
	l.providerKubernetes = l.process("provider-kubernetes", l.bin.kubernetes, []string{"KUBECONFIG=" + l.Kubeconfig(), "TLS_SERVER_CERTS_DIR=" + dir},
		"--debug", poll, "--metrics-bind-address=0", fmt.Sprintf("--webhook-port=%d", webhook), "--health-probe-bind-addr="+loopback(health))
	if err := l.providerKubernetes.start(); err != nil {
		return err
	}
	err = until(ctx, startTimeout, func(ctx context.Context) error {
		if l.providerKubernetes.ended() {
			return errors.New("the process has ended")
		}
		return checkURL(ctx, "http://"+loopback(health)+"/readyz")
	})
	return errors.Wrap(err, "provider-kubernetes does not become ready")
}

// RestartProviders kills and restarts provider-helm and provider-kubernetes.
func (l *Lab) RestartProviders() error {
	for _, p := range []*process{l.providerHelm, l.providerKubernetes} {
		p.kill()
		if err := p.start(); err != nil {
			return err
		}
	}
	return nil
}
