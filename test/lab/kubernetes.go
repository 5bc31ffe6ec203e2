package lab

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/crossplane/function-sdk-go/errors"
)

// startTimeout of a process. It takes seconds.
const startTimeout = 2 * time.Minute

// A Cluster is an API server and the controllers that Crossplane and Helm require.
// All clusters of a lab share one etcd. There are no pods.
type Cluster struct {
	*Client

	// Endpoint of the API server.
	Endpoint string

	// CA of the API server's certificate, in PEM.
	CA []byte

	// Config of an administrator.
	Config *rest.Config

	lab  *Lab
	name string
	dir  string

	apiserver, manager *process
}

// startKubernetes starts the cluster that Crossplane runs in.
func (l *Lab) startKubernetes(ctx context.Context) error {
	if err := write(l.path("audit.yaml"), []byte(auditPolicy)); err != nil {
		return err
	}
	c, err := l.newCluster("", l.path("crossplane"),
		"--audit-policy-file="+l.path("audit.yaml"), "--audit-log-path="+l.auditLog(), "--audit-log-mode=blocking")
	if err != nil {
		return err
	}
	l.Cluster = c
	return c.start(ctx)
}

// StartCluster starts another cluster, with more flags for its API server. The lab
// stops it unless it's stopped before.
func (l *Lab) StartCluster(ctx context.Context, name string, flags ...string) (*Cluster, error) {
	n := int(l.clusterCount.Add(1))
	c, err := l.newCluster(fmt.Sprintf("%s-%d", name, n), filepath.Join(l.Clusters(), fmt.Sprintf("%d-%s", n, name)),
		append([]string{fmt.Sprintf("--etcd-prefix=/%d-%s", n, name)}, flags...)...)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.clusters = append(l.clusters, c)
	l.mu.Unlock()
	if err := c.start(ctx); err != nil {
		c.Stop()
		return nil, errors.Wrapf(err, "cannot start cluster %s", name)
	}
	return c, nil
}

// Clusters returns the folder with a folder for each other cluster.
func (l *Lab) Clusters() string { return l.path("clusters") }

// startEtcd starts the etcd of all API servers.
func (l *Lab) startEtcd(context.Context) error {
	client, peer := "http://"+loopback(l.ports.etcd), "http://"+loopback(l.ports.etcdPeer)
	l.etcd = l.process("etcd", l.bin.kube, nil, "etcd", "--name=lab", "--data-dir="+l.path("etcd"),
		"--listen-client-urls="+client, "--advertise-client-urls="+client,
		"--listen-peer-urls="+peer, "--initial-advertise-peer-urls="+peer, "--initial-cluster=lab="+peer,
		"--unsafe-no-fsync", "--log-level=warn")
	return l.etcd.start()
}

// newCluster returns a cluster to start. Its name is the prefix of its logs' names.
func (l *Lab) newCluster(name, dir string, flags ...string) (*Cluster, error) {
	c := &Cluster{lab: l, name: name, dir: dir}
	var apiserver, manager int
	if err := free(&apiserver, &manager); err != nil {
		return nil, err
	}
	c.Endpoint = "https://" + loopback(apiserver)
	if err := c.certificates(); err != nil {
		return nil, err
	}
	prefix := ""
	if name != "" {
		prefix = name + "-"
	}
	pki := filepath.Join(dir, "pki")
	c.apiserver = l.process(prefix+"kube-apiserver", l.bin.kube, nil, append([]string{
		"kube-apiserver", "--etcd-servers=http://" + loopback(l.ports.etcd),
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", apiserver),
		"--tls-cert-file=" + pki + "/apiserver.crt", "--tls-private-key-file=" + pki + "/apiserver.key", "--client-ca-file=" + pki + "/ca.crt",
		"--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=" + pki + "/sa.pub", "--service-account-signing-key-file=" + pki + "/sa.key",
		"--service-cluster-ip-range=10.0.0.0/24", "--authorization-mode=RBAC", "--endpoint-reconciler-type=none", "--allow-privileged",
	}, flags...)...)
	kubeconfig := filepath.Join(dir, "manager.kubeconfig")
	c.manager = l.process(prefix+"kube-controller-manager", l.bin.kube, nil, "kube-controller-manager",
		"--kubeconfig="+kubeconfig, "--authentication-kubeconfig="+kubeconfig, "--authorization-kubeconfig="+kubeconfig,
		"--service-account-private-key-file="+pki+"/sa.key", "--root-ca-file="+pki+"/ca.crt", "--use-service-account-credentials", "--leader-elect=false",
		"--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", manager),
		"--controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller,serviceaccount-token-controller,root-ca-certificate-publisher-controller,clusterrole-aggregation-controller")
	return c, nil
}

func (c *Cluster) start(ctx context.Context) error {
	if err := c.connect(); err != nil {
		return err
	}
	if err := c.apiserver.start(); err != nil {
		return err
	}
	if err := c.ready(ctx); err != nil {
		return err
	}
	return c.manager.start()
}

func (c *Cluster) ready(ctx context.Context) error {
	err := until(ctx, startTimeout, func(ctx context.Context) error {
		if c.lab.etcd.ended() || c.apiserver.ended() {
			return errors.New("etcd or the API server has ended")
		}
		return c.get(ctx, "/readyz")
	})
	return errors.Wrap(err, "the API server does not become ready")
}

// Stop stops the cluster. It cannot be started again.
func (c *Cluster) Stop() {
	c.manager.stop()
	c.apiserver.stop()
}

// RestartAPIServer kills and restarts the API server.
func (c *Cluster) RestartAPIServer(ctx context.Context) error {
	c.apiserver.kill()
	if err := c.apiserver.start(); err != nil {
		return err
	}
	return c.ready(ctx)
}

// Kubeconfig returns the path of an administrator's kubeconfig.
func (c *Cluster) Kubeconfig() string { return filepath.Join(c.dir, "admin.kubeconfig") }

// Kubectl runs kubectl, and returns its output.
func (c *Cluster) Kubectl(ctx context.Context, in string, args ...string) (string, error) {
	env := []string{"KUBECONFIG=" + c.Kubeconfig(), "KUBECACHEDIR=" + c.lab.path("cache", "kubectl")}
	return command(ctx, c.dir, env, in, c.lab.path("bin", "kubectl"), args...)
}

// connect creates the client.
func (c *Cluster) connect() error {
	conf, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	if err != nil {
		return errors.Wrap(err, "cannot read the kubeconfig")
	}
	// Load certificates once: their files are removed with the cluster.
	if err := rest.LoadTLSFiles(conf); err != nil {
		return errors.Wrap(err, "cannot read a certificate")
	}
	conf.CertFile, conf.KeyFile = "", ""
	conf.QPS = -1 // Unlimited: it's our own API server.
	conf.Timeout = time.Minute
	conf.WarningHandler = rest.NoWarnings{}
	c.Config = conf
	c.Client, err = newClient(conf)
	return err
}

// certificates issues the certificates of the API server and of its clients.
func (c *Cluster) certificates() error {
	ca, err := newAuthority("lab")
	if err != nil {
		return err
	}
	c.CA = ca.pem
	dir := filepath.Join(c.dir, "pki")
	if err := write(filepath.Join(dir, "ca.crt"), ca.pem); err != nil {
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
	if err := c.kubeconfig("admin"); err != nil {
		return err
	}
	return c.kubeconfig("manager")
}

func (c *Cluster) kubeconfig(user string) error {
	const format = `apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster:
    server: %[1]s
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
	return write(filepath.Join(c.dir, user+".kubeconfig"), fmt.Appendf(nil, format, c.Endpoint, filepath.Join(c.dir, "pki"), user))
}
