package lab

import (
	"context"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/crossplane/function-sdk-go/errors"
)

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
