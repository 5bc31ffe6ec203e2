package lab

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	kerrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/simulate"
)

// finalizer that providers set on managed resources.
const finalizer = "finalizer.managedresource.crossplane.io"

// workers that reconcile.
const workers = 4

// Providers simulates providers. It sets managed resources synced and ready, with the
// status that internal/simulate returns, and finalizes deleted ones. It calls nothing
// but a simulated EKS.
type Providers struct {
	client  *Client
	eks     *EKS
	options Options
	kinds   []kind
	queue   workqueue.TypedRateLimitingInterface[item]
	lister  map[schema.GroupVersionResource]cache.GenericLister

	cancel context.CancelFunc
	done   sync.WaitGroup

	mu     sync.Mutex
	paused bool
	worlds map[string]simulate.World
}

// A kind of composed resources.
type kind struct {
	resource schema.GroupVersionResource

	// simulated is false if there is no provider or a real one.
	simulated bool
}

type item struct {
	resource schema.GroupVersionResource
	key      string
}

func newProviders(c *Client, e *EKS, o Options) *Providers {
	return &Providers{
		client:  c,
		eks:     e,
		options: o,
		queue:   workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[item]()),
		lister:  make(map[schema.GroupVersionResource]cache.GenericLister),
		worlds:  make(map[string]simulate.World),
	}
}

// start starts to reconcile all kinds whose CRDs the lab has installed.
func (p *Providers) start(ctx context.Context) error {
	if err := p.discover(ctx); err != nil {
		return err
	}
	// The informers run until stop.
	ctx, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
	f := dynamicinformer.NewDynamicSharedInformerFactory(p.client.dynamic, p.poll())
	for _, k := range p.kinds {
		if !k.simulated {
			continue
		}
		i := f.ForResource(k.resource)
		p.lister[k.resource] = i.Lister()
		if _, err := i.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    func(o any) { p.enqueue(k.resource, o) },
			UpdateFunc: func(_, o any) { p.enqueue(k.resource, o) },
		}); err != nil {
			return errors.Wrapf(err, "cannot watch %s", k.resource.Resource)
		}
	}
	f.Start(ctx.Done())
	for resource, ok := range f.WaitForCacheSync(ctx.Done()) {
		if !ok {
			return errors.Errorf("cannot watch %s", resource.Resource)
		}
	}
	for range workers {
		p.done.Go(func() { p.work(ctx) })
	}
	return nil
}

// poll is the interval of resyncs. They are needed only if a cluster or its kubeconfig
// Secret can be deleted.
func (p *Providers) poll() time.Duration {
	if p.eks == nil {
		return 0
	}
	return 5 * time.Second
}

func (p *Providers) stop() {
	if p.cancel == nil {
		return
	}
	p.cancel()
	p.queue.ShutDown()
	p.done.Wait()
}

// Pause pauses the providers until Resume.
func (p *Providers) Pause() { p.pause(true) }

// Resume resumes the providers.
func (p *Providers) Resume() { p.pause(false) }

func (p *Providers) pause(v bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.paused = v
}

func (p *Providers) isPaused() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.paused
}

// simulates reports whether the provider of a kind is simulated.
func (p *Providers) simulates(group, plural string) bool {
	m, ok := providerOf(group)
	if !ok || slices.Contains(providerConfigCRDs, plural+"."+group) || slices.Contains(awsProviderConfigCRDs, plural+"."+group) {
		return false
	}
	return !m.real(p.options)
}

// discover lists the kinds of composed resources.
func (p *Providers) discover(ctx context.Context) error {
	crds := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	l, err := p.client.dynamic.Resource(crds).List(ctx, metav1.ListOptions{})
	if err != nil {
		return errors.Wrap(err, "cannot list definitions")
	}
	for _, crd := range l.Items {
		group, _, _ := unstructured.NestedString(crd.Object, "spec", "group")            // The API server has validated it.
		plural, _, _ := unstructured.NestedString(crd.Object, "spec", "names", "plural") // The API server has validated it.
		if _, ok := providerOf(group); !ok && !slices.Contains(usages, crd.GetName()) {
			continue
		}
		vs, _, _ := unstructured.NestedSlice(crd.Object, "spec", "versions") // The API server has validated it.
		for _, v := range vs {
			m, ok := v.(map[string]any)
			if !ok || m["storage"] != true {
				continue
			}
			version, _ := m["name"].(string)
			p.kinds = append(p.kinds, kind{
				resource:  schema.GroupVersionResource{Group: group, Version: version, Resource: plural},
				simulated: p.simulates(group, plural),
			})
		}
	}
	p.kinds = append(p.kinds, kind{resource: secrets})
	return nil
}

// secrets are composed, too. They have no provider and no CRD.
var secrets = schema.GroupVersionResource{Version: "v1", Resource: "secrets"}

// usages are the CRDs of composed Usages, which Crossplane reconciles.
var usages = []string{"usages.protection.crossplane.io", "clusterusages.protection.crossplane.io"}

func (p *Providers) enqueue(resource schema.GroupVersionResource, o any) {
	if key, err := cache.MetaNamespaceKeyFunc(o); err == nil {
		p.queue.Add(item{resource: resource, key: key})
	}
}

func (p *Providers) work(ctx context.Context) {
	const interval = 100 * time.Millisecond
	for {
		i, down := p.queue.Get()
		if down {
			return
		}
		switch {
		case p.isPaused():
			p.queue.AddAfter(i, interval)
		case p.reconcile(ctx, i) != nil:
			p.queue.AddRateLimited(i)
		default:
			p.queue.Forget(i)
		}
		p.queue.Done(i)
	}
}

// reconcile reconciles a managed resource as a provider does.
func (p *Providers) reconcile(ctx context.Context, i item) error {
	cached, err := p.lister[i.resource].Get(i.key)
	if kerrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	u, ok := cached.(*unstructured.Unstructured)
	if !ok {
		return nil
	}
	o := u.DeepCopy()
	c := p.client.dynamic.Resource(i.resource).Namespace(o.GetNamespace())

	if o.GetDeletionTimestamp() != nil {
		if !slices.Contains(o.GetFinalizers(), finalizer) {
			return nil
		}
		if p.eks != nil {
			if err := p.eks.delete(ctx, o); err != nil {
				return err
			}
		}
		o.SetFinalizers(slices.DeleteFunc(o.GetFinalizers(), func(f string) bool { return f == finalizer }))
		_, err := c.Update(ctx, o, metav1.UpdateOptions{FieldManager: "lab-provider"})
		if kerrors.IsNotFound(err) {
			return nil
		}
		return err
	}

	status, err := p.status(ctx, o)
	if err != nil {
		return err
	}
	if p.eks != nil {
		if err := p.eks.reconcile(ctx, o, status); err != nil {
			return err
		}
	}
	if meta := p.meta(o, status); meta != nil {
		if o, err = c.Patch(ctx, o.GetName(), types.MergePatchType, mergePatch(map[string]any{"metadata": meta}), metav1.PatchOptions{FieldManager: "lab-provider"}); err != nil {
			return err
		}
	}
	old, _, _ := unstructured.NestedMap(o.Object, "status") // Empty if there is none.
	merged := maps.Clone(old)
	if merged == nil {
		merged = make(map[string]any)
	}
	maps.Copy(merged, status)
	if reflect.DeepEqual(old, merged) {
		return nil
	}
	_, err = c.Patch(ctx, o.GetName(), types.MergePatchType, mergePatch(map[string]any{"status": status}), metav1.PatchOptions{FieldManager: "lab-provider"}, "status")
	return err
}

// meta returns the metadata that a provider would add: its finalizer and the external
// name.
func (p *Providers) meta(o *unstructured.Unstructured, status map[string]any) map[string]any {
	m := make(map[string]any)
	if !slices.Contains(o.GetFinalizers(), finalizer) {
		m["finalizers"] = append(o.GetFinalizers(), finalizer)
		m["resourceVersion"] = o.GetResourceVersion()
	}
	id, _, _ := unstructured.NestedString(status, "atProvider", "id") // Empty if it has none.
	if o.GetAnnotations()[annotationExternal] == "" && !observeOnly(o) {
		m["annotations"] = map[string]any{annotationExternal: cmp.Or(id, o.GetName())}
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

// observeOnly reports whether the management policy is Observe.
func observeOnly(o *unstructured.Unstructured) bool {
	ps, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "managementPolicies") // Empty allows all.
	return slices.Equal(ps, []string{"Observe"})
}

// status returns the status that a provider would report. A resource that it may only
// observe does not exist, and isn't synced, until it was created by another.
func (p *Providers) status(ctx context.Context, o *unstructured.Unstructured) (map[string]any, error) {
	if s, _, _ := condition(o, "Ready"); observeOnly(o) && s == "" {
		return map[string]any{"conditions": []any{map[string]any{
			"type": "Synced", "status": "False", "reason": "ReconcileError",
			"message": "observe failed: external resource does not exist", "lastTransitionTime": "2026-01-01T00:00:00Z",
		}}}, nil
	}
	w, err := p.world(ctx, o.GetNamespace(), o.GetLabels()[labelComposite])
	if err != nil {
		return nil, err
	}
	s, err := structpb.NewStruct(o.Object)
	if err != nil {
		return nil, errors.Wrap(err, "cannot convert a resource")
	}
	status := w.Exist(o.GetAnnotations()[annotationResource], s, s).GetFields()["status"].GetStructValue().AsMap()
	integers(status)
	return status, nil
}

// integers converts numbers to integers, as the API server returns them.
func integers(m map[string]any) {
	for k, v := range m {
		switch v := v.(type) {
		case float64:
			m[k] = int64(v)
		case map[string]any:
			integers(v)
		}
	}
}

// world returns the simulated AWS of a platform, by its namespace and composite resource.
func (p *Providers) world(ctx context.Context, namespace, xr string) (simulate.World, error) {
	if !p.options.Namespaced {
		namespace = "" // Its composite resource is cluster-scoped.
	}
	key := namespace + "/" + xr
	p.mu.Lock()
	w, ok := p.worlds[key]
	p.mu.Unlock()
	if ok {
		return w, nil
	}
	r, err := p.client.Of(p.options.api().kind(), namespace)
	if err != nil {
		return w, err
	}
	o, err := r.Get(ctx, xr, metav1.GetOptions{})
	if err != nil {
		return w, errors.Wrap(err, "cannot get the composite resource")
	}
	code, _, _ := unstructured.NestedString(o.Object, "spec", "region")               // The API server has validated it.
	account, _, _ := unstructured.NestedString(o.Object, "spec", "accountId")         // The API server has validated it.
	version, _, _ := unstructured.NestedString(o.Object, "spec", "kubernetesVersion") // The API server has validated it.
	region, _ := aws.LookupRegion(code)
	w = simulate.World{Partition: region.Partition, Region: code, Account: cmp.Or(account, simulate.Account), KubernetesVersion: version}
	p.mu.Lock()
	p.worlds[key] = w
	p.mu.Unlock()
	return w, nil
}
