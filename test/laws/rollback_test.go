package laws

import (
	"strconv"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/upgrade"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// TestRollback promises that a control plane and nodes that were rolled back in EKS stay
// there, that the claim can accept that, and that it can upgrade them again.
func TestRollback(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r := rollback{t: t, req: examples.Clone(t, e.Steady(t))}
			delete(r.req.GetInput().GetFields(), "allowedKubernetesVersions") // Otherwise a fence may refuse the older version.
			from := r.runs()
			to := compat.Previous(from)
			r.claim(from)
			want := examples.Run(t, r.req).GetDesired().GetResources()

			r.report(to)
			for range 3 {
				r.stays(to, "RolledBack", len(want))
			}
			r.claim(to)
			for range 3 {
				r.stays(to, "NotBlocked", len(want))
			}
			r.claim(from)
			r.req = settle(t, e.Name, r.req)
			r.stays(from, "NotBlocked", len(want))
		})
	}
}

// A rollback of a platform in EKS.
type rollback struct {
	t   *testing.T
	req *fnv1.RunFunctionRequest
}

// rolledBack are the resources that have a version of Kubernetes.
func rolledBack() []string { return []string{"cluster", "node-group-system"} }

// runs is the version that the control plane runs.
func (r *rollback) runs() string {
	return object.Of(r.req.GetObserved().GetResources()["cluster"].GetResource()).String("status.atProvider.version")
}

// claim a version of Kubernetes.
func (r *rollback) claim(version string) {
	examples.Set(r.req, strconv.Quote(version), "spec", "kubernetesVersion")
}

// report that EKS runs a version.
func (r *rollback) report(version string) {
	r.t.Helper()
	for _, k := range rolledBack() {
		o := r.req.GetObserved().GetResources()[k].GetResource()
		if err := object.Set(o, "status.atProvider.version", structpb.NewStringValue(version)); err != nil {
			r.t.Fatal(err)
		}
	}
}

// stays checks the desired versions, the reason of UpgradeBlocked and the number of desired
// resources of a pass.
func (r *rollback) stays(version, reason string, resources int) {
	r.t.Helper()
	rsp := examples.Run(r.t, r.req)
	for _, k := range rolledBack() {
		if got := object.Of(examples.DesiredResource(rsp, k)).String("spec.forProvider.version"); got != version {
			r.t.Errorf("%s: want version %s, got %q", k, version, got)
		}
	}
	if c := conditionOf(rsp, upgrade.ConditionUpgradeBlocked); c.GetReason() != reason {
		r.t.Errorf("UpgradeBlocked: want reason %s, got %s: %s", reason, c.GetReason(), c.GetMessage())
	}
	if got := len(rsp.GetDesired().GetResources()); got != resources {
		r.t.Errorf("want %d desired resources, got %d", resources, got)
	}
	r.req = render.Next(r.req, rsp)
}
