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
