package lab

import (
	"context"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/crossplane/function-sdk-go/errors"
)

// What another has created is neither changed nor deleted: the claim of the seed is applied in
// an account that has its cluster, two of its roles and its log group.
func testForeignInAWS(t *testing.T) {
	claim := example(t, "seafarer-cluster")
	claim.SetNamespace("foreign")
	a := &awsPlatform{platform: &platform{t: t, lab: shared, claim: claim, timeout: settleTimeoutAWS}, region: "eu-west-3"}
	a.foreign("create")
	t.Cleanup(func() { a.foreign("delete") })
	before, since := a.account(), len(a.writes(t.Context(), 0))
	a.apply()
	a.waitForeign("cluster: AWS has Seafarer-cluster, which belongs to another owner (its tags: ManagedBy=terraform)")
	time.Sleep(3 * pollAWS) // For the provider to poll everything.
	a.delete()
	a.waitDeleted()
	a.wroteNothing(since)
	a.unchanged(before)
}

// A second claim for the same cluster, from another namespace, changes nothing of the first
// one, and neither does its deletion.
func (a *awsPlatform) twin() {
	a.t.Helper()
	claim := a.claim.DeepCopy()
	claim.SetNamespace(a.claim.GetNamespace() + "-twin")
	owner := a.claim.GetNamespace() + "/" + a.claim.GetName()
	b := &awsPlatform{platform: &platform{t: a.t, lab: shared, claim: claim, timeout: settleTimeoutAWS}, region: a.region}
	before, specs, since := a.account(), a.specs(), len(a.writes(a.t.Context(), 0))
	b.apply()
	b.waitForeign("which belongs to " + owner)
	time.Sleep(3 * pollAWS)
	b.delete()
	b.waitDeleted()
	a.wroteNothing(since)
	a.unchanged(before)
	if d := differences(specs, a.specs()); d != "" {
		a.t.Errorf("objects of the first claim changed: %s", d)
	}
}

// foreign creates or deletes what bears the names of the seed's claim, with AWS's SDK.
func (a *awsPlatform) foreign(what string) {
	a.t.Helper()
	if out, err := shared.AWS.Python(context.Background(), a.region, nil, "foreign.py", what); err != nil {
		a.t.Fatal(err, out)
	}
}

// waitForeign waits until the claim reports taken names.
func (a *awsPlatform) waitForeign(message string) {
	a.t.Helper()
	start := time.Now()
	a.within(repairTimeout, func(ctx context.Context) error {
		c, err := a.lab.Get(ctx, a.claim)
		if err != nil {
			return err
		}
		status, _, got := condition(c, "Foreign")
		if status != "True" || !strings.Contains(got, message) {
			return errors.Errorf("Foreign is %s, %q: want True, %q", status, got, message)
		}
		return nil
	})
	a.t.Logf("reported as foreign after %s", time.Since(start).Round(100*time.Millisecond))
	for k, o := range a.composed() {
		if ps, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "managementPolicies"); len(ps) != 1 || ps[0] != "Observe" {
			a.t.Errorf("%s has the policies %v, want Observe only", k, ps)
		}
	}
}

// wroteNothing checks that the provider has written nothing since.
func (a *awsPlatform) wroteNothing(since int) {
	a.t.Helper()
	if ws := a.writes(a.t.Context(), since); len(ws) > 0 {
		a.t.Errorf("got writes, want none: %s", strings.Join(ws, "\n"))
	}
}
