package lab

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"time"

	"github.com/crossplane/function-sdk-go/errors"
)

// startTimeout of anything that's started. It takes seconds.
const startTimeout = 2 * time.Minute

// startKubernetes: etcd, the API server and the controllers that Crossplane
// counts on. There are no nodes and no pods.
func (l *Lab) startKubernetes(ctx context.Context) error {
	if err := l.certificates(); err != nil {
		return err
	}
	if err := write(l.path("audit.yaml"), []byte(auditPolicy)); err != nil {
		return err
	}
	client, peer := "http://"+loopback(l.ports.etcd), "http://"+loopback(l.ports.etcdPeer)
	l.etcd = l.process("etcd", l.bin.kube, nil, "etcd", "--name=lab", "--data-dir="+l.path("etcd"),
		"--listen-client-urls="+client, "--advertise-client-urls="+client,
		"--listen-peer-urls="+peer, "--initial-advertise-peer-urls="+peer, "--initial-cluster=lab="+peer,
		"--unsafe-no-fsync", "--log-level=warn")
	l.apiserver = l.process("kube-apiserver", l.bin.kube, nil, "kube-apiserver", "--etcd-servers="+client,
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", l.ports.apiserver),
		"--tls-cert-file=pki/apiserver.crt", "--tls-private-key-file=pki/apiserver.key", "--client-ca-file=pki/ca.crt",
		"--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=pki/sa.pub", "--service-account-signing-key-file=pki/sa.key",
		"--service-cluster-ip-range=10.0.0.0/24", "--authorization-mode=RBAC", "--endpoint-reconciler-type=none", "--allow-privileged",
		"--audit-policy-file=audit.yaml", "--audit-log-path="+l.auditLog(), "--audit-log-mode=blocking")
	l.manager = l.process("kube-controller-manager", l.bin.kube, nil, "kube-controller-manager",
		"--kubeconfig=manager.kubeconfig", "--authentication-kubeconfig=manager.kubeconfig", "--authorization-kubeconfig=manager.kubeconfig",
		"--service-account-private-key-file=pki/sa.key", "--root-ca-file=pki/ca.crt", "--use-service-account-credentials", "--leader-elect=false",
		"--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", l.ports.manager),
		"--controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller,serviceaccount-token-controller,root-ca-certificate-publisher-controller,clusterrole-aggregation-controller")

	if err := l.etcd.start(); err != nil {
		return err
	}
	if err := l.apiserver.start(); err != nil {
		return err
	}
	if err := l.connect(); err != nil {
		return err
	}
	if err := l.apiserverReady(ctx); err != nil {
		return err
	}
	return l.manager.start()
}

func (l *Lab) apiserverReady(ctx context.Context) error {
	err := until(ctx, startTimeout, func(ctx context.Context) error {
		if l.etcd.ended() || l.apiserver.ended() {
			return errors.New("etcd or the API server has ended")
		}
		return l.get(ctx, "/readyz")
	})
	return errors.Wrap(err, "the API server does not become ready")
}

// RestartAPIServer without any warning to those that use it.
func (l *Lab) RestartAPIServer(ctx context.Context) error {
	l.apiserver.kill()
	if err := l.apiserver.start(); err != nil {
		return err
	}
	return l.apiserverReady(ctx)
}

// certificates of the API server and of its clients.
func (l *Lab) certificates() error {
	ca, err := newAuthority("lab")
	if err != nil {
		return err
	}
	dir := l.path("pki")
	if err := write(l.path("pki", "ca.crt"), ca.pem); err != nil {
		return err
	}
	if err := signingKey(dir, "sa"); err != nil {
		return err
	}
	if err := ca.issue(dir, "apiserver", pkix.Name{CommonName: "kube-apiserver"}, x509.ExtKeyUsageServerAuth,
		"localhost", "kubernetes.default.svc", "127.0.0.1", "10.0.0.1"); err != nil {
		return err
	}
	if err := ca.issue(dir, "admin", pkix.Name{CommonName: "admin", Organization: []string{"system:masters"}}, x509.ExtKeyUsageClientAuth); err != nil {
		return err
	}
	if err := ca.issue(dir, "manager", pkix.Name{CommonName: "system:kube-controller-manager"}, x509.ExtKeyUsageClientAuth); err != nil {
		return err
	}
	if err := l.kubeconfig("admin"); err != nil {
		return err
	}
	return l.kubeconfig("manager")
}

func (l *Lab) kubeconfig(user string) error {
	const format = `apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster:
    server: https://%[1]s
    certificate-authority: %[2]s/ca.crt
users:
- name: %[3]s
  user:
    client-certificate: %[2]s/%[3]s.crt
    client-key: %[2]s/%[3]s.key
contexts:
- name: lab
  context:
    cluster: lab
    user: %[3]s
current-context: lab
`
	return write(l.path(user+".kubeconfig"), fmt.Appendf(nil, format, loopback(l.ports.apiserver), l.path("pki"), user))
}
