package laws

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/upgrade"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// changed examples are those with a changed claim.
func changed(tb testing.TB) []examples.Example {
	tb.Helper()
	var es []examples.Example
	for _, e := range examples.All(tb) {
		if examples.Exists(e.Before()) {
			es = append(es, e)
		}
	}
	if len(es) == 0 {
		tb.Fatal("no example has a changed claim")
	}
	return es
}

// moments of examples at which laws are tested: each example in
// steady state, and changed examples right after the change.
func moments(t *testing.T) map[string]*fnv1.RunFunctionRequest {
	t.Helper()
	ms := make(map[string]*fnv1.RunFunctionRequest)
	for _, e := range examples.All(t) {
		ms[e.Name] = aged(t, e)
	}
	for _, e := range changed(t) {
		ms[e.Name+"-midway"] = e.Midway(t)
	}
	return ms
}

// TestUpgradeSteps compares each step of a changed example with a golden file.
func TestUpgradeSteps(t *testing.T) {
	t.Parallel()
	for _, e := range changed(t) {
		t.Run(e.Name, func(t *testing.T) {
			examples.Golden(t, filepath.Join(e.Dir, "steps.txt"), upgradeSteps(t, e.Midway(t)))
		})
	}
}

// upgradeSteps a request, step by step, until nothing changes.
func upgradeSteps(t *testing.T, req *fnv1.RunFunctionRequest) []byte {
	t.Helper()
	var out bytes.Buffer
	ps := simulated(t, req)
	for i, p := range ps {
		var v v1alpha1.VersionsStatus
		object.Of(p.Response.GetDesired().GetComposite().GetResource()).Decode("status.versions", &v)
		fmt.Fprintf(&out, "pass %d: control plane %s, system nodes %s, Karpenter %s\n", i+1,
			v.ControlPlane, upgrade.NodeGroup(v, key.System), v.Karpenter)
		if i > 0 {
			for _, k := range missing(ps[i-1].Response, p.Response) {
				fmt.Fprintf(&out, "  %s removed\n", k)
			}
		}
		for _, c := range p.Response.GetConditions() {
			if function.Remarkable(c) {
				fmt.Fprintf(&out, "  %s (%s): %s\n", c.GetType(), c.GetReason(), c.GetMessage())
			}
		}
	}
	return out.Bytes()
}

// An upgrading platform, and its real state in AWS, whatever the function
// observes.
type upgrading struct {
	req *fnv1.RunFunctionRequest

	// desired last.
	controlPlane, systemNodes string
}

// upgradeOf a platform between two versions of Kubernetes: it's steady at the first, and
// its claim was just changed to the second and to the newest chart.
func upgradeOf(t *testing.T, e examples.Example, from, to string) *upgrading {
	t.Helper()
	u := &upgrading{req: examples.Memoised(t, e.Name+" at "+from, func() *fnv1.RunFunctionRequest {
		return examples.Settled(t, claimed(t, e, func(c *fieldpath.Paved) {
			alter(t, c, map[string]any{"spec.kubernetesVersion": from, "spec.karpenter.version": oldestChart(t, from)})
		}))
	})}
	spec := u.req.GetObserved().GetComposite().GetResource().GetFields()["spec"].GetStructValue().GetFields()
	spec["kubernetesVersion"] = structpb.NewStringValue(to)
	spec["karpenter"].GetStructValue().GetFields()["version"] = structpb.NewStringValue("1.15.0")
	return u
}

// oldestChart of Karpenter that the function supports for a version of Kubernetes.
func oldestChart(t *testing.T, kubernetes string) string {
	t.Helper()
	for m := range 7 {
		v := fmt.Sprintf("1.%d.0", 9+m)
		if c, err := compat.Chart(v); err == nil && compat.Karpenter(c, kubernetes) == nil {
			return v
		}
	}
	t.Fatalf("no chart supports %s", kubernetes)
	return ""
}

// is the value of a field of an observed resource.
func (u *upgrading) is(key, path string) string {
	return object.Of(u.req.GetObserved().GetResources()[key].GetResource()).String(path)
}

// check a response against the real state in AWS.
func (u *upgrading) check(rsp *fnv1.RunFunctionResponse) string {
	want := object.Of(u.req.GetObserved().GetComposite().GetResource()).String("spec.kubernetesVersion")
	cp := object.Of(examples.DesiredResource(rsp, "cluster")).String("spec.forProvider.version")
	nodes := object.Of(examples.DesiredResource(rsp, "node-group-system")).String("spec.forProvider.version")
	runs := u.is("cluster", "status.atProvider.version")
	chart, err := compat.Chart(u.is("karpenter", "spec.forProvider.chart.version"))
	if err != nil {
		return err.Error()
	}
	begins := compat.Newer(cp, u.controlPlane) && u.controlPlane != ""
	switch {
	case render.Fatal(rsp) != "":
		return "refused: " + render.Fatal(rsp)
	case cp == "" || nodes == "":
		return "no version is desired"
	case compat.Newer(u.controlPlane, cp) || compat.Newer(u.systemNodes, nodes):
		return fmt.Sprintf("versions of control plane and nodes decrease from %s, %s to %s, %s", u.controlPlane, u.systemNodes, cp, nodes)
	case compat.Newer(cp, want) || compat.Newer(runs, cp) || compat.Behind(runs, cp) > 1:
		return fmt.Sprintf("the control plane is upgraded from %s to %s, on the way to %s", runs, cp, want)
	case compat.Newer(nodes, runs) || compat.Behind(nodes, cp) > 1:
		return fmt.Sprintf("nodes are desired at %s while the control plane is at %s, desired at %s", nodes, runs, cp)
	case begins && compat.Karpenter(chart, cp) != nil:
		return fmt.Sprintf("the control plane is upgraded before Karpenter: %v", compat.Karpenter(chart, cp))
	case begins && u.is("node-group-system", "status.atProvider.version") != runs:
		return fmt.Sprintf("the control plane is upgraded to %s before the nodes are at %s", cp, runs)
	}
	u.controlPlane, u.systemNodes = cp, nodes
	return ""
}

// done reports whether all versions are those of the claim.
func (u *upgrading) done() bool {
	want := object.Of(u.req.GetObserved().GetComposite().GetResource()).String("spec.kubernetesVersion")
	return u.is("cluster", "status.atProvider.version") == want &&
		u.is("node-group-system", "status.atProvider.version") == want &&
		u.is("karpenter", "spec.forProvider.chart.version") == "1.15.0"
}

// TestUpgrades from every version of Kubernetes to every later one. The promise: no
// upgrade skips a minor, nodes are never newer than the control plane, the running chart
// supports the control plane, and no version decreases.
func TestUpgrades(t *testing.T) {
	t.Parallel()
	e := examples.Get("minimal")
	versions := compat.KubernetesVersions()
	for i, from := range versions {
		for _, to := range versions[i+1:] {
			t.Run(from+"to"+to, func(t *testing.T) {
				t.Parallel()
				u := upgradeOf(t, e, from, to)
				most := 3*compat.Behind(from, to) + 5
				for n := 0; ; n++ {
					rsp := examples.Run(t, u.req)
					if m := u.check(rsp); m != "" {
						t.Fatalf("pass %d: %s", n, m)
					}
					if is := conditionOf(rsp, upgrade.ConditionUpgrading).GetStatus() == fnv1.Status_STATUS_CONDITION_TRUE; is == u.done() {
						t.Fatalf("pass %d: done: %t, but the condition is: %s", n, u.done(), conditionOf(rsp, upgrade.ConditionUpgrading).GetMessage())
					}
					if c := conditionOf(rsp, upgrade.ConditionUpgradeBlocked); c.GetStatus() != fnv1.Status_STATUS_CONDITION_FALSE {
						u.unblock(t, c)
						continue
					}
					if u.done() {
						return
					}
					if n == most {
						t.Fatalf("after %d passes the upgrade isn't done", n)
					}
					u.req = render.Next(u.req, rsp)
				}
			})
		}
	}
}

// unblock an upgrade that kube-proxy blocks, because the claim leaves its version to EKS.
// Nothing else blocks an upgrade.
func (u *upgrading) unblock(t *testing.T, c *fnv1.Condition) {
	t.Helper()
	runs, proxy := u.is("cluster", "status.atProvider.version"), u.is("addon-kube-proxy", "status.atProvider.addonVersion")
	if c.GetReason() != "VersionSkew" || compat.Behind(compat.KubeProxy(proxy), runs) != compat.MaxSkew {
		t.Fatalf("at %s, kube-proxy at %s, it's blocked: %s", runs, proxy, c.GetMessage())
	}
	addons, err := structpb.NewValue([]any{map[string]any{"name": "kube-proxy", "version": "v" + runs + ".0-eksbuild.1"}})
	if err != nil {
		t.Fatal(err)
	}
	u.req.GetObserved().GetComposite().GetResource().GetFields()["spec"].GetStructValue().GetFields()["addons"] = addons
}

// TestUpgradesAtAnyPace is the same promise with slow providers and missing or outdated
// state. The function makes no wrong step, and completes once the state is complete.
func TestUpgradesAtAnyPace(t *testing.T) {
	t.Parallel()
	r := rng(t)
	versions := compat.KubernetesVersions()
	e := examples.Get("minimal")
	for i := range share(40) {
		from := r.IntN(len(versions) - 1)
		to := from + 1 + r.IntN(min(3, len(versions)-1-from))
		u := upgradeOf(t, e, versions[from], versions[to])
		const faultyPasses, most = 40, 120
		for n := 0; n < faultyPasses || !u.done(); n++ {
			if n == most {
				t.Fatalf("case %d: from %s to %s: after %d passes the upgrade isn't done: %v", i, versions[from], versions[to], n, examples.Run(t, u.req).GetConditions())
			}
			seen := examples.Clone(t, u.req)
			if n < faultyPasses {
				u.addFault(r, seen)
			}
			rsp := examples.Run(t, seen)
			if m := u.check(rsp); m != "" {
				t.Fatalf("case %d: from %s to %s: pass %d: %s", i, versions[from], versions[to], n, m)
			}
			u.req = slowly(t, r, u.req, seen, rsp)
		}
	}
}

// addFault to the observed state. The law doesn't cover what is neither observed nor in
// the status: it cannot be distinguished from a missing resource.
func (u *upgrading) addFault(r *rand.Rand, seen *fnv1.RunFunctionRequest) {
	addFaults(r, seen, 4)
	if proto.Equal(seen.GetObserved().GetComposite(), u.req.GetObserved().GetComposite()) {
		return
	}
	for _, k := range []string{"cluster", "node-group-system"} {
		if seen.GetObserved().GetResources()[k] == nil {
			seen.Observed.Resources[k] = u.req.GetObserved().GetResources()[k]
		}
	}
}

// slowly applies a response: some providers carry it out, and others don't yet.
// Crossplane deletes observed resources that aren't desired.
func slowly(t *testing.T, r *rand.Rand, req, seen *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) *fnv1.RunFunctionRequest {
	t.Helper()
	n, done := examples.Applied(t, req, seen, rsp), render.Next(req, rsp)
	for _, k := range slices.Sorted(maps.Keys(n.GetObserved().GetResources())) {
		if d, ok := done.GetObserved().GetResources()[k]; ok && r.IntN(2) == 0 {
			n.GetObserved().GetResources()[k] = d
		}
	}
	return n
}
