package lab

import (
	"cmp"
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/test/modules"
)

const (
	crossplaneNamespace = "crossplane-system"

	// functionName is what the Composition calls the function.
	functionName = "seafarer-cloud-function-seafarer-cluster"
)

// startCrossplane as its chart does: initialize, then run. It works as whoever
// the kubeconfig says, which is an administrator.
func (l *Lab) startCrossplane(ctx context.Context) error {
	src, err := modules.Find(ctx, filepath.Join(l.source, crossplaneModule), "github.com/crossplane/crossplane/v2")
	if err != nil {
		return err
	}
	// The API server resolves a Service of type ExternalName: so Crossplane's
	// webhooks can be a process of this machine.
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
	// It does not wait for the CRDs that it makes: in a pod it would be started
	// again, too.
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
		return answers(ctx, "http://"+loopback(l.ports.health)+"/readyz")
	})
	return errors.Wrap(err, "Crossplane does not become ready")
}

// answers means that there is something at a URL.
func answers(ctx context.Context, url string) error {
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

// Patient flags of Crossplane. By default it counts how often what is composed
// changes, and having counted 100 changes of a platform it ignores any more for
// five minutes: then only its timer makes progress, once a minute. That is how it
// is for users, and too slow for tests.
var Patient = []string{"--circuit-breaker-burst=100000", "--circuit-breaker-refill-rate=1000"}

// RestartCrossplane without any warning, with other flags.
func (l *Lab) RestartCrossplane(ctx context.Context, args ...string) error {
	l.core.kill()
	l.core.args = append([]string{"core", "start", "--debug"}, args...)
	if err := l.core.start(); err != nil {
		return err
	}
	return l.coreReady(ctx)
}

// secret of Crossplane's own.
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

// buildFunction from the source that's here.
func (l *Lab) buildFunction(ctx context.Context) error {
	_, err := goTool(ctx, filepath.Join(l.source, rootModule), "build", "-trimpath", "-ldflags", "-s -w", "-o", l.functionPath(), ".")
	return err
}

func (l *Lab) functionPath() string { return l.path("bin", "function-seafarer-cluster") }

// startFunction with a certificate that Crossplane's own authority issues.
// Crossplane knows no other way than mTLS.
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

// reviseFunction by hand, so that Crossplane knows where it is. The revision is
// paused, or the package manager would fetch it.
func (l *Lab) reviseFunction(ctx context.Context) error {
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
	return errors.Wrap(err, "cannot tell Crossplane where the function is")
}

// KillFunction without any warning.
func (l *Lab) KillFunction() { l.function.kill() }

// StartFunction again.
func (l *Lab) StartFunction() error { return l.function.start() }

// copyAPI of ours to where it can be changed: with charts of the lab's own, the
// Composition says where they are.
func (l *Lab) copyAPI(context.Context) error {
	from := filepath.Join(l.source, rootModule, l.options.api().folder)
	for _, f := range []string{"activation.yaml", "definition.yaml", "composition.yaml", "crossplane.yaml"} {
		b, err := os.ReadFile(filepath.Join(from, f))
		if err != nil {
			return errors.Wrap(err, "cannot read our API")
		}
		if f == "composition.yaml" && l.charts != nil {
			if b, err = fence(b, "karpenterChartRepository", l.charts.url); err != nil {
				return err
			}
		}
		if err := write(l.path("apis", f), b); err != nil {
			return err
		}
	}
	return nil
}

// fence a Composition's claims with a field of the function's input.
func fence(composition []byte, field, value string) ([]byte, error) {
	o := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(composition, &o.Object); err != nil {
		return nil, errors.Wrap(err, "cannot parse the Composition")
	}
	steps, _, err := unstructured.NestedSlice(o.Object, "spec", "pipeline")
	if err != nil || len(steps) != 1 {
		return nil, errors.New("the Composition has more than one step")
	}
	step, ok := steps[0].(map[string]any)
	if !ok {
		return nil, errors.New("the Composition's step is no object")
	}
	if err := unstructured.SetNestedField(step, value, "input", field); err != nil {
		return nil, errors.Wrap(err, "cannot fence the Composition")
	}
	if err := unstructured.SetNestedSlice(o.Object, steps, "spec", "pipeline"); err != nil {
		return nil, errors.Wrap(err, "cannot fence the Composition")
	}
	b, err := yaml.Marshal(o.Object)
	return b, errors.Wrap(err, "cannot write the Composition")
}

// installAPI of ours: the XRD, the Composition, and which of the providers' kinds
// we need.
func (l *Lab) installAPI(ctx context.Context) error {
	for _, f := range []string{"activation.yaml", "definition.yaml", "composition.yaml"} {
		objects, err := readObjects(l.path("apis", f))
		if err != nil {
			return err
		}
		if err := l.Apply(ctx, objects...); err != nil {
			return err
		}
	}
	return l.offered(ctx)
}

// An api is what one of our Configurations brings.
type api struct {
	configuration, folder string

	// definition by name, and the condition that it has once users can make objects.
	definition, offered string

	// composite resources are of this kind.
	composite string
}

func (o Options) api() api {
	if o.Namespaced {
		return api{
			configuration: "configuration-seafarer-cluster-namespaced", folder: "apis-namespaced",
			definition: claimResource, offered: "Established",
			composite: "SeafarerCluster",
		}
	}
	return api{
		configuration: "configuration-seafarer-cluster", folder: "apis",
		definition: "x" + claimResource, offered: "Offered",
		composite: "XSeafarerCluster",
	}
}

// kind of composite resources.
func (a api) kind() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: "platform.seafarer.cloud", Version: "v1alpha1", Kind: a.composite}
}

// claimResource is what users make: claims, or composite resources in a namespace.
const claimResource = "seafarerclusters.platform.seafarer.cloud"

// compositeResource is what Crossplane makes of a claim.
const compositeResource = "x" + claimResource

// offered means that users can make what they are to make.
func (l *Lab) offered(ctx context.Context) error {
	a := l.options.api()
	return l.untilCondition(ctx, object(`{apiVersion: apiextensions.crossplane.io/v1, kind: CompositeResourceDefinition, metadata: {name: `+a.definition+`}}`), a.offered)
}

func (l *Lab) untilCondition(ctx context.Context, o *unstructured.Unstructured, kind string) error {
	err := until(ctx, startTimeout, func(ctx context.Context) error {
		now, err := l.Get(ctx, o)
		if err != nil {
			return err
		}
		if s, reason, message := condition(now, kind); s != "True" {
			return errors.Errorf("%s is %q: %s: %s", kind, s, reason, message)
		}
		return nil
	})
	return errors.Wrapf(err, "%s %s", o.GetKind(), o.GetName())
}

// further definitions that are no managed resources, and that the activation
// policy thus does not list.
var further = []string{
	"clusterproviderconfigs.helm.m.crossplane.io", "providerconfigs.helm.m.crossplane.io", "providerconfigusages.helm.m.crossplane.io",
	"clusterproviderconfigs.kubernetes.m.crossplane.io", "providerconfigs.kubernetes.m.crossplane.io", "providerconfigusages.kubernetes.m.crossplane.io",
}

// furtherAWS are those of provider-aws, which nobody needs unless it's real.
var furtherAWS = []string{"clusterproviderconfigs.aws.m.upbound.io", "providerconfigs.aws.m.upbound.io", "providerconfigusages.aws.m.upbound.io"}

// A provider brings CRDs, by the end of their group, and is itself a process of
// those labs in which it's real.
type provider struct {
	suffix, module string
	real           func(o Options) bool
}

var providers = []provider{
	{suffix: "aws.m.upbound.io", module: "github.com/upbound/provider-aws/v2", real: func(o Options) bool { return o.AWS }},
	{suffix: "helm.m.crossplane.io", module: "github.com/crossplane-contrib/provider-helm", real: inCluster},
	{suffix: "kubernetes.m.crossplane.io", module: "github.com/crossplane-contrib/provider-kubernetes", real: inCluster},
}

func inCluster(o Options) bool { return o.InCluster }

func providerOf(group string) (provider, bool) {
	i := slices.IndexFunc(providers, func(p provider) bool { return strings.HasSuffix(group, p.suffix) })
	if i < 0 {
		return provider{}, false
	}
	return providers[i], true
}

// installDefinitions of the providers' kinds, from the Go module cache: those
// that we activate, and no others.
func (l *Lab) installDefinitions(ctx context.Context) error {
	root := filepath.Join(l.source, rootModule)
	names, err := activated(filepath.Join(root, "apis", "activation.yaml"))
	if err != nil {
		return err
	}
	dirs := make(map[string]string)
	for _, p := range providers {
		m, err := modules.Find(ctx, root, p.module)
		if err != nil {
			return err
		}
		dirs[p.suffix] = m.Dir
	}
	if l.options.AWS {
		names = append(names, furtherAWS...)
	}
	var crds []*unstructured.Unstructured
	for _, name := range slices.Concat(names, further) {
		plural, group, _ := strings.Cut(name, ".")
		p, ok := providerOf(group)
		if !ok {
			return errors.Errorf("%s is of no provider that is known", name)
		}
		objects, err := readObjects(filepath.Join(dirs[p.suffix], "package", "crds", group+"_"+plural+".yaml"))
		if err != nil {
			return err
		}
		crds = append(crds, objects...)
	}
	if err := l.Apply(ctx, crds...); err != nil {
		return err
	}
	for _, o := range crds {
		if err := l.established(ctx, o.GetName()); err != nil {
			return err
		}
	}
	return nil
}

// established means that the API server serves a CRD.
func (l *Lab) established(ctx context.Context, crd string) error {
	return l.untilCondition(ctx, object(`{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: `+crd+`}}`), "Established")
}

// activated kinds, by the name of their CRD.
func activated(path string) ([]string, error) {
	objects, err := readObjects(path)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, o := range objects {
		ns, _, err := unstructured.NestedStringSlice(o.Object, "spec", "activate")
		if err != nil {
			return nil, errors.Wrap(err, "cannot read which kinds to activate")
		}
		names = append(names, ns...)
	}
	return names, nil
}

// Rendered is what a claim is composed of in the end, by the function's own
// render command, by the name of each resource. Unless it names a file with
// another, it's that of the lab's Composition.
func (l *Lab) Rendered(ctx context.Context, claim, composition string) (map[string]*unstructured.Unstructured, error) {
	out, err := command(ctx, l.Dir, nil, claim, l.functionPath(), "render", "-", "--simulate", "--output=yaml",
		"--composition="+cmp.Or(composition, l.path("apis", "composition.yaml")))
	if err != nil {
		return nil, err
	}
	objects, err := decodeObjects([]byte(out))
	if err != nil {
		return nil, err
	}
	names := make(map[string]*unstructured.Unstructured, len(objects))
	for _, o := range objects {
		names[o.GetAnnotations()[annotationResource]] = o
	}
	return names, nil
}

// Composed objects of a composite resource: those of our kinds that are labeled
// with it, whether or not it refers to them.
func (l *Lab) Composed(ctx context.Context, xr string) (map[string]*unstructured.Unstructured, error) {
	out := make(map[string]*unstructured.Unstructured)
	for _, k := range l.Providers.kinds {
		os, err := l.dynamic.Resource(k.resource).List(ctx, metav1.ListOptions{LabelSelector: labelComposite + "=" + xr})
		if err != nil {
			return nil, errors.Wrapf(err, "cannot list %s", k.resource.Resource)
		}
		for _, o := range os.Items {
			name := o.GetAnnotations()[annotationResource]
			if _, ok := out[name]; ok {
				return nil, errors.Errorf("there are two objects for resource %s", name)
			}
			out[name] = &o
		}
	}
	return out, nil
}

const (
	annotationResource = "crossplane.io/composition-resource-name"
	annotationExternal = "crossplane.io/external-name"
	labelComposite     = "crossplane.io/composite"
)

// merge patch of some fields.
func mergePatch(fields map[string]any) []byte {
	b, err := json.Marshal(fields)
	if err != nil {
		panic(err) // They are plain values.
	}
	return b
}
