package lab

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	kerrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"
)

// How long things may take. Most take seconds, on a machine that does nothing else.
const (
	settles = 6 * time.Minute

	// Deletion goes from Usage to Usage, each of which may take half a minute to
	// notice that it's no longer needed.
	deletes = 10 * time.Minute
)

// A platform that a test claims.
type platform struct {
	t     *testing.T
	lab   *Lab
	claim *unstructured.Unstructured

	// xr is the name of the claim's composite resource. Without claims, it's that of
	// the claim, which is the composite resource.
	xr string

	// patience with the platform, if it's to be another than settles and deletes.
	patience time.Duration

	// composition is the file of a Composition other than the package's.
	composition string
}

// example's claim.
func example(t *testing.T, name string) *unstructured.Unstructured {
	t.Helper()
	os, err := readObjects(filepath.Join("..", "..", "example", name, "claim.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return os[0]
}

// claimed is the smallest claim with two zones, in a namespace of its own.
func claimed(t *testing.T, name string) *unstructured.Unstructured {
	t.Helper()
	return object(`
apiVersion: platform.seafarer.cloud/v1alpha1
kind: SeafarerCluster
metadata:
  name: ` + name + `
  namespace: ` + name + `
spec:
  region: eu-west-3
  network:
    zoneCount: 2
`)
}

// fenced is a claim with the Composition that its example brings, if any.
func fenced(t *testing.T, name string) *platform {
	t.Helper()
	p := &platform{t: t, lab: shared, claim: example(t, name)}
	path, err := filepath.Abs(filepath.Join("..", "..", "example", name, "composition.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	os, err := readObjects(path)
	if err != nil {
		return p // It brings none.
	}
	p.composition = path
	for _, o := range os {
		o.SetName("example-" + name)
	}
	if err := shared.Apply(t.Context(), os...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, o := range os {
			r, err := shared.Of(o.GroupVersionKind(), "")
			if err == nil {
				err = r.Delete(context.Background(), o.GetName(), metav1.DeleteOptions{})
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
	p.set(os[0].GetName(), "spec", "compositionRef", "name")
	return p
}

// packagedComposition is the one that the package brings.
const packagedComposition = "seafarer-cluster"

// apply a claim. Whatever becomes of it, it's gone when the test is over.
func apply(t *testing.T, claim *unstructured.Unstructured) *platform {
	t.Helper()
	p := &platform{t: t, lab: shared, claim: claim}
	p.apply()
	return p
}

// namespace that the claim is in.
func (p *platform) namespace() {
	p.t.Helper()
	p.namespaces(p.claim)
}

// namespaces that some objects are in.
func (p *platform) namespaces(of ...*unstructured.Unstructured) {
	p.t.Helper()
	for _, o := range of {
		if err := p.lab.Apply(p.t.Context(), object(`{apiVersion: v1, kind: Namespace, metadata: {name: `+o.GetNamespace()+`}}`)); err != nil {
			p.t.Fatal(err)
		}
	}
}

func (p *platform) apply() {
	t := p.t
	t.Helper()
	p.namespace()
	// Claims choose any Composition of their kind unless they say which, and examples
	// bring theirs.
	if _, says, _ := unstructured.NestedFieldNoCopy(p.claim.Object, "spec", "compositionRef"); !says && !p.lab.options.Namespaced { // Then it says none.
		p.set(packagedComposition, "spec", "compositionRef", "name")
	}
	p.kubectl("", "apply")
	t.Cleanup(func() {
		p.t = t
		if !t.Failed() { // Else there's more to see as it is.
			p.deleted()
		}
	})
	p.within(startTimeout, func(ctx context.Context) error {
		c, err := p.lab.Get(ctx, p.claim)
		if err != nil {
			return err
		}
		if p.lab.options.Namespaced {
			p.xr = c.GetName()
			return nil
		}
		p.xr, _, err = unstructured.NestedString(c.Object, "spec", "resourceRef", "name")
		if p.xr == "" {
			return errors.New("the claim has no composite resource")
		}
		return err
	})
}

// kubectl applies the claim. It must be refused with a message, unless that is
// empty.
func (p *platform) kubectl(refused string, args ...string) {
	p.t.Helper()
	b, err := yaml.Marshal(p.claim.Object)
	if err != nil {
		p.t.Fatal(err)
	}
	_, err = p.lab.Kubectl(p.t.Context(), string(b), append(args, "--filename=-")...)
	switch {
	case refused == "" && err != nil:
		p.t.Fatal(err)
	case refused != "" && err == nil:
		p.t.Fatalf("kubectl %v: not refused, want %q", args, refused)
	case refused != "" && !strings.Contains(err.Error(), refused):
		p.t.Fatalf("kubectl %v: want %q, got: %v", args, refused, err)
	}
}

// edit a field of the claim, and apply it.
func (p *platform) edit(value any, path ...string) {
	p.t.Helper()
	p.set(value, path...)
	p.kubectl("", "apply")
}

// set a field of the claim; nil removes it.
func (p *platform) set(value any, path ...string) {
	p.t.Helper()
	if value == nil {
		unstructured.RemoveNestedField(p.claim.Object, path...)
		return
	}
	if err := unstructured.SetNestedField(p.claim.Object, value, path...); err != nil {
		p.t.Fatal(err)
	}
}

// within a time, a check must pass.
func (p *platform) within(d time.Duration, check func(ctx context.Context) error) {
	p.t.Helper()
	if err := until(p.t.Context(), d, check); err != nil {
		p.t.Fatal(err)
	}
}

// composed objects by the name of their resource.
func (p *platform) composed() map[string]*unstructured.Unstructured {
	p.t.Helper()
	os, err := p.lab.Composed(p.t.Context(), p.xr)
	if err != nil {
		p.t.Fatal(err)
	}
	return os
}

// uids of what is composed.
func (p *platform) uids() map[string]string {
	p.t.Helper()
	return values(p.composed(), func(o *unstructured.Unstructured) string { return string(o.GetUID()) })
}

// specs of what is composed, in a form to compare: no uid and no generation
// changes as long as nobody changes them.
func (p *platform) specs() map[string]string {
	p.t.Helper()
	return values(p.composed(), func(o *unstructured.Unstructured) string {
		return fmt.Sprintf("%s generation %d", o.GetUID(), o.GetGeneration())
	})
}

func values(os map[string]*unstructured.Unstructured, of func(o *unstructured.Unstructured) string) map[string]string {
	out := make(map[string]string, len(os))
	for k, o := range os {
		out[k] = of(o)
	}
	return out
}

// settled means that the claim is ready, and that the objects are those that the
// function's render command tells.
func (p *platform) settled() {
	p.t.Helper()
	start := time.Now()
	want := p.rendered()
	named := func(o *unstructured.Unstructured) string { return o.GetKind() + "/" + o.GetName() }
	p.within(cmp.Or(p.patience, settles), func(ctx context.Context) error {
		os, err := p.lab.Composed(ctx, p.xr)
		if err != nil {
			return err
		}
		if d := differences(values(want, named), values(os, named)); d != "" {
			return errors.Errorf("composed objects are not those that render tells, %s; %s", d, p.explain(ctx))
		}
		return p.isReady(ctx)
	})
	p.t.Logf("%d objects settled within %s", len(want), time.Since(start).Round(100*time.Millisecond))
}

func (p *platform) rendered() map[string]*unstructured.Unstructured {
	p.t.Helper()
	claim := p.claim.DeepCopy()
	unstructured.RemoveNestedField(claim.Object, "spec", "compositionRef")
	b, err := yaml.Marshal(claim.Object)
	if err != nil {
		p.t.Fatal(err)
	}
	os, err := p.lab.Rendered(p.t.Context(), string(b), p.composition)
	if err != nil {
		p.t.Fatal(err)
	}
	return os
}

// intact fails unless the API server has kept all that render tells: it drops
// fields that it does not know, and says nothing.
func (p *platform) intact() {
	p.t.Helper()
	is := p.composed()
	for k, want := range p.rendered() {
		if k == "usage-composite" { // Crossplane makes up the name of what it's of.
			if err := unstructured.SetNestedField(want.Object, p.xr, "spec", "of", "resourceRef", "name"); err != nil {
				p.t.Fatal(err)
			}
		}
		var lost []string
		for _, f := range []string{"spec", "data"} {
			compare(want.Object[f], is[k].Object[f], f, &lost)
		}
		if len(lost) > 0 {
			p.t.Errorf("%s: not as render tells: %s", k, strings.Join(lost, ", "))
		}
	}
}

// compare what's wanted with what is there, which may be more.
func compare(want, got any, path string, lost *[]string) {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			*lost = append(*lost, path)
			return
		}
		for k := range w {
			compare(w[k], g[k], path+"."+k, lost)
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			*lost = append(*lost, path)
			return
		}
		for i := range w {
			compare(w[i], g[i], fmt.Sprintf("%s[%d]", path, i), lost)
		}
	default:
		if fmt.Sprint(want) != fmt.Sprint(got) {
			*lost = append(*lost, fmt.Sprintf("%s: want %v, got %v", path, want, got))
		}
	}
}

// isReady checks that claim and composite resource are synced and ready, as they
// are now.
func (p *platform) isReady(ctx context.Context) error {
	claim, err := p.lab.Get(ctx, p.claim)
	if err != nil {
		return err
	}
	xr, err := p.composite(ctx)
	if err != nil {
		return err
	}
	for _, o := range []*unstructured.Unstructured{xr, claim} {
		for _, c := range []string{"Synced", "Ready", "Valid"} {
			if s, _, _ := condition(o, c); s != "True" {
				return errors.Errorf("%s is %s=%q; %s", o.GetKind(), c, s, p.explain(ctx))
			}
		}
	}
	return nil
}

func (p *platform) composite(ctx context.Context) (*unstructured.Unstructured, error) {
	namespace := ""
	if p.lab.options.Namespaced {
		namespace = p.claim.GetNamespace()
	}
	r, err := p.lab.Of(p.lab.options.api().kind(), namespace)
	if err != nil {
		return nil, err
	}
	return r.Get(ctx, p.xr, metav1.GetOptions{})
}

// explain what the composite resource complains about.
func (p *platform) explain(ctx context.Context) string {
	xr, err := p.composite(ctx)
	if err != nil {
		return err.Error()
	}
	cs, _, _ := unstructured.NestedSlice(xr.Object, "status", "conditions") // Then there are none.
	var out []string
	for _, c := range cs {
		m, ok := c.(map[string]any)
		if ok && m["status"] != "True" {
			out = append(out, fmt.Sprintf("%v=%v (%v)", m["type"], m["status"], m["message"]))
		}
	}
	return "its conditions: " + strings.Join(out, ", ")
}

// deleted claims take all that was composed with them.
func (p *platform) deleted() {
	p.t.Helper()
	p.delete()
	p.gone()
}

// delete the claim, and don't wait. One that's protected is unprotected first.
func (p *platform) delete() {
	p.t.Helper()
	protected, _, _ := unstructured.NestedBool(p.claim.Object, "spec", "deletionProtection") // Else it isn't.
	err := until(context.Background(), startTimeout, func(ctx context.Context) error {
		if protected {
			if _, err := p.lab.Kubectl(ctx, "", "patch", claimResource, p.claim.GetName(), "--namespace="+p.claim.GetNamespace(), "--type=merge", `--patch={"spec":{"deletionProtection":false}}`); err != nil {
				return err
			}
			protected = false
		}
		_, err := p.lab.Kubectl(ctx, "", "delete", claimResource, p.claim.GetName(), "--namespace="+p.claim.GetNamespace(), "--wait=false", "--ignore-not-found")
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// gone is a claim with all that was composed for it.
func (p *platform) gone() {
	p.t.Helper()
	start := time.Now()
	n := 0
	err := until(context.Background(), cmp.Or(p.patience, deletes), func(ctx context.Context) error {
		os, err := p.lab.Composed(ctx, p.xr)
		if err != nil {
			return err
		}
		n = max(n, len(os))
		if len(os) > 0 {
			return errors.Errorf("%d objects are left: %s", len(os), strings.Join(sorted(os), ", "))
		}
		if _, err := p.composite(ctx); !kerrors.IsNotFound(err) {
			return errors.New("the composite resource is left")
		}
		if _, err := p.lab.Get(ctx, p.claim); !kerrors.IsNotFound(err) {
			return errors.New("the claim is left")
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Logf("claim and %d objects gone after %s", n, time.Since(start).Round(100*time.Millisecond))
}

// differences between two maps, in words.
func differences(want, got map[string]string) string {
	var out []string
	for _, k := range sorted(want) {
		switch g, ok := got[k]; {
		case !ok:
			out = append(out, "missing: "+k)
		case g != want[k]:
			out = append(out, fmt.Sprintf("%s: want %s, got %s", k, want[k], g))
		}
	}
	for _, k := range sorted(got) {
		if _, ok := want[k]; !ok {
			out = append(out, "unexpected: "+k)
		}
	}
	return strings.Join(out, "; ")
}

// unchanged fails unless what was there is as it was.
func unchanged(t *testing.T, was, is map[string]string) {
	t.Helper()
	if d := differences(was, is); d != "" {
		t.Errorf("what was composed has changed: %s", d)
	}
}

// Every example that is valid becomes ready, made of what render says, and goes
// when its claim does.
func TestExamples(t *testing.T) {
	t.Parallel()
	dirs, err := os.ReadDir(filepath.Join("..", "..", "example"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if strings.HasPrefix(d.Name(), "invalid") {
			continue
		}
		t.Run(d.Name(), func(t *testing.T) {
			t.Parallel()
			p := fenced(t, d.Name())
			if argoCD, ok := p.rendered()["argocd-cluster"]; ok {
				p.namespaces(argoCD)
			}
			p.apply()
			p.settled()
			p.intact()
			p.tells()
			p.announced()
			p.connected()
			p.traceable()
			p.validatable()
		})
	}
}

// Every example that is not valid is refused: by the API server, if it's to be,
// or else with a condition that tells why, and nothing is composed.
func TestInvalidExamples(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join("..", "..", "example", "invalid-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		t.Run(filepath.Base(d), func(t *testing.T) {
			p := fenced(t, filepath.Base(d))
			if want, err := os.ReadFile(filepath.Join(d, "want-api-error.txt")); err == nil {
				p.namespace()
				for l := range strings.Lines(string(want)) {
					for _, w := range wordsOf(strings.TrimSpace(l)) {
						p.kubectl(w, "apply")
					}
				}
				p.refusable()
				return
			}
			want, err := os.ReadFile(filepath.Join(d, "want.txt"))
			if err != nil {
				t.Fatal(err)
			}
			p.apply()
			p.invalid(strings.TrimSpace(string(want)))
			p.acceptable()
			if os := p.composed(); len(os) > 0 {
				t.Errorf("composed anyhow: %s", strings.Join(sorted(os), ", "))
			}
		})
	}
}

// wordsOf the API server for an error. Of fields that it does not know, kubectl
// says it in other words than a CRD's own validation.
func wordsOf(want string) []string {
	fields, ok := strings.CutPrefix(want, "unknown fields: ")
	if !ok {
		return []string{want}
	}
	var out []string
	for f := range strings.SplitSeq(fields, ", ") {
		out = append(out, fmt.Sprintf("unknown field %q", f))
	}
	return out
}

// invalid means that the claim says what's wrong with it.
func (p *platform) invalid(want string) {
	p.t.Helper()
	p.within(settles, func(ctx context.Context) error {
		c, err := p.lab.Get(ctx, p.claim)
		if err != nil {
			return err
		}
		s, reason, message := condition(c, "Valid")
		if s != "False" || reason != "InvalidSpec" || !strings.Contains(message, want) {
			return errors.Errorf("claim is Valid=%q: %s: %s; want %s", s, reason, message, want)
		}
		return nil
	})
}

// tells checks what the claim's status tells.
func (p *platform) tells() {
	p.t.Helper()
	claim, err := p.lab.Get(p.t.Context(), p.claim)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, part := range []string{"Network", "Identity", "ControlPlane", "SystemCapacity", "Addons", "Access", "Karpenter"} {
		if s, reason, message := condition(claim, part+"Ready"); s != "True" {
			p.t.Errorf("claim is %sReady=%q: %s: %s", part, s, reason, message)
		}
	}
	for _, path := range []string{
		"updateKubeconfigCommand", "accountId",
		"cluster.name", "cluster.arn", "cluster.version", "cluster.endpoint", "cluster.certificateAuthorityData", "cluster.securityGroupId", "cluster.oidcIssuer",
		"network.vpcId", "network.internetGatewayId", "queue.url", "roles.karpenter",
	} {
		v, _, err := unstructured.NestedString(claim.Object, append([]string{"status"}, strings.Split(path, ".")...)...)
		if err != nil || v == "" {
			p.t.Errorf("claim tells no status.%s: %v", path, err)
		}
	}
	zones, _, err := unstructured.NestedSlice(claim.Object, "status", "network", "zones")
	if err != nil || len(zones) == 0 {
		p.t.Errorf("claim tells no status.network.zones: %v", err)
	}
	if phase, _, err := unstructured.NestedString(claim.Object, "status", "phase"); err != nil || phase != "Ready" {
		p.t.Errorf("claim is in phase %q, want Ready: %v", phase, err)
	}
}

// announced means that events of what the user has made tell how its parts got ready.
func (p *platform) announced() {
	p.t.Helper()
	p.within(settles, func(ctx context.Context) error {
		out, err := p.lab.Kubectl(ctx, "", "get", "events", "--namespace="+p.claim.GetNamespace(), "--output=jsonpath={.items[*].message}",
			"--field-selector=involvedObject.kind="+p.claim.GetKind()+",involvedObject.name="+p.claim.GetName())
		if err != nil {
			return err
		}
		for _, part := range []string{"Network", "ControlPlane", "Karpenter"} {
			if !strings.Contains(out, part+"Ready is True") {
				return errors.Errorf("no event tells that %sReady is True; events: %s", part, out)
			}
		}
		return nil
	})
}

// connected means that all Secrets are where the claim's status says, and that the
// one that the claim asks for, if it does, holds what people need.
func (p *platform) connected() {
	p.t.Helper()
	claim, err := p.lab.Get(p.t.Context(), p.claim)
	if err != nil {
		p.t.Fatal(err)
	}
	kubeconfig := p.composed()["kubeconfig"]
	told, _, err := unstructured.NestedStringMap(claim.Object, "status", "secrets", "kubeconfig")
	if err != nil || told["name"] != kubeconfig.GetName() || told["namespace"] != kubeconfig.GetNamespace() {
		p.t.Errorf("claim tells of Secret %v, want %s/%s: %v", told, kubeconfig.GetNamespace(), kubeconfig.GetName(), err)
	}
	name, asked, err := unstructured.NestedString(claim.Object, "spec", "writeConnectionSecretToRef", "name")
	if err != nil {
		p.t.Fatal(err)
	}
	if !asked {
		return
	}
	p.within(settles, func(ctx context.Context) error {
		s, err := p.lab.Get(ctx, object(`{apiVersion: v1, kind: Secret, metadata: {name: `+name+`, namespace: `+claim.GetNamespace()+`}}`))
		if err != nil {
			return err
		}
		want, _, err := unstructured.NestedStringMap(kubeconfig.Object, "data")
		if err != nil {
			return err
		}
		got, _, err := unstructured.NestedStringMap(s.Object, "data")
		if err != nil {
			return err
		}
		if d := differences(want, got); len(want) == 0 || d != "" {
			return errors.Errorf("the claim's connection Secret isn't as that for people: %s", d)
		}
		p.t.Logf("connection Secret %s has %s", name, strings.Join(sorted(got), ", "))
		return nil
	})
}

// An edit changes what it should, and nothing else is made anew.
func TestEdits(t *testing.T) {
	t.Parallel()
	p := apply(t, claimed(t, "edits"))
	p.settled()

	pool := func(name string) any { return map[string]any{"name": name} }
	steps := []struct {
		name    string
		value   any
		path    string
		appears []string
		goes    []string
	}{
		{
			name: "AddNodePool", path: "spec.karpenter.nodePools", value: []any{pool("default"), pool("batch")},
			appears: []string{"node-pool-batch"},
		},
		{
			name: "AddZone", path: "spec.network.zoneCount", value: int64(3),
			appears: []string{
				"subnet-private-euw3-az3", "subnet-public-euw3-az3", "association-subnet-private-euw3-az3", "association-subnet-public-euw3-az3",
				"route-table-private-euw3-az3", "route-nat-euw3-az3",
			},
		},
		{
			name: "NATGatewayPerZone", path: "spec.network.natGateway", value: "PerZone",
			appears: []string{"nat-address-euw3-az2", "nat-gateway-euw3-az2", "nat-address-euw3-az3", "nat-gateway-euw3-az3"},
		},
		{
			name: "NATGatewaySingle", path: "spec.network.natGateway", value: "Single",
			goes: []string{"nat-address-euw3-az2", "nat-gateway-euw3-az2", "nat-address-euw3-az3", "nat-gateway-euw3-az3"},
		},
		{
			name: "RemoveNodePool", path: "spec.karpenter.nodePools", value: []any{pool("default")},
			goes: []string{"node-pool-batch"},
		},
	}
	for _, s := range steps {
		ok := t.Run(s.name, func(t *testing.T) {
			p.t = t
			was := p.uids()
			p.edit(s.value, strings.Split(s.path, ".")...)
			p.settled()
			is := p.uids()
			for _, k := range s.goes {
				if _, ok := was[k]; !ok {
					t.Errorf("%s was not there", k)
				}
			}
			for _, k := range s.appears {
				if _, ok := is[k]; !ok {
					t.Errorf("%s has not appeared", k)
				}
			}
			unchanged(t, without(was, s.goes), without(is, s.appears))
		})
		if !ok {
			return
		}
	}
	t.Run("Tag", func(t *testing.T) {
		p.t = t
		was := p.uids()
		p.edit(map[string]any{"team": "edits"}, "spec", "tags")
		p.arrives("team", "edits")
		unchanged(t, was, p.uids())
	})
	t.Run("RegionIsRefused", func(t *testing.T) {
		p.t = t
		was := p.specs()
		p.set("eu-west-1", "spec", "region")
		p.kubectl("region cannot change: an EKS cluster cannot move; make a new SeafarerCluster", "apply")
		p.set("eu-west-3", "spec", "region")
		unchanged(t, was, p.specs())
	})
	t.Run("RuleBetweenFieldsChangesNothing", func(t *testing.T) {
		p.t = t
		was := p.specs()
		p.set("1.36", "spec", "kubernetesVersion")
		p.edit("1.9.0", "spec", "karpenter", "version")
		p.invalid("spec.karpenter.version: Invalid value: \"1.9.0\"")
		time.Sleep(3 * time.Second) // For something to go wrong.
		unchanged(t, was, p.specs())

		p.set(nil, "spec", "kubernetesVersion")
		p.edit(nil, "spec", "karpenter", "version")
		p.settled()
		unchanged(t, was, p.specs())
	})
}

// without some resources, and Usages of which they are an end.
func without(all map[string]string, some []string) map[string]string {
	rest := maps.Clone(all)
	maps.DeleteFunc(rest, func(k, _ string) bool {
		ends, usage := strings.CutPrefix(k, "usage-")
		of, by, _ := strings.Cut(ends, ".")
		return slices.Contains(some, k) || usage && (slices.Contains(some, of) || slices.Contains(some, by))
	})
	return rest
}

// A claim that's protected cannot be deleted until it no longer is, and EKS says
// so, too. Nothing of its platform goes because somebody tried.
func TestProtection(t *testing.T) {
	claim := claimed(t, "protected")
	p := &platform{t: t, lab: shared, claim: claim}
	p.set(true, "spec", "deletionProtection")
	p.apply()
	p.settled()
	p.safe()
	was := p.specs()
	refused := func(why string) {
		t.Helper()
		for _, what := range [][]string{{claimResource, claim.GetName(), "--namespace=" + claim.GetNamespace()}, {compositeResource, p.xr}} {
			_, err := shared.Kubectl(t.Context(), "", append([]string{"delete", "--wait=false"}, what...)...)
			if err == nil || !strings.Contains(err.Error(), why) {
				t.Fatalf("kubectl delete %s: want it to be refused because %s, got: %v", what[0], why, err)
			}
		}
	}
	refused("spec.deletionProtection is true: set it to false")
	time.Sleep(3 * time.Second) // For something to go wrong.
	unchanged(t, was, p.specs())

	// While nobody hears from EKS, the claim stays.
	shared.Providers.Pause()
	p.edit(false, "spec", "deletionProtection")
	p.within(settles, func(ctx context.Context) error {
		os, err := shared.Composed(ctx, p.xr)
		if err != nil {
			return err
		}
		for _, u := range []string{"usage-claim", "usage-composite"} {
			o := os[u]
			if o == nil {
				t.Fatalf("%s is gone while EKS protects the cluster", u)
			}
			why, _, _ := unstructured.NestedString(o.Object, "spec", "reason") // Then there's none.
			if !strings.HasPrefix(why, "EKS") {
				return errors.New("the edit has not arrived")
			}
		}
		return nil
	})
	refused("EKS doesn't say yet")
	shared.Providers.Resume()
	p.deleted()
}

// safe means that every Usage is in force.
func (p *platform) safe() {
	p.t.Helper()
	p.within(settles, func(ctx context.Context) error {
		xr, err := p.composite(ctx)
		if err != nil {
			return err
		}
		if s, _, why := condition(xr, "TeardownSafe"); s != "True" {
			return errors.Errorf("TeardownSafe is %s: %s", s, why)
		}
		return nil
	})
}

// A claim that's deleted before its platform is there leaves nothing behind.
func TestDeleteHalfMade(t *testing.T) {
	shared.Providers.Pause()
	defer shared.Providers.Resume()
	p := apply(t, claimed(t, "half"))
	p.half()
	p.deleted()
	shared.Providers.Resume()
}

// half made is a platform whose providers have done nothing yet.
func (p *platform) half() {
	p.t.Helper()
	const some = 5
	p.within(settles, func(ctx context.Context) error {
		os, err := p.lab.Composed(ctx, p.xr)
		if err != nil {
			return err
		}
		if len(os) < some {
			return errors.Errorf("%d objects, want %d", len(os), some)
		}
		return nil
	})
}

// Someone edits or deletes what is composed: it's mended.
func TestDrift(t *testing.T) {
	t.Parallel()
	p := apply(t, claimed(t, "drift"))
	p.settled()
	was := p.uids()

	t.Run("FieldIsPutBack", func(t *testing.T) {
		p.t = t
		vpc := p.composed()["vpc"]
		r, err := shared.Of(vpc.GroupVersionKind(), vpc.GetNamespace())
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		patch := mergePatch(map[string]any{"spec": map[string]any{"forProvider": map[string]any{"cidrBlock": "192.0.2.0/24"}}})
		if _, err := r.Patch(t.Context(), vpc.GetName(), types.MergePatchType, patch, metav1.PatchOptions{FieldManager: "someone"}); err != nil {
			t.Fatal(err)
		}
		want, _, _ := unstructured.NestedString(vpc.Object, "spec", "forProvider", "cidrBlock") // Then it's empty.
		p.within(settles, func(ctx context.Context) error {
			now, err := shared.Get(ctx, vpc)
			if err != nil {
				return err
			}
			if got, _, _ := unstructured.NestedString(now.Object, "spec", "forProvider", "cidrBlock"); got != want || want == "" { // Then it's empty.
				return errors.Errorf("cidrBlock is %q, want %q", got, want)
			}
			return nil
		})
		t.Logf("put back after %s", time.Since(start).Round(100*time.Millisecond))
		unchanged(t, was, p.uids())
	})

	t.Run("ObjectIsMadeAgain", func(t *testing.T) {
		p.t = t
		rule := p.composed()["karpenter-rule-rebalance"]
		r, err := shared.Of(rule.GroupVersionKind(), rule.GetNamespace())
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if err := r.Delete(t.Context(), rule.GetName(), metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		p.within(settles, func(ctx context.Context) error {
			now, err := shared.Get(ctx, rule)
			if err != nil {
				return err
			}
			if s, _, _ := condition(now, "Ready"); now.GetUID() == rule.GetUID() || s != "True" {
				return errors.Errorf("it's as it was: Ready=%q", s)
			}
			return nil
		})
		t.Logf("made again after %s", time.Since(start).Round(100*time.Millisecond))
		p.settled()
		is := p.uids()
		rest := maps.Clone(was)
		delete(rest, "karpenter-rule-rebalance")
		delete(is, "karpenter-rule-rebalance")
		unchanged(t, rest, is)
	})
}

// Whatever is killed, and whenever: nothing is made twice, and nothing is lost.
func TestRestarts(t *testing.T) {
	// Providers that are slow: the platform is half made when the function dies.
	shared.Providers.Pause()
	defer shared.Providers.Resume()
	p := apply(t, claimed(t, "restarts"))
	p.half()
	shared.KillFunction()
	was := p.uids()
	shared.Providers.Resume()
	time.Sleep(5 * time.Second) // For Crossplane to notice.
	p.keeps(was)
	if err := shared.StartFunction(); err != nil {
		t.Fatal(err)
	}
	p.settled()
	p.keeps(was)
	was = p.uids()

	steps := []struct {
		name    string
		restart func(ctx context.Context) error
	}{
		{name: "Function", restart: func(context.Context) error {
			shared.KillFunction()
			time.Sleep(3 * time.Second) // For Crossplane to notice.
			return shared.StartFunction()
		}},
		{name: "APIServer", restart: shared.RestartAPIServer},
		{name: "Crossplane", restart: func(ctx context.Context) error { return shared.RestartCrossplane(ctx, Patient...) }},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			p.t = t
			// There's something to do while it's away.
			p.edit(map[string]any{"restarted": s.name}, "spec", "tags")
			if err := s.restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			p.arrives("restarted", s.name)
			t.Logf("edit arrived %s after the restart", time.Since(start).Round(100*time.Millisecond))
			p.settled()
			unchanged(t, was, p.uids())
		})
	}
}

// With Crossplane's own flags its circuit breaker opens on each new platform. It
// becomes ready all the same, if slowly.
func TestCircuitBreaker(t *testing.T) {
	if err := shared.RestartCrossplane(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shared.RestartCrossplane(context.Background(), Patient...); err != nil {
			t.Error(err)
		}
	})
	p := apply(t, claimed(t, "breaker"))
	p.settled()
	was := p.uids()
	start := time.Now()
	p.edit(map[string]any{"team": "breaker"}, "spec", "tags")
	p.arrives("team", "breaker")
	t.Logf("edit arrived after %s", time.Since(start).Round(100*time.Millisecond))
	unchanged(t, was, p.uids())
}

// keeps fails unless all that was there still is.
func (p *platform) keeps(was map[string]string) {
	p.t.Helper()
	is := p.uids()
	maps.DeleteFunc(is, func(k, _ string) bool { _, ok := was[k]; return !ok })
	unchanged(p.t, was, is)
}

// arrives waits until all resources with tags have one.
func (p *platform) arrives(tag, value string) {
	p.t.Helper()
	p.within(settles, func(ctx context.Context) error {
		os, err := p.lab.Composed(ctx, p.xr)
		if err != nil {
			return err
		}
		for _, k := range sorted(os) {
			tags, ok, _ := unstructured.NestedStringMap(os[k].Object, "spec", "forProvider", "tags") // Then it has none.
			if ok && tags[tag] != value {
				return errors.Errorf("the edit has not arrived: %s has tags %v; %s", k, tags, p.explain(ctx))
			}
		}
		return nil
	})
}

// What kubectl explain and kubectl get say comes from our API.
func TestKubectl(t *testing.T) {
	out, err := shared.Kubectl(t.Context(), "", "explain", "seafarercluster.spec.region")
	if err != nil || !strings.Contains(out, "FIELD: region") {
		t.Errorf("kubectl explain: %v: %s", err, out)
	}
	out, err = shared.Kubectl(t.Context(), "", "get", "sfc", "--all-namespaces", "--output=name")
	if err != nil {
		t.Errorf("kubectl get: %v: %s", err, out)
	}
	names := strings.Fields(out)
	slices.Sort(names)
	t.Log(names)
}
