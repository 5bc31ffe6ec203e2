package lab

import (
	"context"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crossplane/function-sdk-go/errors"
)

// With the Configuration without claims, the same manifest creates a namespaced
// composite resource. It has a claim's status, protection and deletion.
func TestNamespaced(t *testing.T) {
	t.Parallel()
	l := startLab(t, Options{Namespaced: true, Packages: true, CoreArgs: RaisedCircuitBreaker})
	p := &platform{t: t, lab: l, claim: example(t, "minimal")}
	p.set(true, "spec", "deletionProtection")
	p.apply()
	p.waitSettled()
	p.waitTeardownSafe()
	p.checkFields()
	p.checkStatus()
	p.checkSecrets()
	p.checkTrace()
	p.checkValidate()
	p.checkOwners()
	columns := []string{"SYNCED", "READY", "VERSION", "PHASE", "WAITS-FOR"}
	out, err := l.Kubectl(t.Context(), "", "get", "sfc", "--namespace="+p.claim.GetNamespace(), "--output=wide")
	for _, c := range columns {
		if err != nil || !strings.Contains(out, c) {
			t.Errorf("kubectl get sfc shows no column %s: %v", c, err)
		}
	}
	t.Log("\n" + strings.TrimSpace(out))

	before := p.specs()
	_, err = l.Kubectl(t.Context(), "", "delete", claimResource, p.claim.GetName(), "--namespace="+p.claim.GetNamespace(), "--wait=false")
	if err == nil || !strings.Contains(err.Error(), "spec.deletionProtection is true") {
		t.Errorf("kubectl delete: got %v, want it denied by deletion protection", err)
	}
	unchanged(t, before, p.specs())

	p.edit(false, "spec", "deletionProtection")
	p.within(settleTimeout, func(ctx context.Context) error {
		os, err := l.Composed(ctx, p.xr)
		if err == nil && os["usage-claim"] != nil {
			err = errors.New("usage-claim still exists")
		}
		return err
	})
	// A foreground deletion ends after that of all composed resources.
	if _, err := l.Kubectl(t.Context(), "", "delete", claimResource, p.claim.GetName(), "--namespace="+p.claim.GetNamespace(), "--cascade=foreground", "--timeout="+deleteTimeout.String()); err != nil {
		t.Fatal(err)
	}
	if os := p.composed(); len(os) > 0 {
		t.Errorf("kubectl delete returned before these were deleted: %s", strings.Join(sorted(os), ", "))
	}
}

// checkOwners checks that all composed resources are in the composite resource's
// namespace, and that it's their controller.
func (p *platform) checkOwners() {
	p.t.Helper()
	xr, err := p.composite(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	for k, o := range p.composed() {
		if o.GetNamespace() != xr.GetNamespace() {
			p.t.Errorf("%s: got namespace %s, want %s", k, o.GetNamespace(), xr.GetNamespace())
		}
		if c := metav1.GetControllerOf(o); c == nil || c.UID != xr.GetUID() {
			p.t.Errorf("%s: got controller %v, want the composite resource", k, c)
		}
	}
}
