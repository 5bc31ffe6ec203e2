package lab

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	kerrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"
)

// Timeouts. On an idle machine most changes take seconds.
const (
	settleTimeout = 6 * time.Minute

	// Crossplane deletes Usages one after another, and may take half a minute to
	// reconcile each.
	deleteTimeout = 10 * time.Minute
)

// A platform of a test.
type platform struct {
	t     *testing.T
	lab   *Lab
	claim *unstructured.Unstructured

	// xr is the name of the composite resource. Without claims, it's claim's.
	xr string

	// timeout overrides settleTimeout and deleteTimeout.
	timeout time.Duration

	// composition is the file of a Composition to use instead of the package's.
	composition string
}

// example returns an example's claim.
func example(t *testing.T, name string) *unstructured.Unstructured {
	t.Helper()
	os, err := readObjects(filepath.Join("..", "..", "example", name, "claim.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return os[0]
}

// minimalClaim returns a claim with two zones, in its own namespace.
func minimalClaim(t *testing.T, name string) *unstructured.Unstructured {
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

// examplePlatform returns an example's claim, and applies its Composition, if any.
func examplePlatform(t *testing.T, name string) *platform {
	t.Helper()
	p := &platform{t: t, lab: shared, claim: example(t, name)}
	path, err := filepath.Abs(filepath.Join("..", "..", "example", name, "composition.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	os, err := readObjects(path)
	if err != nil {
		return p // It has none.
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

// packagedComposition is the Composition in the package.
const packagedComposition = "seafarer-cluster"

// apply applies a claim. It's deleted when the test passes.
func apply(t *testing.T, claim *unstructured.Unstructured) *platform {
	t.Helper()
	p := &platform{t: t, lab: shared, claim: claim}
	p.apply()
	return p
}

// namespace creates the claim's namespace.
func (p *platform) namespace() {
	p.t.Helper()
	p.namespaces(p.claim)
}

// namespaces creates the namespaces of objects.
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
	// Without a reference, Crossplane selects any Composition, and examples add theirs.
	if _, ok, _ := unstructured.NestedFieldNoCopy(p.claim.Object, "spec", "compositionRef"); !ok && !p.lab.options.Namespaced { // False if there is none.
		p.set(packagedComposition, "spec", "compositionRef", "name")
	}
	p.kubectl("", "apply")
	t.Cleanup(func() {
		p.t = t
		if !t.Failed() { // Leave a failed one for inspection.
			p.deleteAndWait()
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

// kubectl runs a command with the claim as input. A non-empty message is the error to
// expect.
func (p *platform) kubectl(wantErr string, args ...string) {
	p.t.Helper()
	b, err := yaml.Marshal(p.claim.Object)
	if err != nil {
		p.t.Fatal(err)
	}
	_, err = p.lab.Kubectl(p.t.Context(), string(b), append(args, "--filename=-")...)
	switch {
	case wantErr == "" && err != nil:
		p.t.Fatal(err)
	case wantErr != "" && err == nil:
		p.t.Fatalf("kubectl %v: got no error, want %q", args, wantErr)
	case wantErr != "" && !strings.Contains(err.Error(), wantErr):
		p.t.Fatalf("kubectl %v: got %v, want %q", args, err, wantErr)
	}
}

// edit sets a field of the claim, and applies it.
func (p *platform) edit(value any, path ...string) {
	p.t.Helper()
	p.set(value, path...)
	p.kubectl("", "apply")
}

// set sets a field of the claim; nil removes it.
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

// within fails the test unless a check passes within a time.
func (p *platform) within(d time.Duration, check func(ctx context.Context) error) {
	p.t.Helper()
	if err := until(p.t.Context(), d, check); err != nil {
		p.t.Fatal(err)
	}
}

// composed returns the composed resources by name.
func (p *platform) composed() map[string]*unstructured.Unstructured {
	p.t.Helper()
	os, err := p.lab.Composed(p.t.Context(), p.xr)
	if err != nil {
		p.t.Fatal(err)
	}
	return os
}

// uids returns the UIDs of the composed resources.
func (p *platform) uids() map[string]string {
	p.t.Helper()
	return values(p.composed(), func(o *unstructured.Unstructured) string { return string(o.GetUID()) })
}

// specs returns the UIDs and generations of the composed resources.
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

// waitSettled waits until the claim is ready and the composed resources are those
// that the function's render command prints.
func (p *platform) waitSettled() {
	p.t.Helper()
	start := time.Now()
	want := p.rendered()
	kindAndName := func(o *unstructured.Unstructured) string { return o.GetKind() + "/" + o.GetName() }
	p.within(cmp.Or(p.timeout, settleTimeout), func(ctx context.Context) error {
		os, err := p.lab.Composed(ctx, p.xr)
		if err != nil {
			return err
		}
		if d := differences(values(want, kindAndName), values(os, kindAndName)); d != "" {
			return errors.Errorf("composed resources differ from render's, %s; %s", d, p.explain(ctx))
		}
		return p.isReady(ctx)
	})
	p.t.Logf("%d composed resources settled within %s", len(want), time.Since(start).Round(100*time.Millisecond))
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

// checkFields checks that the API server has retained all fields of render's output:
// it drops unknown fields without an error.
func (p *platform) checkFields() {
	p.t.Helper()
	actual := p.composed()
	for k, want := range p.rendered() {
		if k == "usage-composite" { // Crossplane generates the name of the composite resource.
			if err := unstructured.SetNestedField(want.Object, p.xr, "spec", "of", "resourceRef", "name"); err != nil {
				p.t.Fatal(err)
			}
		}
		var diffs []string
		for _, f := range []string{"spec", "data"} {
			compare(want.Object[f], actual[k].Object[f], f, &diffs)
		}
		if len(diffs) > 0 {
			p.t.Errorf("%s: differs from render's: %s", k, strings.Join(diffs, ", "))
		}
	}
}

// compare appends the differences. got may have more fields than want.
func compare(want, got any, path string, diffs *[]string) {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			*diffs = append(*diffs, path)
			return
		}
		for k := range w {
			compare(w[k], g[k], path+"."+k, diffs)
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			*diffs = append(*diffs, path)
			return
		}
		for i := range w {
			compare(w[i], g[i], fmt.Sprintf("%s[%d]", path, i), diffs)
		}
	default:
		if fmt.Sprint(want) != fmt.Sprint(got) {
			*diffs = append(*diffs, fmt.Sprintf("%s: got %v, want %v", path, got, want))
		}
	}
}

// waitPartial waits until some resources are composed, while providers are paused.
func (p *platform) waitPartial() {
	p.t.Helper()
	const enough = 5
	p.within(settleTimeout, func(ctx context.Context) error {
		os, err := p.lab.Composed(ctx, p.xr)
		if err != nil {
			return err
		}
		if len(os) < enough {
			return errors.Errorf("got %d composed resources, want %d", len(os), enough)
		}
		return nil
	})
}

// isReady returns an error unless claim and composite resource are synced, ready and
// valid now.
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

// explain returns the composite resource's conditions that aren't True.
func (p *platform) explain(ctx context.Context) string {
	xr, err := p.composite(ctx)
	if err != nil {
		return err.Error()
	}
	cs, _, _ := unstructured.NestedSlice(xr.Object, "status", "conditions") // Empty if there are none.
	var out []string
	for _, c := range cs {
		m, ok := c.(map[string]any)
		if ok && m["status"] != "True" {
			out = append(out, fmt.Sprintf("%v=%v (%v)", m["type"], m["status"], m["message"]))
		}
	}
	return "its conditions: " + strings.Join(out, ", ")
}

// deleteAndWait deletes the claim, and waits until all composed resources are deleted.
func (p *platform) deleteAndWait() {
	p.t.Helper()
	p.delete()
	p.waitDeleted()
}

// delete removes deletion protection, and deletes the claim without waiting.
func (p *platform) delete() {
	p.t.Helper()
	protected, _, _ := unstructured.NestedBool(p.claim.Object, "spec", "deletionProtection") // False if it's missing.
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

// waitDeleted waits until the claim and all composed resources are deleted.
func (p *platform) waitDeleted() {
	p.t.Helper()
	start := time.Now()
	n := 0
	err := until(context.Background(), cmp.Or(p.timeout, deleteTimeout), func(ctx context.Context) error {
		os, err := p.lab.Composed(ctx, p.xr)
		if err != nil {
			return err
		}
		n = max(n, len(os))
		if len(os) > 0 {
			return errors.Errorf("%d composed resources remain: %s", len(os), strings.Join(sorted(os), ", "))
		}
		if _, err := p.composite(ctx); !kerrors.IsNotFound(err) {
			return errors.New("the composite resource remains")
		}
		if _, err := p.lab.Get(ctx, p.claim); !kerrors.IsNotFound(err) {
			return errors.New("the claim remains")
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Logf("claim and %d composed resources deleted after %s", n, time.Since(start).Round(100*time.Millisecond))
}

// differences describes the differences of two maps.
func differences(want, got map[string]string) string {
	var out []string
	for _, k := range sorted(want) {
		switch g, ok := got[k]; {
		case !ok:
			out = append(out, "missing: "+k)
		case g != want[k]:
			out = append(out, fmt.Sprintf("%s: got %s, want %s", k, g, want[k]))
		}
	}
	for _, k := range sorted(got) {
		if _, ok := want[k]; !ok {
			out = append(out, "unexpected: "+k)
		}
	}
	return strings.Join(out, "; ")
}

// unchanged fails the test unless the maps are equal.
func unchanged(t *testing.T, before, after map[string]string) {
	t.Helper()
	if d := differences(before, after); d != "" {
		t.Errorf("composed resources changed: %s", d)
	}
}

// waitTeardownSafe waits until every Usage is ready.
func (p *platform) waitTeardownSafe() {
	p.t.Helper()
	p.within(settleTimeout, func(ctx context.Context) error {
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

// checkRetained checks that no composed resource was deleted or replaced.
func (p *platform) checkRetained(before map[string]string) {
	p.t.Helper()
	after := p.uids()
	maps.DeleteFunc(after, func(k, _ string) bool { _, ok := before[k]; return !ok })
	unchanged(p.t, before, after)
}

// waitTag waits until all composed resources with tags have a tag.
func (p *platform) waitTag(tag, value string) {
	p.t.Helper()
	p.within(settleTimeout, func(ctx context.Context) error {
		os, err := p.lab.Composed(ctx, p.xr)
		if err != nil {
			return err
		}
		for _, k := range sorted(os) {
			tags, ok, _ := unstructured.NestedStringMap(os[k].Object, "spec", "forProvider", "tags") // Empty if it has none.
			if ok && tags[tag] != value {
				return errors.Errorf("%s has tags %v; %s", k, tags, p.explain(ctx))
			}
		}
		return nil
	})
}
