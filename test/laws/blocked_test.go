package laws

import (
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/kinds"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// An immutableChange is a change of a claim that AWS cannot make in place. The API server
// refuses some of them before the function is called.
type immutableChange struct {
	path string
	to   func(r *rand.Rand, region string) any
}

func oneOf(vs ...any) func(r *rand.Rand, region string) any {
	return func(r *rand.Rand, _ string) any { return vs[r.IntN(len(vs))] }
}

var immutableChanges = []immutableChange{
	{path: "spec.network.cidr", to: oneOf("10.77.0.0/16", "192.168.0.0/18")},
	{path: "spec.network.subnetPrefixLength", to: oneOf(int64(22), int64(23), int64(25))},
	{path: "spec.network.zones", to: oneOf(nil)},
	{path: "spec.network.zoneCount", to: oneOf(int64(2), int64(3))},
	{path: "spec.controlPlane.authenticationMode", to: oneOf("API", "API_AND_CONFIG_MAP")},
	{path: "spec.controlPlane.serviceCIDR", to: oneOf("172.22.0.0/16", nil)},
	{path: "spec.controlPlane.secretsEncryption", to: func(r *rand.Rand, region string) any {
		return []any{
			map[string]any{"enabled": false},
			map[string]any{"enabled": true},
			map[string]any{"enabled": true, "keyARN": "arn:aws:kms:" + region + ":123456789012:key/0a1b2c3d-0000-4000-8000-000000000000"},
		}[r.IntN(3)]
	}},
	{path: "spec.karpenter.namespace", to: oneOf("karpenter", "elsewhere")},
	{path: "spec.karpenter.nodeRoleName", to: oneOf("another-role", nil)},
	{path: "spec.systemNodes.name", to: oneOf("others")},
	{path: "spec.systemNodes.instanceTypes", to: oneOf([]any{"c7i.large"}, []any{"c7i.large", "c7a.large"}, []any{"c7g.large"})},
	{path: "spec.systemNodes.amiType", to: oneOf("AL2023_x86_64_STANDARD", "AL2023_ARM_64_STANDARD")},
	{path: "spec.systemNodes.capacityType", to: oneOf("SPOT", "ON_DEMAND")},
	{path: "spec.clusterName", to: oneOf("Another_cluster", nil)},
}

// changeImmutable returns a request whose claim just changed in immutable fields, and a
// request for a new claim with the same spec.
func changeImmutable(t *testing.T, r *rand.Rand, steady *fnv1.RunFunctionRequest) (changed, fresh *fnv1.RunFunctionRequest, paths []string) {
	t.Helper()
	changed = examples.Clone(t, steady)
	xr := changed.GetObserved().GetComposite().GetResource()
	paved := fieldpath.Pave(xr.AsMap())
	region := object.Of(xr).String("spec.region")
	for _, w := range immutableChanges {
		if r.IntN(4) == 0 {
			paths = append(paths, w.path)
			alter(t, paved, map[string]any{w.path: w.to(r, region)})
		}
	}
	s, err := structpb.NewStruct(paved.UnstructuredContent())
	if err != nil {
		t.Fatal(err)
	}
	changed.Observed.Composite.Resource = s
	fresh = examples.Clone(t, changed)
	fresh.Observed.Resources = nil
	return changed, fresh, paths
}

// TestBlocksChanges promises that existing resources and their immutable fields stay,
// whatever the claim requests, and that ChangeBlocked names the change. This is also true
// while facts are missing.
func TestBlocksChanges(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r, steady := rng(t), e.Steady(t)
			before := examples.Run(t, steady).GetDesired().GetResources()
			blocked := 0
			for i := range share(2) {
				req, fresh, paths := changeImmutable(t, r, steady)
				if render.Fatal(examples.Run(t, fresh)) != "" {
					continue // The API server would refuse the claim.
				}
				rsp := examples.Run(t, req)
				if m := render.Fatal(rsp); strings.Contains(m, "has the addresses of") {
					continue // Zones by ID instead of zones by name: TestRetainsZones.
				} else if m != "" {
					t.Fatalf("case %d: %v: refused: %s", i, paths, m)
				}
				condition := conditionOf(rsp, compose.ConditionChangeBlocked)
				for k, path := range immutableDiffs(t, before, fresh) {
					if path != "" && !strings.Contains(condition.GetMessage(), k) && !strings.Contains(condition.GetMessage(), "more changes are blocked") {
						t.Fatalf("case %d: %v: %s of %s would change, but ChangeBlocked is: %s", i, paths, path, k, condition.GetMessage())
					}
					blocked++
				}
				addFaults(r, req, 3)
				if d := lost(before, req, examples.Run(t, req)); d != "" {
					t.Fatalf("case %d: %v: %s", i, paths, d)
				}
			}
			if blocked == 0 && share(2) >= 20 { // A few cases may not change an immutable field.
				t.Error("no case changes an immutable field")
			}
		})
	}
}

// immutableDiffs are the immutable fields that would differ for a new claim, by resource.
func immutableDiffs(t *testing.T, before map[string]*fnv1.Resource, fresh *fnv1.RunFunctionRequest) map[string]string {
	t.Helper()
	diffs := make(map[string]string)
	for k, now := range examples.Run(t, fresh).GetDesired().GetResources() {
		was, is := object.Of(before[k].GetResource()), object.Of(now.GetResource())
		for _, f := range kinds.OfObject(is).Immutable {
			w, n := was.Value(f.Path), is.Value(f.Path)
			if w != nil && n != nil && !proto.Equal(w, n) && (f.AllowedValue == "" || n.GetStringValue() != f.AllowedValue) && !strings.HasSuffix(f.Path, "Refs") {
				diffs[k] = f.Path
			}
		}
	}
	return diffs
}

// lost reports an observed resource that is dropped, or an immutable field of one that
// changes.
func lost(before map[string]*fnv1.Resource, req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) string {
	for _, k := range slices.Sorted(maps.Keys(req.GetObserved().GetResources())) {
		was := object.Of(before[k].GetResource())
		is := object.Of(examples.DesiredResource(rsp, k))
		if is.Name() == "" {
			return k + " is dropped"
		}
		if was.ExternalName() != is.ExternalName() {
			return k + " gets another external name: " + is.ExternalName()
		}
		for _, f := range kinds.OfObject(is).Immutable {
			if w, n := was.Value(f.Path), is.Value(f.Path); w != nil && !proto.Equal(w, n) && (f.AllowedValue == "" || n.GetStringValue() != f.AllowedValue) {
				return k + ": " + f.Path + " changes to " + n.String()
			}
		}
	}
	return ""
}

// tokenOf the change of a resource, from ChangeBlocked.
func tokenOf(t *testing.T, rsp *fnv1.RunFunctionResponse, key string) string {
	t.Helper()
	c := conditionOf(rsp, compose.ConditionChangeBlocked)
	m := regexp.MustCompile(`add (` + key + `-[0-9a-f]{8}) to spec\.acknowledgedChanges`).FindStringSubmatch(c.GetMessage())
	if m == nil || c.GetStatus() != fnv1.Status_STATUS_CONDITION_TRUE || c.GetReason() != compose.ReasonNeedsAcknowledgement {
		t.Fatalf("no change of %s can be acknowledged: %v", key, c)
	}
	return m[1]
}

// TestReplaces acknowledges changes: the function removes the Usages first, then the
// resource, then creates it as the claim requests, and removes nothing else. Each token
// covers one change to one resource, once.
func TestReplaces(t *testing.T) {
	t.Parallel()
	const key = "node-group-system"
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			c := newControlPlane(t, rng(t), e.Steady(t))
			types := func() []string {
				var ts []string
				for _, v := range c.objects[key].existing().Value("spec.forProvider.instanceTypes").GetListValue().GetValues() {
					ts = append(ts, v.GetStringValue())
				}
				return ts
			}
			request := func(instanceType string, tokens ...any) {
				c.edit(func(xr *fieldpath.Paved) {
					alter(t, xr, map[string]any{"spec.systemNodes.instanceTypes": []any{instanceType}, "spec.acknowledgedChanges": tokens})
				})
			}
			// passes lists the resources that some passes remove.
			removed := func() [][]string {
				var all [][]string
				for range 6 {
					gone, err := c.reconcile(nil)
					if err != nil {
						t.Fatal(err)
					}
					if len(gone) > 0 {
						all = append(all, gone)
					}
					c.step()
				}
				return all
			}
			was := types()

			request("c7i.large")
			token := tokenOf(t, examples.Run(t, c.request()), key)
			if gone := removed(); len(gone) > 0 || !slices.Equal(types(), was) {
				t.Fatalf("got %v removed and instance types %v without an acknowledgement", gone, types())
			}

			request("c7a.large", token)
			other := tokenOf(t, examples.Run(t, c.request()), key)
			if gone := removed(); len(gone) > 0 || other == token {
				t.Fatalf("got %v removed by the acknowledgement of another change", gone)
			}

			request("c7i.large", token)
			gone := removed()
			if len(gone) != 2 || !slices.Equal(gone[0], []string{"usage-" + key + ".karpenter"}) || !slices.Equal(gone[1], []string{key}) {
				t.Fatalf("want the Usage removed first, then the node group, and nothing else, got %v", gone)
			}
			if !slices.Equal(types(), []string{"c7i.large"}) || c.objects["usage-"+key+".karpenter"] == nil {
				t.Fatalf("want it created again, with a Usage, got %v", types())
			}
			condition := conditionOf(examples.Run(t, c.request()), compose.ConditionChangeBlocked)
			if condition.GetStatus() != fnv1.Status_STATUS_CONDITION_FALSE || !strings.Contains(condition.GetMessage(), token+" acknowledges no blocked change") {
				t.Errorf("want a message that the token can be removed, got %v", condition)
			}

			// The resource is now another object.
			c.objects[key].content.GetFields()["metadata"].GetStructValue().GetFields()["uid"] = structpb.NewStringValue("another")
			request(was[0], token, other)
			if back := tokenOf(t, examples.Run(t, c.request()), key); back == token || back == other {
				t.Fatal("got a token for another change that is acknowledged already")
			}
			if gone := removed(); len(gone) > 0 {
				t.Fatalf("got %v removed by tokens for other changes", gone)
			}
		})
	}
}

// TestEndsRightAfterReplacement is the twelfth promise for a platform that is deleted as
// soon as TeardownSafe is True again after the replacement of its node group.
func TestEndsRightAfterReplacement(t *testing.T) {
	t.Parallel()
	platforms(t, 10, examples.Example.Steady, func(c *controlPlane) {
		c.slow = c.r.IntN(5)
		request := func(tokens ...any) {
			c.edit(func(xr *fieldpath.Paved) {
				alter(c.t, xr, map[string]any{"spec.systemNodes.instanceTypes": []any{"c7i.large"}, "spec.acknowledgedChanges": tokens})
			})
			c.pass(nil)
		}
		request()
		request(tokenOf(c.t, examples.Run(c.t, c.request()), "node-group-system"))
		safe := func() bool {
			return conditionOf(examples.Run(c.t, c.request()), compose.ConditionTeardownSafe).GetStatus() == fnv1.Status_STATUS_CONDITION_TRUE
		}
		for n := 0; n == 0 || !safe(); n++ {
			if n == 40 {
				c.t.Fatal("TeardownSafe isn't True again")
			}
			c.pass(nil)
		}
		c.end()
	})
}

// TestReplacementWaitsForDeletion has a pending deletion of a resource that the node
// group needs. Removing the Usage by the node group would carry out that deletion.
func TestReplacementWaitsForDeletion(t *testing.T) {
	t.Parallel()
	c := newControlPlane(t, rng(t), examples.Get("minimal").Steady(t))
	c.edit(func(xr *fieldpath.Paved) {
		alter(t, xr, map[string]any{"spec.systemNodes.instanceTypes": []any{"c7i.large"}})
	})
	token := tokenOf(t, examples.Run(t, c.request()), "node-group-system")
	c.edit(func(xr *fieldpath.Paved) { alter(t, xr, map[string]any{"spec.acknowledgedChanges": []any{token}}) })
	c.mark("cluster", "Background")
	rsp := examples.Run(t, c.request())
	if examples.DesiredResource(rsp, "usage-node-group-system.karpenter") == nil || examples.DesiredResource(rsp, "node-group-system") == nil {
		t.Error("the node group is replaced though the deletion of the cluster is pending")
	}
	if m := conditionOf(rsp, compose.ConditionChangeBlocked).GetMessage(); !strings.Contains(m, "a deletion of cluster is pending: see DeletionPending") {
		t.Errorf("want a message with the cause, got: %s", m)
	}
}

// TestRetainsZones replaces a zone that the cluster was created in by another. The
// control plane stays in its zones. Karpenter uses those of the claim.
func TestRetainsZones(t *testing.T) {
	t.Parallel()
	e := examples.Get("node-pools")
	steady := e.Steady(t)
	before := resources(examples.Run(t, steady))
	asked := steady.GetObserved().GetComposite().GetResource()
	zones := object.Of(asked).Value("spec.network.zones").GetListValue().GetValues()
	gone, added := zones[1].GetStringValue(), "eu-central-1d"

	req := examples.Clone(t, steady)
	examples.Set(req, `["`+zones[0].GetStringValue()+`", "`+added+`"]`, "spec", "network", "zones")
	rsp := examples.Run(t, req)
	if m := render.Fatal(rsp); m != "" {
		t.Fatal(m)
	}
	after := resources(rsp)
	const discovery = "karpenter.sh/discovery"
	tagged := func(zone string) bool {
		return after["subnet-private-"+zone].Value("spec.forProvider.tags").GetStructValue().GetFields()[discovery] != nil
	}
	switch {
	case len(missingFrom(before, after)) > 0:
		t.Errorf("%v are dropped", missingFrom(before, after))
	case tagged(gone) || !tagged(added):
		t.Error("want Karpenter to launch nodes in the zones of the claim, and only there")
	}
	for _, f := range []string{"spec.forProvider.vpcConfig.subnetIds", "spec.forProvider.vpcConfig.subnetIdRefs"} {
		if d := differs(before["cluster"].Value(f), after["cluster"].Value(f)); d != "" {
			t.Errorf("the control plane is moved: -before, +after:\n%s", d)
		}
	}
	if m := conditionOf(rsp, compose.ConditionChangeBlocked).GetMessage(); !strings.Contains(m, "zone "+gone+" stays") || !strings.Contains(m, "add node-group-system-") {
		t.Errorf("ChangeBlocked: %s", m)
	}

	// Zones by ID have the same slots as zones by name.
	examples.Set(req, `["euc1-az1", "euc1-az2"]`, "spec", "network", "zones")
	if m := render.Fatal(examples.Run(t, req)); !strings.Contains(m, "has the addresses of "+zones[0].GetStringValue()) {
		t.Errorf("want a message that the addresses are in use, got %q", m)
	}
}

func missingFrom(before, after map[string]object.Object) []string {
	var gone []string
	for k := range before {
		if _, ok := after[k]; !ok {
			gone = append(gone, k)
		}
	}
	slices.Sort(gone)
	return gone
}

// TestUncreatedMayChange has a cluster that doesn't exist in AWS yet: its claim may still
// change everything.
func TestUncreatedMayChange(t *testing.T) {
	t.Parallel()
	req := examples.Clone(t, examples.Get("minimal").Steady(t))
	for _, o := range req.GetObserved().GetResources() {
		delete(o.GetResource().GetFields(), "status")
		delete(object.Of(o.GetResource()).Value("metadata").GetStructValue().GetFields(), "annotations")
	}
	delete(req.GetObserved().GetComposite().GetResource().GetFields(), "status")
	examples.Set(req, `{"secretsEncryption": {"enabled": false}}`, "spec", "controlPlane")
	examples.Set(req, `{"instanceTypes": ["c7i.large"]}`, "spec", "systemNodes")
	examples.Set(req, `{"zoneCount": 2}`, "spec", "network")
	rsp := examples.Run(t, req)
	if c := conditionOf(rsp, compose.ConditionChangeBlocked); c.GetStatus() != fnv1.Status_STATUS_CONDITION_FALSE {
		t.Errorf("want nothing blocked, got: %s", c.GetMessage())
	}
	if object.Of(examples.DesiredResource(rsp, "cluster")).Value("spec.initProvider.encryptionConfig") != nil {
		t.Error("the cluster is to be encrypted although the claim no longer requests it")
	}
}
