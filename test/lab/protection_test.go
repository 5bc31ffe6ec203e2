package lab

import (
	"context"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/crossplane/function-sdk-go/errors"
)

// A protected claim cannot be deleted until both spec and EKS no longer protect it. A
// denied deletion changes nothing.
func TestProtection(t *testing.T) {
	claim := minimalClaim(t, "protected")
	p := &platform{t: t, lab: shared, claim: claim}
	p.set(true, "spec", "deletionProtection")
	p.apply()
	p.waitSettled()
	p.waitTeardownSafe()
	before := p.specs()
	wantDenied := func(reason string) {
		t.Helper()
		for _, args := range [][]string{{claimResource, claim.GetName(), "--namespace=" + claim.GetNamespace()}, {compositeResource, p.xr}} {
			_, err := shared.Kubectl(t.Context(), "", append([]string{"delete", "--wait=false"}, args...)...)
			if err == nil || !strings.Contains(err.Error(), reason) {
				t.Fatalf("kubectl delete %s: got %v, want it denied: %s", args[0], err, reason)
			}
		}
	}
	wantDenied("spec.deletionProtection is true: set it to false")
	time.Sleep(3 * time.Second) // For a wrong change to happen.
	unchanged(t, before, p.specs())

	// While EKS's status is unknown, the claim is protected.
	shared.Providers.Pause()
	p.edit(false, "spec", "deletionProtection")
	p.within(settleTimeout, func(ctx context.Context) error {
		os, err := shared.Composed(ctx, p.xr)
		if err != nil {
			return err
		}
		for _, u := range []string{"usage-claim", "usage-composite"} {
			o := os[u]
			if o == nil {
				t.Fatalf("%s was deleted while EKS protects the cluster", u)
			}
			reason, _, _ := unstructured.NestedString(o.Object, "spec", "reason") // Empty if there is none.
			if !strings.HasPrefix(reason, "EKS") {
				return errors.New("the edit was not reconciled")
			}
		}
		return nil
	})
	wantDenied("EKS doesn't report yet")
	shared.Providers.Resume()
	p.deleteAndWait()
}
