package lab

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"path/filepath"

	"github.com/crossplane/function-sdk-go/errors"
)

// poll of the providers: how often they look at what they made. They'd do so
// every ten minutes, which is too slow for tests.
const poll = "--poll=5s"

// startProviderHelm, unmodified. Like Crossplane it works as an administrator.
func (l *Lab) startProviderHelm(context.Context) error {
	env := []string{
		"KUBECONFIG=" + l.Kubeconfig(), "HOME=" + l.path("helm"),
		// It trusts whoever the machine trusts: here, only the charts' registry. It
		// keeps charts in the folder for temporary files.
		"SSL_CERT_FILE=" + l.charts.ca, "TMPDIR=" + l.path("helm"),
	}
	if err := write(l.path("helm", ".keep"), nil); err != nil {
		return err
	}
	l.providerHelm = l.process("provider-helm", l.bin.helm, env, "--debug", poll)
	return l.providerHelm.start()
}

// startProviderKubernetes, unmodified but for credentials of another cloud. It
// won't start without a certificate for its webhook, which nobody calls.
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
			return errors.New("it has ended")
		}
		return answers(ctx, "http://"+loopback(health)+"/readyz")
	})
	return errors.Wrap(err, "provider-kubernetes does not become ready")
}

// RestartProviders without any warning.
func (l *Lab) RestartProviders() error {
	for _, p := range []*process{l.providerHelm, l.providerKubernetes} {
		p.kill()
		if err := p.start(); err != nil {
			return err
		}
	}
	return nil
}
