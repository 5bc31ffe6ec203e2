package lab

import (
	"context"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crossplane/function-sdk-go/errors"
)

// Without claims, Crossplane's package manager installs the other Configuration, and
// the same manifest makes a composite resource in its namespace. It becomes ready,
// tells what a claim tells, is protected as a claim is, and takes all with it.
func TestNamespaced(t *testing.T) {
	t.Parallel()
	l := another(t, Options{Namespaced: true, Packages: true, CoreArgs: Patient})
	p := &platform{t: t, lab: l, claim: example(t, "minimal")}
	p.set(true, "spec", "deletionProtection")
	p.apply()
	p.settled()
	p.safe()
	p.intact()
	p.tells()
	p.connected()
	p.traceable()
	p.validatable()
	p.owned()
	columns := []string{"SYNCED", "READY", "VERSION", "PHASE", "WAITS-FOR"}
	out, err := l.Kubectl(t.Context(), "", "get", "sfc", "--namespace="+p.claim.GetNamespace(), "--output=wide")
	for _, c := range columns {
		if err != nil || !strings.Contains(out, c) {
			t.Errorf("kubectl get sfc shows no column %s: %v", c, err)
		}
	}
	t.Log("\n" + strings.TrimSpace(out))

	was := p.specs()
	_, err = l.Kubectl(t.Context(), "", "delete", claimResource, p.claim.GetName(), "--namespace="+p.claim.GetNamespace(), "--wait=false")
	if err == nil || !strings.Contains(err.Error(), "spec.deletionProtection is true") {
		t.Errorf("kubectl delete: want it to be refused because it's protected, got: %v", err)
	}
	unchanged(t, was, p.specs())

	p.edit(false, "spec", "deletionProtection")
	p.within(settles, func(ctx context.Context) error {
		os, err := l.Composed(ctx, p.xr)
		if err == nil && os["usage-claim"] != nil {
			err = errors.New("it's still protected")
		}
		return err
	})
	// Whoever waits for the deletion sees the end of all of it.
	if _, err := l.Kubectl(t.Context(), "", "delete", claimResource, p.claim.GetName(), "--namespace="+p.claim.GetNamespace(), "--cascade=foreground", "--timeout="+deletes.String()); err != nil {
		t.Fatal(err)
	}
	if os := p.composed(); len(os) > 0 {
		t.Errorf("kubectl delete came back before all was gone: %s", strings.Join(sorted(os), ", "))
	}
}

// owned means that all that is composed is in the namespace of the composite
// resource, and goes with it.
func (p *platform) owned() {
	p.t.Helper()
	xr, err := p.composite(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	for k, o := range p.composed() {
		if o.GetNamespace() != xr.GetNamespace() {
			p.t.Errorf("%s is in namespace %s", k, o.GetNamespace())
		}
		if c := metav1.GetControllerOf(o); c == nil || c.UID != xr.GetUID() {
			p.t.Errorf("%s is of %v, want it to be of the composite resource", k, c)
		}
	}
}
