package laws

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/dag"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/owners"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// TestUsagesCoverUses is the eleventh promise: once everything exists, there is
// a Usage for each dependency of deletion and for each guard, and no other.
// Only Usages by a resource replay deletions.
func TestUsagesCoverUses(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			steady := e.Steady(t)
			rs := resources(examples.Run(t, steady))
			names := make(map[string]string)
			for k, r := range rs {
				names[r.String("apiVersion")+" "+r.String("kind")+" "+r.Name()] = k
			}
			end := func(u object.Object, end string) string {
				return names[u.String(end+".apiVersion")+" "+u.String(end+".kind")+" "+u.String(end+".resourceRef.name")]
			}
			var want, got []string
			composed, err := function.Compose(t.Context(), steady)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range owners.Guarded(composed.Claim, composed.Plan.Facts) {
				gvk := w.Object.GetObjectKind().GroupVersionKind()
				names[gvk.GroupVersion().String()+" "+gvk.Kind+" "+w.Object.GetName()] = string(w.Key)
				want = append(want, fmt.Sprintf("%s guarded", w.Key))
			}
			for _, edge := range graphOf(t, steady).Of(dag.DeletedBefore).Edges {
				want = append(want, fmt.Sprintf("%s by %s", edge.To, edge.From))
			}
			for _, p := range lastAssembly(t, steady).Parts {
				for _, r := range p.Resources {
					if r.Guard != "" {
						want = append(want, fmt.Sprintf("%s guarded", r.Key))
					}
				}
			}
			for k, u := range rs {
				if !isUsage(u) {
					continue
				}
				line := end(u, "spec.of") + " guarded"
				by := u.Value("spec.by") != nil
				if by {
					line = end(u, "spec.of") + " by " + end(u, "spec.by")
				}
				got = append(got, line)
				if replays := u.Value("spec.replayDeletion").GetBoolValue(); replays != by {
					t.Errorf("%s replays a deletion: %t, want %t", k, replays, by)
				}
				if u.String("spec.reason") == "" {
					t.Errorf("%s has no reason", k)
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Usages: -want, +got:\n%s", diff)
			}
		})
	}
}

// TestUsagesStay is the eleventh promise with faults: an observed Usage stays desired and
// unchanged, even if its resources aren't observed, with or without the composite
// resource's status.
func TestUsagesStay(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r, steady := rng(t), aged(t, e)
			want := examples.Run(t, steady).GetDesired().GetResources()
			for i := range *lawCases {
				req := examples.Clone(t, steady)
				names := addFaults(r, req, 2)
				got := runPartial(t, steady, req).GetDesired().GetResources()
				for _, k := range slices.Sorted(maps.Keys(req.GetObserved().GetResources())) {
					if !strings.HasPrefix(k, "usage-") {
						continue
					}
					if d := differs(want[k].GetResource(), got[k].GetResource()); d != "" {
						t.Fatalf("case %d: %s: %s: -want, +got:\n%s", i, strings.Join(names, ", "), k, d)
					}
				}
			}
		})
	}
}

// TestBlip is the first promise for single resources: a temporary fault of one resource
// doesn't change any other.
func TestBlip(t *testing.T) {
	t.Parallel()
	blips := map[string]func(r *rand.Rand, req *fnv1.RunFunctionRequest, k string){
		"missing": func(_ *rand.Rand, req *fnv1.RunFunctionRequest, k string) {
			delete(req.GetObserved().GetResources(), k)
		},
		"blank": func(r *rand.Rand, req *fnv1.RunFunctionRequest, k string) {
			blank(r, req.GetObserved().GetResources()[k].GetResource())
		},
		"regressed": func(r *rand.Rand, req *fnv1.RunFunctionRequest, k string) {
			regress(r, req.GetObserved().GetResources()[k].GetResource())
		},
	}
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r, steady := rng(t), aged(t, e)
			want := examples.Run(t, steady).GetDesired()
			keys := slices.Sorted(maps.Keys(steady.GetObserved().GetResources()))
			for i := range *lawCases {
				k := keys[r.IntN(len(keys))]
				blip := slices.Sorted(maps.Keys(blips))[r.IntN(len(blips))]
				req := examples.Clone(t, steady)
				blips[blip](r, req, k)
				got := runPartial(t, steady, req).GetDesired().GetResources()
				for other, o := range want.GetResources() {
					if other == k {
						continue
					}
					if d := differs(o.GetResource(), got[other].GetResource()); d != "" {
						t.Fatalf("case %d: %s is %s, and %s changes: -want, +got:\n%s", i, k, blip, other, d)
					}
				}
				if len(got) > len(want.GetResources()) {
					t.Fatalf("case %d: %s is %s, and something new is desired", i, k, blip)
				}
			}
		})
	}
}

// TestEnds is the twelfth promise: after its composite resource is deleted, the whole
// platform is deleted, in whichever order Kubernetes tries. The simulated control plane
// fails if a resource is deleted before its dependents are gone.
func TestEnds(t *testing.T) {
	t.Parallel()
	platforms(t, 10, examples.Example.Steady, func(c *controlPlane) {
		c.slow = c.r.IntN(5)
		if _, err := c.reconcile(nil); err != nil {
			c.t.Fatal(err)
		}
		c.end()
	})
}

// TestEndsDuringRemoval is the twelfth promise for a platform that is deleted
// while a removed resource is still being deleted.
func TestEndsDuringRemoval(t *testing.T) {
	t.Parallel()
	r := rng(t)
	e := examples.Get("node-pools")
	steady := e.Steady(t)
	for range share(10) {
		c := newControlPlane(t, r, steady)
		c.slow = r.IntN(8)
		if _, err := c.reconcile(nil); err != nil {
			t.Fatal(err)
		}
		// The pool and its class are deleted. They aren't observed while they drain.
		c.remove("spec.karpenter.nodePools[1]", "spec.karpenter.nodeClasses[1]")
		for range r.IntN(8) {
			c.pass(nil)
		}
		c.end()
	}
}

// TestEndsAtAnyTime is the twelfth promise for a platform that is deleted before it's
// complete.
func TestEndsAtAnyTime(t *testing.T) {
	t.Parallel()
	platforms(t, 20, examples.Example.Request, func(c *controlPlane) {
		for range c.r.IntN(6) {
			c.pass(c.distort)
		}
		c.protectedOnly()
		c.end()
	})
}

// TestEndsRightAfterAChange is the twelfth promise for a platform that is deleted before
// added resources are protected. Nodes can be removed if they need only the existing
// ones, which are protected.
func TestEndsRightAfterAChange(t *testing.T) {
	t.Parallel()
	platforms(t, 10, examples.Example.Steady, func(c *controlPlane) {
		if _, err := c.reconcile(nil); err != nil {
			c.t.Fatal(err)
		}
		before := c.keys()
		c.edit(func(xr *fieldpath.Paved) {
			alter(c.t, xr, map[string]any{"spec.network.natGateway": "PerZone"})
		})
		for range 1 + c.r.IntN(6) {
			c.pass(c.distort)
		}
		c.protectedOnly()
		c.needed = slices.DeleteFunc(c.needed, func(k string) bool { return !slices.Contains(before, k) })
		c.end()
	})
}

// A change of a claim.
type change struct {
	name string
	do   func(xr *fieldpath.Paved) error
}

// changes that any claim may make, in sequence.
var changes = []change{
	{name: "another pool and class", do: func(xr *fieldpath.Paved) error {
		if err := add(xr, "spec.karpenter.nodeClasses", map[string]any{"name": "chaos"}); err != nil {
			return err
		}
		return add(xr, "spec.karpenter.nodePools", map[string]any{"name": "chaos", "nodeClassName": "chaos"})
	}},
	{name: "another add-on", do: func(xr *fieldpath.Paved) error {
		return add(xr, "spec.addons", map[string]any{"name": "snapshot-controller"})
	}},
	{name: "other tags", do: func(xr *fieldpath.Paved) error { return xr.SetValue("spec.tags.chaos", "yes") }},
	{name: "no such pool and class", do: func(xr *fieldpath.Paved) error {
		for _, path := range []string{"spec.karpenter.nodePools", "spec.karpenter.nodeClasses"} {
			if err := without(xr, path, "chaos"); err != nil {
				return err
			}
		}
		return nil
	}},
	{name: "no such add-on", do: func(xr *fieldpath.Paved) error { return without(xr, "spec.addons", "snapshot-controller") }},
	{name: "no pools", do: func(xr *fieldpath.Paved) error { return xr.SetValue("spec.karpenter.nodePools", []any{}) }},
}

func add(xr *fieldpath.Paved, path string, item map[string]any) error {
	var items []any
	if v, err := xr.GetValue(path); err == nil {
		items, _ = v.([]any)
	}
	return xr.SetValue(path, append(slices.Clone(items), item))
}

func without(xr *fieldpath.Paved, path, name string) error {
	v, err := xr.GetValue(path)
	if err != nil {
		return err
	}
	items, _ := v.([]any)
	return xr.SetValue(path, slices.DeleteFunc(slices.Clone(items), func(i any) bool { return i.(map[string]any)["name"] == name }))
}

// TestLife simulates whole lifecycles: a platform is created, changed and deleted, with
// random faults in the observed state. After each change it settles to the resources of a
// new platform with that claim, and only resources that the claim removed are deleted.
func TestLife(t *testing.T) {
	t.Parallel()
	platforms(t, 100, examples.Example.Request, func(c *controlPlane) {
		c.slow = c.r.IntN(4)
		c.settlePhase("creation")
		for _, ch := range changes {
			c.edit(func(xr *fieldpath.Paved) {
				if err := ch.do(xr); err != nil {
					c.t.Fatal(err)
				}
			})
			c.settlePhase(ch.name)
		}
		c.end()
	})
}

// settlePhase runs passes of a phase of the lifecycle until the platform settles.
func (c *controlPlane) settlePhase(phase string) {
	c.t.Helper()
	c.log = nil
	for range 3 + c.r.IntN(6) {
		if _, err := c.reconcile(c.distort); err != nil {
			c.t.Fatalf("%s: %v", phase, err)
		}
		c.step()
	}
	const most = 40
	for n := 0; ; n++ {
		was := c.keys()
		if _, err := c.reconcile(nil); err != nil {
			c.t.Fatalf("%s: %v", phase, err)
		}
		c.step()
		if slices.Equal(was, c.keys()) && slices.Equal(c.keys(), c.expected()) && c.allObserved() {
			break
		}
		if n == most {
			c.t.Fatalf("%s: the platform doesn't settle: -want, +got:\n%s", phase, cmp.Diff(c.expected(), c.keys()))
		}
	}
	for _, k := range c.log {
		if c.objects[k] != nil {
			c.t.Fatalf("%s: %s was deleted, but the spec needs it", phase, k)
		}
	}
}

// allObserved reports whether Crossplane observes all objects. After a faulty pass, hidden
// resources are observed again within two passes. Before that, a change of the claim could
// remove a resource that isn't observed.
func (c *controlPlane) allObserved() bool {
	for _, o := range c.objects {
		if !o.observed {
			return false
		}
	}
	return true
}

// expected are the resources that a new platform of the same claim would have.
func (c *controlPlane) expected() []string {
	c.t.Helper()
	req := examples.Clone(c.t, c.req)
	delete(req.GetObserved().GetComposite().GetResource().GetFields(), "status")
	spec := object.Of(req.GetObserved().GetComposite().GetResource()).Value("spec").String()
	if spec != c.spec {
		c.spec, c.new = spec, slices.Sorted(maps.Keys(settle(c.t, "new", req).GetObserved().GetResources()))
	}
	return c.new
}

// distort the observed state, except for orphans: an orphan that isn't observed would be
// lost.
func (c *controlPlane) distort(req *fnv1.RunFunctionRequest) {
	was := maps.Clone(req.GetObserved().GetResources())
	addFaults(c.r, req, 3)
	for k, o := range was {
		if _, ok := req.GetObserved().GetResources()[k]; !ok && !slices.Contains(c.expected(), k) {
			req.Observed.Resources[k] = o
		}
	}
}

// remove fields of the composite resource.
func (c *controlPlane) remove(paths ...string) {
	c.t.Helper()
	c.edit(func(xr *fieldpath.Paved) {
		for _, p := range paths {
			if err := xr.DeleteField(p); err != nil {
				c.t.Fatal(err)
			}
		}
	})
}

// protectedOnly drops the dependencies of deletion without a Usage: an incomplete
// platform has no Usages for missing resources.
func (c *controlPlane) protectedOnly() {
	for of, bys := range c.uses {
		c.uses[of] = slices.DeleteFunc(slices.Clone(bys), func(by string) bool { return c.objects["usage-"+of+"."+by] == nil })
	}
}

// end the platform: delete its composite resource, and then everything that it owned. A
// Usage may be deleted before or after its owner.
func (c *controlPlane) end() {
	c.t.Helper()
	c.log = nil
	waits := c.r.IntN(2) == 0
	const most = 400
	for n := 0; len(c.objects) > 0; n++ {
		if n == most {
			c.t.Fatalf("got %s left, want none; deleted: %s", strings.Join(c.keys(), ", "), strings.Join(c.log, ", "))
		}
		for _, k := range c.anyOrder() {
			o := c.objects[k]
			if o == nil || o.deleting || c.r.IntN(3) == 0 {
				continue
			}
			e := o.existing()
			if waits && e.Value("spec.by") != nil && c.named(e.String("spec.by.apiVersion"), e.String("spec.by.kind"), e.String("spec.by.resourceRef.name")) != nil {
				continue // Its owner still exists.
			}
			c.deleteObject(k, "Background")
		}
		c.step()
	}
}

// TestNodesAreDrained promises that a platform's deletion waits for the nodes of every
// NodePool: Kubernetes deletes a NodePool after its nodes, and the provider deletes it and its
// class rather than leave them to a cluster that is deleted as well.
func TestNodesAreDrained(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			drained := 0
			for k, r := range examples.Run(t, e.Steady(t)).GetDesired().GetResources() {
				o := object.Of(r.GetResource())
				kind := o.String("spec.forProvider.manifest.kind")
				if kind != "NodePool" && kind != "EC2NodeClass" {
					continue
				}
				drained++
				if !deletes(o) {
					t.Errorf("%s: want a policy that deletes it, got %v", k, o.Value("spec.managementPolicies"))
				}
				if got := o.String("spec.forProvider.deletionPropagationPolicy"); kind == "NodePool" && got != "Foreground" {
					t.Errorf("%s: want deletionPropagationPolicy Foreground, got %q", k, got)
				}
			}
			if drained == 0 {
				t.Error("want a NodePool or a class, got none")
			}
		})
	}
}
