package laws

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/simulate"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// A controlPlane simulates Kubernetes, Crossplane and the providers for one platform, in
// random steps. It simulates what affects the order of deletion, as in Crossplane v2.2:
//
//   - Objects that the function stops desiring are deleted, and aren't observed any more,
//     even while they exist. If one is in use, it isn't deleted, and nothing is applied.
//   - Requirements are fulfilled before a response is applied.
//   - The function isn't called for a composite resource that is being deleted. All
//     objects are deleted, in any order.
//   - A Usage protects the object that existed when it was created.
//   - A denied deletion is recorded on the object. A Usage that replays deletions repeats
//     it. A Usage by a resource stays until that is gone, unless the function dropped it.
//   - An object in the cluster is deleted only if the provider can reach the cluster, and
//     nodes only if Karpenter has everything that it needs.
type controlPlane struct {
	t *testing.T
	r *rand.Rand

	// req that Crossplane would send, without observed resources.
	req     *fnv1.RunFunctionRequest
	world   simulate.World
	objects map[string]*obj

	// uses of the last response: dependents by resource. learned is its input.
	uses    map[string][]string
	learned string

	// needed are the resources that Karpenter needs to remove nodes.
	needed []string

	// slow is the number of steps that NodePools and node groups take to drain.
	slow int

	// new are the resources of a new platform with that spec.
	spec string
	new  []string

	// log of what was deleted, in order.
	log []string
}

// An obj is an object of the control plane.
type obj struct {
	content *structpb.Struct

	// observed by Crossplane: the composite resource refers to it.
	observed bool

	// dropped by the function: it's no longer labeled as composed.
	dropped bool

	deleting bool
	steps    int

	// marks the protected object of a Usage as in use, and no later object of that name.
	marks *obj
}

func (o *obj) existing() object.Object { return object.Of(o.content) }

// markDeletion is Crossplane's record of a denied deletion.
const markDeletion = "usage.crossplane.io/deletion-attempt-with-policy"

// newControlPlane with the platform of a request.
func newControlPlane(t *testing.T, r *rand.Rand, req *fnv1.RunFunctionRequest) *controlPlane {
	t.Helper()
	c := &controlPlane{t: t, r: r, req: examples.Clone(t, req), objects: make(map[string]*obj), slow: 1}
	for k, o := range c.req.GetObserved().GetResources() {
		c.objects[k] = &obj{content: o.GetResource(), observed: true}
	}
	for k, o := range c.objects {
		if isUsage(o.existing()) {
			o.marks = c.of(k)
		}
	}
	c.req.Observed.Resources = nil
	return c
}

// platforms of every example at some moment, each in a separate control plane, for a
// share of the random cases.
func platforms(t *testing.T, part int, moment func(examples.Example, testing.TB) *fnv1.RunFunctionRequest, law func(c *controlPlane)) {
	t.Helper()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r, req := rng(t), moment(e, t)
			for range share(part) {
				law(newControlPlane(t, r, req))
			}
		})
	}
}

// pass once: reconcile the composite resource, then run all other controllers.
func (c *controlPlane) pass(fault func(req *fnv1.RunFunctionRequest)) {
	c.t.Helper()
	if _, err := c.reconcile(fault); err != nil {
		c.t.Fatal(err)
	}
	c.step()
}

func (c *controlPlane) keys() []string { return slices.Sorted(maps.Keys(c.objects)) }

// anyOrder of all objects.
func (c *controlPlane) anyOrder() []string {
	ks := c.keys()
	c.r.Shuffle(len(ks), func(i, j int) { ks[i], ks[j] = ks[j], ks[i] })
	return ks
}

// edit the composite resource.
func (c *controlPlane) edit(change func(xr *fieldpath.Paved)) {
	c.t.Helper()
	xr := fieldpath.Pave(c.req.GetObserved().GetComposite().GetResource().AsMap())
	change(xr)
	s, err := structpb.NewStruct(xr.UnstructuredContent())
	if err != nil {
		c.t.Fatal(err)
	}
	c.req.Observed.Composite.Resource = s
}

// request of Crossplane, with what it observes now.
func (c *controlPlane) request() *fnv1.RunFunctionRequest {
	req := examples.Clone(c.t, c.req)
	req.Observed.Resources = make(map[string]*fnv1.Resource)
	for k, o := range c.objects {
		if o.observed {
			req.Observed.Resources[k] = &fnv1.Resource{Resource: examples.CloneObject(o.content)}
		}
	}
	return req
}

// reconcile the composite resource once, and return the deleted resources.
func (c *controlPlane) reconcile(fault func(req *fnv1.RunFunctionRequest)) ([]string, error) {
	c.t.Helper()
	req := c.request()
	if fault != nil {
		fault(req)
	}
	observed := slices.Sorted(maps.Keys(req.GetObserved().GetResources()))
	rsp := c.answered(req)
	if m := render.Fatal(rsp); m != "" {
		return nil, fmt.Errorf("refused: %s", m)
	}
	c.world = render.World(req, rsp)
	c.learn(req)

	var gone []string
	for _, k := range observed {
		if rsp.GetDesired().GetResources()[k] != nil {
			continue
		}
		c.objects[k].dropped = true
		if leftBehind(c.objects[k].existing()) {
			c.t.Fatalf("%s is dropped, and left behind in AWS", k)
		}
		if !c.deleteObject(k, "Foreground") {
			return gone, fmt.Errorf("%s is in use", k)
		}
		gone = append(gone, k)
	}
	for k, o := range c.objects {
		o.observed = rsp.GetDesired().GetResources()[k] != nil
	}
	for k, d := range rsp.GetDesired().GetResources() {
		c.apply(k, d.GetResource())
	}
	if status := object.Of(rsp.GetDesired().GetComposite().GetResource()).Value("status"); status != nil {
		c.req.Observed.Composite.Resource.Fields["status"] = status
	}
	return gone, nil
}

// leftBehind reports whether a provider would leave the external resource behind.
func leftBehind(e object.Object) bool {
	ps := e.Value("spec.managementPolicies").GetListValue().GetValues()
	return len(ps) > 1 && !deletes(e)
}

// answered is the function's response once its requirements are fulfilled.
func (c *controlPlane) answered(req *fnv1.RunFunctionRequest) *fnv1.RunFunctionResponse {
	c.t.Helper()
	return settleRequirements(c.t, req, func(s *fnv1.ResourceSelector) *structpb.Struct {
		if o := c.named(s.GetApiVersion(), s.GetKind(), s.GetMatchName()); o != nil {
			return o.content
		}
		return nil
	})
}

func (c *controlPlane) named(apiVersion, kind, name string) *obj {
	for _, o := range c.objects {
		if e := o.existing(); e.Name() == name && e.String("kind") == kind && e.String("apiVersion") == apiVersion {
			return o
		}
	}
	return nil
}

// learn the dependents of each resource. An orphan is no longer a dependency of resources
// that stay. It still is a dependent.
func (c *controlPlane) learn(req *fnv1.RunFunctionRequest) {
	c.t.Helper()
	spec := object.Of(req.GetObserved().GetComposite().GetResource()).Value("spec").String()
	learned := spec + strings.Join(slices.Sorted(maps.Keys(req.GetObserved().GetResources())), " ")
	if learned == c.learned {
		return // The result would be the same, and it's slow.
	}
	c.learned = learned
	composed, err := function.Compose(c.t.Context(), req)
	if err != nil {
		c.t.Fatal(err)
	}
	uses, described := make(map[string][]string), make(map[string]bool)
	for _, p := range composed.Assembly.Parts {
		for _, s := range p.Decisions {
			described[string(s.Key)] = true
		}
	}
	for _, u := range composed.Assembly.Usages {
		if u.By != "" {
			uses[string(u.Of)] = append(uses[string(u.Of)], string(u.By))
		}
	}
	for of, bys := range c.uses {
		for _, by := range bys {
			if !described[by] && c.objects[by] != nil {
				uses[of] = append(uses[of], by)
			}
		}
	}
	c.uses, c.needed = uses, slices.Collect(maps.Keys(uses))
}

// apply a desired object. One that is being deleted stays so.
func (c *controlPlane) apply(k string, desired *structpb.Struct) {
	o, ok := c.objects[k]
	if !ok {
		o = &obj{}
		c.objects[k] = o
	}
	mark := ""
	if o.content != nil {
		mark = o.existing().Annotation(markDeletion)
		if deletes(o.existing()) && !deletes(object.Of(desired)) {
			c.t.Fatalf("%s exists, and would be left behind from now on", k)
		}
	}
	o.observed, o.dropped = true, o.dropped && o.deleting
	o.content = c.world.Exist(k, desired, o.content)
	c.mark(k, mark)
	o.markDeleted()
	if !ok && isUsage(o.existing()) {
		o.marks = c.of(k)
	}
}

// markDeleted sets the deletion timestamp of an object.
func (o *obj) markDeleted() {
	if o.deleting {
		o.content.GetFields()["metadata"].GetStructValue().GetFields()["deletionTimestamp"] = structpb.NewStringValue("2026-01-01T00:00:00Z")
	}
}

func (c *controlPlane) mark(k, policy string) {
	if policy == "" {
		return
	}
	meta := c.objects[k].content.GetFields()["metadata"].GetStructValue()
	meta.GetFields()["annotations"].GetStructValue().GetFields()[markDeletion] = structpb.NewStringValue(policy)
}

// isUsage reports whether an object is a Usage, namespaced or cluster-scoped.
func isUsage(e object.Object) bool {
	k := e.String("kind")
	return k == "Usage" || k == "ClusterUsage"
}

// usagesOf an object that are in force.
func (c *controlPlane) usagesOf(k string) []string {
	var us []string
	for _, u := range c.keys() {
		if c.objects[u].marks == c.objects[k] {
			us = append(us, u)
		}
	}
	return us
}

// of is the protected object of a Usage, if it exists.
func (c *controlPlane) of(usage string) *obj {
	e := c.objects[usage].existing()
	return c.named(e.String("spec.of.apiVersion"), e.String("spec.of.kind"), e.String("spec.of.resourceRef.name"))
}

// deleteObject unless it's in use, and report whether it's being deleted.
func (c *controlPlane) deleteObject(k, policy string) bool {
	c.t.Helper()
	o := c.objects[k]
	if o.deleting {
		return true
	}
	if len(c.usagesOf(k)) > 0 {
		c.mark(k, policy)
		return false
	}
	for _, by := range c.uses[k] {
		if c.objects[by] != nil {
			c.t.Fatalf("%s is deleted before %s is gone; before that: %s", k, by, strings.Join(c.log, ", "))
		}
	}
	o.deleting = true
	o.markDeleted()
	c.log = append(c.log, k)
	return true
}

// step all other controllers: providers complete the deletions that they can, and Usages
// are deleted.
func (c *controlPlane) step() {
	c.t.Helper()
	for _, k := range c.anyOrder() {
		o := c.objects[k]
		switch {
		case !o.deleting:
		case isUsage(o.existing()):
			c.endUsage(k)
		case c.canDelete(k):
			delete(c.objects, k)
		}
	}
}

// endUsage deletes a Usage unless it's still needed.
func (c *controlPlane) endUsage(k string) {
	o := c.objects[k]
	e := o.existing()
	by := e.String("spec.by.resourceRef.name")
	if by != "" && !o.dropped && c.named(e.String("spec.by.apiVersion"), e.String("spec.by.kind"), by) != nil {
		return
	}
	of := c.of(k)
	delete(c.objects, k)
	if of == nil || !e.Value("spec.replayDeletion").GetBoolValue() {
		return
	}
	if p := of.existing().Annotation(markDeletion); p != "" {
		c.deleteObject(of.existing().Annotation("crossplane.io/composition-resource-name"), p)
	}
}

// canDelete reports whether a provider can complete the deletion of an object.
func (c *controlPlane) canDelete(k string) bool {
	o := c.objects[k]
	e := o.existing()
	if e.String("kind") == "NodeGroup" {
		o.steps++
		return o.steps > c.slow
	}
	if !deletes(e) || e.String("kind") != "Object" && e.String("kind") != "Release" {
		return true // AWS deletes other resources in any order.
	}
	if !c.works("cluster", "cluster-auth", "kubernetes-provider-config") {
		return false
	}
	manifest := e.String("spec.forProvider.manifest.kind")
	if manifest == "EC2NodeClass" && c.hasNodes(e.String("spec.forProvider.manifest.metadata.name")) {
		return false
	}
	if manifest == "NodePool" {
		o.steps++
		return o.steps > c.slow && c.works(c.needed...) && c.routed()
	}
	return true
}

// works reports whether created resources exist and aren't being deleted.
func (c *controlPlane) works(keys ...string) bool {
	for _, k := range keys {
		if strings.HasPrefix(k, "node-class-") {
			continue
		}
		if o := c.objects[k]; o == nil || o.deleting {
			return false
		}
	}
	return true
}

// routed reports whether all NAT gateways of routes exist and aren't being deleted.
func (c *controlPlane) routed() bool {
	stays := map[string]bool{"": true} // Other routes and other objects have none.
	for _, o := range c.objects {
		if !o.deleting {
			stays[o.existing().ExternalName()] = true
		}
	}
	for _, o := range c.objects {
		if !stays[o.existing().String("spec.forProvider.natGatewayId")] {
			return false
		}
	}
	return true
}

// hasNodes reports whether nodes of a class exist.
func (c *controlPlane) hasNodes(class string) bool {
	for _, o := range c.objects {
		if o.existing().String("spec.forProvider.manifest.spec.template.spec.nodeClassRef.name") == class {
			return true
		}
	}
	return false
}
