package lab

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"path/filepath"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/crossplane/function-sdk-go/errors"
)

// buildFunction builds the function from the working tree.
func (l *Lab) buildFunction(ctx context.Context) error {
	_, err := goTool(ctx, filepath.Join(l.source, rootModule), "build", "-trimpath", "-ldflags", "-s -w", "-o", l.functionPath(), ".")
	return err
}

func (l *Lab) functionPath() string { return l.path("bin", "function-seafarer-cluster") }

// startFunction starts the function with a certificate of Crossplane's authority.
// Crossplane requires mTLS.
func (l *Lab) startFunction(ctx context.Context) error {
	secret, err := l.secret(ctx, "crossplane-root-ca")
	if err != nil {
		return err
	}
	ca, err := parseAuthority(secret["tls.crt"], secret["tls.key"])
	if err != nil {
		return err
	}
	dir := l.path("tls", "function")
	if err := ca.issue(dir, "tls", pkix.Name{CommonName: functionName}, x509.ExtKeyUsageServerAuth, "localhost", "127.0.0.1"); err != nil {
		return err
	}
	if err := write(filepath.Join(dir, "ca.crt"), ca.pem); err != nil {
		return err
	}
	l.function = l.process("function", l.functionPath(), nil, "serve", "--debug",
		"--address="+loopback(l.ports.function), "--tls-server-certs-dir="+dir, "--metrics-address=", "--debug-address=")
	return l.function.start()
}

// createFunctionRevision creates a revision with the function's endpoint. It's
// paused, or the package manager would pull its image.
func (l *Lab) createFunctionRevision(ctx context.Context) error {
	revision := object(`
apiVersion: pkg.crossplane.io/v1
kind: FunctionRevision
metadata:
  name: ` + functionName + `-lab
  labels:
    pkg.crossplane.io/package: ` + functionName + `
  annotations:
    crossplane.io/paused: "true"
spec:
  desiredState: Active
  image: example.invalid/function-seafarer-cluster:v0.0.0
  revision: 1
`)
	if err := l.Apply(ctx, revision); err != nil {
		return err
	}
	r, err := l.Of(revision.GroupVersionKind(), "")
	if err != nil {
		return err
	}
	status := fmt.Appendf(nil, `{"status":{"endpoint":%q,"capabilities":["composition"]}}`, loopback(l.ports.function))
	_, err = r.Patch(ctx, revision.GetName(), types.MergePatchType, status, metav1.PatchOptions{FieldManager: fieldManager}, "status")
	return errors.Wrap(err, "cannot set the function's endpoint")
}

// KillFunction kills the function.
func (l *Lab) KillFunction() { l.function.kill() }

// StartFunction starts the function again.
func (l *Lab) StartFunction() error { return l.function.start() }
