package lab

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/crossplane/function-sdk-go/errors"
)

// pollAWS is how often provider-aws looks for drift.
const pollAWS = 20 * time.Second

// AWS is emulated by moto with the additions in emulator. Each of its EKS clusters
// is an API server of the lab.
type AWS struct {
	lab     *Lab
	python  string
	url     string
	process *process

	// Key of the user that provider-aws runs as.
	Key AWSKey

	cancel context.CancelFunc
	done   sync.WaitGroup

	mu       sync.Mutex
	clusters map[string]*EKSCluster // by endpoint
	leaked   []string
}

// An AWSKey is the access key of an IAM user.
type AWSKey struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
}

// startAWS starts the emulator and creates provider-aws' user.
func (l *Lab) startAWS(ctx context.Context) error {
	python, err := l.python(ctx)
	if err != nil {
		return err
	}
	var port int
	if err := free(&port); err != nil {
		return err
	}
	a := &AWS{lab: l, python: python, url: "http://" + loopback(port), clusters: make(map[string]*EKSCluster)}
	env := []string{"PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=1"}
	a.process = l.process("aws", python, env, filepath.Join(l.source, "emulator", "server.py"), strconv.Itoa(port))
	if err := a.process.start(); err != nil {
		return err
	}
	l.AWS = a
	err = until(ctx, startTimeout, func(ctx context.Context) error {
		if a.process.ended() {
			return errors.New("the process has ended")
		}
		return a.call(ctx, http.MethodGet, "delays", nil, nil)
	})
	if err != nil {
		return errors.Wrap(err, "AWS does not become ready")
	}
	if err := a.call(ctx, http.MethodPost, "users", map[string]any{"name": "crossplane"}, &a.Key); err != nil {
		return err
	}
	ctx, a.cancel = context.WithCancel(context.WithoutCancel(ctx)) // Runs until stop.
	a.done.Go(func() { a.watch(ctx) })
	return nil
}

// python returns the interpreter of a virtual environment with the emulator's
// requirements, which is created unless it exists.
func (l *Lab) python(ctx context.Context) (string, error) {
	bin, err := buildDir()
	if err != nil {
		return "", err
	}
	requirements := filepath.Join(l.source, "emulator", "requirements.txt")
	b, err := os.ReadFile(filepath.Clean(requirements))
	if err != nil {
		return "", errors.Wrap(err, "cannot read the emulator's requirements")
	}
	h := sha256.Sum256(b)
	dir := filepath.Join(filepath.Dir(bin), "python-"+hex.EncodeToString(h[:])[:12])
	python, complete := filepath.Join(dir, "bin", "python"), filepath.Join(dir, "complete")
	if _, err := os.Stat(complete); err == nil {
		return python, nil
	}
	if _, err := command(ctx, l.Dir, nil, "", "python3", "-m", "venv", "--clear", dir); err != nil {
		return "", errors.Wrap(err, "cannot create a virtual environment: install Python 3 with venv")
	}
	if _, err := command(ctx, l.Dir, nil, "", python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement="+requirements); err != nil {
		return "", errors.Wrap(err, "cannot install the emulator's requirements")
	}
	return python, errors.Wrap(os.WriteFile(complete, nil, 0o600), "cannot write the marker of a complete installation")
}

// startProviderAWS starts provider-aws with the controllers of our kinds. All of
// its calls go to the emulator.
func (l *Lab) startProviderAWS(ctx context.Context) error {
	env := []string{
		"KUBECONFIG=" + l.Kubeconfig(), "HOME=" + l.Dir, "AWS_ENDPOINT_URL=" + l.AWS.url,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
	}
	l.providerAWS = l.process("provider-aws", l.bin.aws, env, "-debug", "-poll="+pollAWS.String(), "-max-reconcile-rate=10")
	if err := l.providerAWS.start(); err != nil {
		return err
	}
	return l.Apply(ctx,
		object(fmt.Sprintf(`{apiVersion: v1, kind: Secret, metadata: {name: aws, namespace: %s}, stringData: {key: "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n"}}`,
			crossplaneNamespace, l.AWS.Key.ID, l.AWS.Key.Secret)),
		object(fmt.Sprintf(`
apiVersion: aws.m.upbound.io/v1beta1
kind: ClusterProviderConfig
metadata:
  name: default
spec:
  credentials:
    source: Secret
    secretRef: {namespace: %s, name: aws, key: key}
  endpoint:
    url: {type: Static, static: %q}
    hostnameImmutable: true
    source: Custom
    services: [sts, ec2, eks, iam, sqs, events, kms, logs]
  skip_metadata_api_check: true
`, crossplaneNamespace, l.AWS.url)))
}

// RestartProviderAWS kills and restarts provider-aws.
func (l *Lab) RestartProviderAWS() error {
	l.providerAWS.kill()
	return l.providerAWS.start()
}

// call calls the emulator's own API, below /lab.
func (a *AWS) call(ctx context.Context, method, path string, in, out any) error {
	b, err := json.Marshal(in)
	if err != nil {
		return errors.Wrap(err, "cannot call the emulator")
	}
	req, err := http.NewRequestWithContext(ctx, method, a.url+"/lab/"+path, bytes.NewReader(b))
	if err != nil {
		return errors.Wrap(err, "cannot call the emulator")
	}
	req.Header.Set("Content-Type", "application/json")
	rsp, err := http.DefaultClient.Do(req)
	if err != nil {
		return errors.Wrap(err, "cannot call the emulator")
	}
	defer rsp.Body.Close() //nolint:errcheck // Nothing was written.
	body, err := io.ReadAll(rsp.Body)
	if err != nil {
		return errors.Wrap(err, "cannot read the emulator's response")
	}
	if rsp.StatusCode != http.StatusOK {
		return errors.Errorf("%s /lab/%s: %s: %s", method, path, rsp.Status, body)
	}
	if out == nil {
		return nil
	}
	return errors.Wrap(json.Unmarshal(body, out), "cannot read the emulator's response")
}

// AddAPIServer adds an API server for the next cluster that is created, with a
// simulated Karpenter and the nodes of a namespace's node groups.
func (a *AWS) AddAPIServer(ctx context.Context, namespace string) (*EKSCluster, error) {
	l := a.lab
	webhook := l.path("eks", "webhook.kubeconfig")
	if err := write(webhook, []byte(`apiVersion: v1
kind: Config
clusters: [{name: eks, cluster: {server: "`+a.url+`/lab/token"}}]
users: [{name: eks}]
contexts: [{name: eks, context: {cluster: eks, user: eks}}]
current-context: eks
`)); err != nil {
		return nil, err
	}
	c := &EKSCluster{}
	var err error
	if c.Cluster, err = l.StartCluster(ctx, namespace, "--authentication-token-webhook-config-file="+webhook, "--authentication-token-webhook-version=v1"); err != nil {
		return nil, err
	}
	c.Karpenter = SimulateKarpenter(ctx, c.Cluster, KarpenterOptions{
		NodeGroups: func(ctx context.Context) ([]unstructured.Unstructured, error) {
			return l.NodeGroups(ctx, namespace, "")
		},
		Drain: func() time.Duration { return 0 },
		Launch: func(ctx context.Context, class *unstructured.Unstructured) (string, error) {
			var i struct {
				ID string `json:"id"`
			}
			err := a.call(ctx, http.MethodPost, "instances", map[string]any{"endpoint": c.Endpoint, "class": class.Object["spec"]}, &i)
			return i.ID, err
		},
		Terminate: func(ctx context.Context, instance string) error {
			return a.call(ctx, http.MethodDelete, "instances/"+instance, nil, nil)
		},
	})
	a.mu.Lock()
	a.clusters[c.Endpoint] = c
	a.mu.Unlock()
	return c, a.call(ctx, http.MethodPost, "apiservers", map[string]any{"endpoint": c.Endpoint, "ca": string(c.CA)}, nil)
}

// watch stops the API servers of deleted clusters.
func (a *AWS) watch(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var servers []struct {
			Endpoint string `json:"endpoint"`
			Gone     bool   `json:"gone"`
		}
		if a.call(ctx, http.MethodGet, "apiservers", nil, &servers) != nil {
			continue // The emulator is stopping, or busy.
		}
		for _, s := range servers {
			if s.Gone {
				a.stopCluster(s.Endpoint)
			}
		}
	}
}

// stopCluster stops the API server of a deleted cluster.
func (a *AWS) stopCluster(endpoint string) {
	a.mu.Lock()
	c, ok := a.clusters[endpoint]
	delete(a.clusters, endpoint)
	a.mu.Unlock()
	if !ok {
		return
	}
	left := c.Karpenter.Stop()
	c.Stop()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.leaked = append(a.leaked, left...)
}

// Leaked returns the nodes whose cluster was deleted before them.
func (a *AWS) Leaked() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string{}, a.leaked...)
}

// stop stops the simulation. The lab stops the API servers.
func (a *AWS) stop() {
	if a.cancel == nil {
		return
	}
	a.cancel()
	a.done.Wait()
	for _, c := range a.clusters {
		c.Karpenter.Stop()
	}
}

// An AWSFault fails calls.
type AWSFault struct {
	// Service and Operation by AWS's names. Empty matches any.
	Service   string `json:"service,omitempty"`
	Operation string `json:"operation,omitempty"`

	// Code of the error. ThrottlingException if empty.
	Code string `json:"code,omitempty"`

	// Status of HTTP. From 500 on, the response has no body.
	Status int `json:"status,omitempty"`

	// Rate of calls that fail, between 0 and 1.
	Rate float64 `json:"rate"`
}

// SetFaults replaces the faults that calls fail with.
func (a *AWS) SetFaults(ctx context.Context, fs ...AWSFault) error {
	return a.call(ctx, http.MethodPut, "faults", append([]AWSFault{}, fs...), nil)
}

// A Write is a call that may have changed a resource in AWS.
type Write struct {
	Service   string `json:"service"`
	Operation string `json:"operation"`
	Status    any    `json:"status"`
	Path      string `json:"path"`
	Body      string `json:"body"`
}

func (w Write) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %v %s %s", w.Service, w.Operation, w.Status, w.Path, w.Body))
}

// Writes returns the writes from an index on.
func (a *AWS) Writes(ctx context.Context, since int) ([]Write, error) {
	var ws []Write
	err := a.call(ctx, http.MethodGet, fmt.Sprintf("writes?since=%d", since), nil, &ws)
	return ws, err
}

// Violations returns the requests that violate AWS's definitions of its APIs, each once.
// They were refused.
func (a *AWS) Violations(ctx context.Context) ([]string, error) {
	var vs []struct {
		Service   string `json:"service"`
		Operation string `json:"operation"`
		Message   string `json:"message"`
	}
	err := a.call(ctx, http.MethodGet, "violations", nil, &vs)
	out := make([]string, 0, len(vs))
	for _, v := range vs {
		out = append(out, v.Service+" "+v.Operation+": "+v.Message)
	}
	return out, err
}

// Python runs a script in awssdk, which uses AWS's SDK only.
func (a *AWS) Python(ctx context.Context, region string, env []string, args ...string) (string, error) {
	env = append([]string{
		"AWS_ENDPOINT_URL=" + a.url, "AWS_REGION=" + region, "AWS_ACCESS_KEY_ID=" + a.Key.ID, "AWS_SECRET_ACCESS_KEY=" + a.Key.Secret,
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true", "PYTHONDONTWRITEBYTECODE=1",
	}, env...)
	return command(ctx, filepath.Join(a.lab.source, "awssdk"), env, "", a.python, args...)
}

// Account returns the ids of all resources of the account in a region, by kind.
func (a *AWS) Account(ctx context.Context, region string) (map[string][]string, error) {
	out, err := a.Python(ctx, region, nil, "account.py")
	if err != nil {
		return nil, err
	}
	all := make(map[string][]string)
	err = json.Unmarshal([]byte(out), &all)
	return all, errors.Wrap(err, "cannot read the resources of an account")
}
