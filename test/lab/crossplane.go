package lab

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/modules"
)

const (
	crossplaneNamespace = "crossplane-system"

	// functionName in the Composition.
	functionName = "seafarer-cloud-function-seafarer-cluster"
)

// startCrossplane initializes and starts Crossplane, as its chart does, with the
// permissions of an administrator.
func (l *Lab) startCrossplane(ctx context.Context) error {
	src, err := modules.Find(ctx, filepath.Join(l.source, crossplaneModule), "github.com/crossplane/crossplane/v2")
	if err != nil {
		return err
	}
	// The API server resolves a Service of type ExternalName, so that Crossplane's
	// webhooks can be served by a local process.
	if err := l.Apply(ctx,
		object(`{apiVersion: v1, kind: Namespace, metadata: {name: `+crossplaneNamespace+`}}`),
		object(`{apiVersion: v1, kind: ServiceAccount, metadata: {name: crossplane, namespace: `+crossplaneNamespace+`}}`),
		object(fmt.Sprintf(`{apiVersion: v1, kind: Service, metadata: {name: crossplane-webhooks, namespace: %s}, spec: {type: ExternalName, externalName: localhost, ports: [{port: %d}]}}`, crossplaneNamespace, l.ports.webhook)),
	); err != nil {
		return err
	}
	env := []string{
		"KUBECONFIG=" + l.Kubeconfig(),
		"POD_NAMESPACE=" + crossplaneNamespace, "POD_SERVICE_ACCOUNT=crossplane",
		"TLS_CA_SECRET_NAME=crossplane-root-ca", "TLS_SERVER_SECRET_NAME=crossplane-tls-server", "TLS_CLIENT_SECRET_NAME=crossplane-tls-client",
		"TLS_SERVER_CERTS_DIR=" + l.path("tls", "server"), "TLS_CLIENT_CERTS_DIR=" + l.path("tls", "client"),
		"ENABLE_WEBHOOKS=true", "WEBHOOK_SERVICE_NAME=crossplane-webhooks", "WEBHOOK_SERVICE_NAMESPACE=" + crossplaneNamespace,
		fmt.Sprintf("WEBHOOK_SERVICE_PORT=%d", l.ports.webhook), fmt.Sprintf("WEBHOOK_PORT=%d", l.ports.webhook),
		fmt.Sprintf("METRICS_PORT=%d", l.ports.metrics), fmt.Sprintf("HEALTH_PROBE_PORT=%d", l.ports.health),
		"XPKG_CACHE_DIR=" + l.path("cache", "xpkg"), "XFN_CACHE_DIR=" + l.path("cache", "xfn"), "PACKAGE_RUNTIME=External",
		"CRDS_PATH=" + filepath.Join(src.Dir, "cluster", "crds"), "WEBHOOK_CONFIGS_PATH=" + filepath.Join(src.Dir, "cluster", "webhookconfigurations"),
	}
	// It does not wait for the CRDs that it creates. A pod would be restarted, too.
	err = until(ctx, startTimeout, func(ctx context.Context) error {
		_, err := command(ctx, l.Dir, env, "", l.bin.core, "core", "init")
		return err
	})
	if err != nil {
		return errors.Wrap(err, "cannot initialize Crossplane")
	}
	for _, s := range []string{"server", "client"} {
		secret, err := l.secret(ctx, "crossplane-tls-"+s)
		if err != nil {
			return err
		}
		for k, v := range secret {
			if err := write(l.path("tls", s, k), v); err != nil {
				return err
			}
		}
	}
	l.core = l.process("crossplane", l.bin.core, env, append([]string{"core", "start", "--debug"}, l.options.CoreArgs...)...)
	if err := l.core.start(); err != nil {
		return err
	}
	return l.coreReady(ctx)
}

func (l *Lab) coreReady(ctx context.Context) error {
	err := until(ctx, startTimeout, func(ctx context.Context) error {
		if l.core.ended() {
			return errors.New("Crossplane has ended")
		}
		return checkURL(ctx, "http://"+loopback(l.ports.health)+"/readyz")
	})
	return errors.Wrap(err, "Crossplane does not become ready")
}

// checkURL returns an error unless a URL responds with 200.
func checkURL(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	rsp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer rsp.Body.Close() //nolint:errcheck // Nothing was written.
	if rsp.StatusCode != http.StatusOK {
		return errors.New(rsp.Status)
	}
	return nil
}

// RaisedCircuitBreaker are flags of Crossplane for tests. By default, its circuit
// breaker ignores changes of a platform's composed resources for five minutes after
// 100 changes, and only the poll makes progress, once a minute.
var RaisedCircuitBreaker = []string{"--circuit-breaker-burst=100000", "--circuit-breaker-refill-rate=1000"}

// RestartCrossplane kills and restarts Crossplane, with other flags.
func (l *Lab) RestartCrossplane(ctx context.Context, args ...string) error {
	l.core.kill()
	l.core.args = append([]string{"core", "start", "--debug"}, args...)
	if err := l.core.start(); err != nil {
		return err
	}
	return l.coreReady(ctx)
}

// secret returns the data of a Secret of Crossplane's.
func (l *Lab) secret(ctx context.Context, name string) (map[string][]byte, error) {
	o, err := l.Get(ctx, object(`{apiVersion: v1, kind: Secret, metadata: {name: `+name+`, namespace: `+crossplaneNamespace+`}}`))
	if err != nil {
		return nil, errors.Wrap(err, "cannot get a secret")
	}
	data, _, err := unstructured.NestedStringMap(o.Object, "data")
	if err != nil {
		return nil, errors.Wrap(err, "cannot read a secret")
	}
	out := make(map[string][]byte, len(data))
	for k, v := range data {
		if out[k], err = base64.StdEncoding.DecodeString(v); err != nil {
			return nil, errors.Wrap(err, "cannot decode a secret")
		}
	}
	return out, nil
}
