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

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// changed examples are those whose claim was changed.
func changed(tb testing.TB) []examples.Example {
	tb.Helper()
	var es []examples.Example
	for _, e := range examples.All(tb) {
		if examples.Exists(e.Before()) {
			es = append(es, e)
		}
	}
	if len(es) == 0 {
		tb.Fatal("there's no example of a change")
	}
	return es
}

// moments in the lives of examples, which laws are put to: of each when it has
// been steady for a while, and of those whose claim was changed the one after.
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

// TestWalks shows each step that an example takes whose claim was changed.
func TestWalks(t *testing.T) {
	t.Parallel()
	for _, e := range changed(t) {
		t.Run(e.Name, func(t *testing.T) {
			examples.Golden(t, filepath.Join(e.Dir, "walk.txt"), walkOf(t, e.Midway(t)))
		})
	}
}

// walkOf a request, step by step, until nothing changes.
func walkOf(t *testing.T, req *fnv1.RunFunctionRequest) []byte {
	t.Helper()
	var out bytes.Buffer
	ps := simulated(t, req)
	for i, p := range ps {
		v := compose.Exists(p.Response.GetDesired().GetComposite().GetResource())
		fmt.Fprintf(&out, "pass %d: control plane %s, system nodes %s, Karpenter %s\n", i+1,
			v.String("status.versions.controlPlane"), v.String("status.versions.systemNodes"), v.String("status.versions.karpenter"))
		if i > 0 {
			for _, k := range lacks(ps[i-1].Response, p.Response) {
				fmt.Fprintf(&out, "  %s goes\n", k)
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

// An upgrading platform, and what is true of it in AWS whatever the function is
// told.
type upgrading struct {
	req *fnv1.RunFunctionRequest

	// desired last.
	controlPlane, systemNodes string
}

// upgradeOf a platform from one version of Kubernetes to another: it's steady at
// one, and its claim was just changed to the other, and to the newest chart.
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

// oldestChart of Karpenter that we know and that supports a version of Kubernetes.
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

// exists in AWS: a field of a resource.
func (u *upgrading) is(key, path string) string {
	return compose.Exists(u.req.GetObserved().GetResources()[key].GetResource()).String(path)
}

// check a response against what is true in AWS.
func (u *upgrading) check(rsp *fnv1.RunFunctionResponse) string {
	want := compose.Exists(u.req.GetObserved().GetComposite().GetResource()).String("spec.kubernetesVersion")
	cp := compose.Exists(desired(rsp, "cluster")).String("spec.forProvider.version")
	nodes := compose.Exists(desired(rsp, "system-node-group")).String("spec.forProvider.version")
	runs := u.is("cluster", "status.atProvider.version")
	chart, err := compat.Chart(u.is("karpenter", "spec.forProvider.chart.version"))
	if err != nil {
		return err.Error()
	}
	begins := compat.Newer(cp, u.controlPlane) && u.controlPlane != ""
	switch {
	case render.Fatal(rsp) != "":
		return "it's refused: " + render.Fatal(rsp)
	case cp == "" || nodes == "":
		return "there's no version"
	case compat.Newer(u.controlPlane, cp) || compat.Newer(u.systemNodes, nodes):
		return fmt.Sprintf("control plane and nodes go back from %s, %s to %s, %s", u.controlPlane, u.systemNodes, cp, nodes)
	case compat.Newer(cp, want) || compat.Newer(runs, cp) || compat.Behind(runs, cp) > 1:
		return fmt.Sprintf("the control plane should go from %s to %s, on the way to %s", runs, cp, want)
	case compat.Newer(nodes, runs) || compat.Behind(nodes, cp) > 1:
		return fmt.Sprintf("the nodes are to be at %s while the control plane is at %s, to be %s", nodes, runs, cp)
	case begins && compat.Karpenter(chart, cp) != nil:
		return fmt.Sprintf("the control plane goes ahead of Karpenter: %v", compat.Karpenter(chart, cp))
	case begins && u.is("system-node-group", "status.atProvider.version") != runs:
		return fmt.Sprintf("the control plane goes to %s before the nodes are at %s", cp, runs)
	}
	u.controlPlane, u.systemNodes = cp, nodes
	return ""
}

// done tells whether all is where the claim wants it.
func (u *upgrading) done() bool {
	want := compose.Exists(u.req.GetObserved().GetComposite().GetResource()).String("spec.kubernetesVersion")
	return u.is("cluster", "status.atProvider.version") == want &&
		u.is("system-node-group", "status.atProvider.version") == want &&
		u.is("karpenter", "spec.forProvider.chart.version") == "1.15.0"
}

// TestUpgrades from every version of Kubernetes to every later one. Nobody skips a
// minor, nodes are never ahead of the control plane, that is never ahead of the
// chart that runs, and nothing ever goes back.
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
					if is := conditionOf(rsp, platform.ConditionUpgrading).GetStatus() == fnv1.Status_STATUS_CONDITION_TRUE; is == u.done() {
						t.Fatalf("pass %d: done: %t, and the condition says: %s", n, u.done(), conditionOf(rsp, platform.ConditionUpgrading).GetMessage())
					}
					if c := conditionOf(rsp, platform.ConditionUpgradeBlocked); c.GetStatus() != fnv1.Status_STATUS_CONDITION_FALSE {
						u.unblock(t, c)
						continue
					}
					if u.done() {
						return
					}
					if n == most {
						t.Fatalf("after %d passes it isn't done", n)
					}
					u.req = render.Next(u.req, rsp)
				}
			})
		}
	}
}

// unblock an upgrade that kube-proxy cannot follow any further, because the claim
// leaves its version to EKS. Nothing else blocks one.
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

// TestUpgradesAtAnyPace is the same where each provider takes its time, and where
// the function is told too little, and of what was. It makes no step it shouldn't,
// and arrives once it's told all.
func TestUpgradesAtAnyPace(t *testing.T) {
	t.Parallel()
	r := dice(t)
	versions := compat.KubernetesVersions()
	e := examples.Get("minimal")
	for i := range share(40) {
		from := r.IntN(len(versions) - 1)
		to := from + 1 + r.IntN(min(3, len(versions)-1-from))
		u := upgradeOf(t, e, versions[from], versions[to])
		const upsetPasses, most = 40, 120
		for n := 0; n < upsetPasses || !u.done(); n++ {
			if n == most {
				t.Fatalf("case %d: from %s to %s: after %d passes it isn't done: %v", i, versions[from], versions[to], n, examples.Run(t, u.req).GetConditions())
			}
			seen := examples.Clone(t, u.req)
			if n < upsetPasses {
				u.upset(r, seen)
			}
			rsp := examples.Run(t, seen)
			if m := u.check(rsp); m != "" {
				t.Fatalf("case %d: from %s to %s: pass %d: %s", i, versions[from], versions[to], n, m)
			}
			u.req = slowly(t, r, u.req, seen, rsp)
		}
	}
}

// upset what the function sees. What is neither seen nor remembered isn't there as
// far as anybody can tell, so there's no law for it.
func (u *upgrading) upset(r *rand.Rand, seen *fnv1.RunFunctionRequest) {
	for _, up := range upsets {
		if r.IntN(4) == 0 {
			up.do(r, seen)
		}
	}
	if proto.Equal(seen.GetObserved().GetComposite(), u.req.GetObserved().GetComposite()) {
		return
	}
	for _, k := range []string{"cluster", "system-node-group"} {
		if seen.GetObserved().GetResources()[k] == nil {
			seen.Observed.Resources[k] = u.req.GetObserved().GetResources()[k]
		}
	}
}

// slowly some of the providers do what a response asks for, and others don't yet.
// Crossplane deletes what it has seen and what isn't desired.
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
