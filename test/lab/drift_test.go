package lab

import (
	"context"
	"maps"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/crossplane/function-sdk-go/errors"
)

// Edited or deleted composed resources are restored.
func TestDrift(t *testing.T) {
	t.Parallel()
	p := apply(t, minimalClaim(t, "drift"))
	p.waitSettled()
	before := p.uids()

	t.Run("FieldRestored", func(t *testing.T) {
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
		want, _, _ := unstructured.NestedString(vpc.Object, "spec", "forProvider", "cidrBlock") // Empty fails below.
		p.within(settleTimeout, func(ctx context.Context) error {
			now, err := shared.Get(ctx, vpc)
			if err != nil {
				return err
			}
			if got, _, _ := unstructured.NestedString(now.Object, "spec", "forProvider", "cidrBlock"); got != want || want == "" { // Empty fails below.
				return errors.Errorf("cidrBlock is %q, want %q", got, want)
			}
			return nil
		})
		t.Logf("restored after %s", time.Since(start).Round(100*time.Millisecond))
		unchanged(t, before, p.uids())
	})

	t.Run("ObjectRecreated", func(t *testing.T) {
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
		p.within(settleTimeout, func(ctx context.Context) error {
			now, err := shared.Get(ctx, rule)
			if err != nil {
				return err
			}
			if s, _, _ := condition(now, "Ready"); now.GetUID() == rule.GetUID() || s != "True" {
				return errors.Errorf("rule: got UID %s, Ready=%q, want another UID, True", now.GetUID(), s)
			}
			return nil
		})
		t.Logf("created again after %s", time.Since(start).Round(100*time.Millisecond))
		p.waitSettled()
		after := p.uids()
		rest := maps.Clone(before)
		delete(rest, "karpenter-rule-rebalance")
		delete(after, "karpenter-rule-rebalance")
		unchanged(t, rest, after)
	})
}
