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
