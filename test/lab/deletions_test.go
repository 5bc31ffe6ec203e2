package lab

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"

	"github.com/crossplane/function-sdk-go/errors"
)

// deletions records deletions in order.
type deletions struct {
	t     *testing.T
	start time.Time

	mu     sync.Mutex
	events []deletion
	seen   map[string]bool
}

// A deletion starts when deletionTimestamp is set, and is done when the object is
// removed.
type deletion struct {
	name string
	done bool
	at   time.Duration
}

func (d deletion) String() string {
	verb := "deleting"
	if d.done {
		verb = "deleted"
	}
	return fmt.Sprintf("%6.1fs %-8s %s", d.at.Seconds(), verb, d.name)
}

// watchDeletions records the deletions of a platform's composed resources, and of
// Karpenter's objects in its cluster.
func watchDeletions(t *testing.T, p *platform) *deletions {
	t.Helper()
	d := &deletions{t: t, start: time.Now(), seen: make(map[string]bool)}
	name := func(o *unstructured.Unstructured) string { return o.GetAnnotations()[annotationResource] }
	for _, k := range p.lab.Providers.kinds {
		d.watch(p.lab.dynamic, k.resource, labelComposite+"="+p.xr, name)
	}
	inCluster := func(o *unstructured.Unstructured) string { return o.GetKind() + "/" + o.GetName() }
	for _, r := range []schema.GroupVersionResource{nodePools, nodeClaims, nodeClasses, deployments, nodes} {
		d.watch(p.eks().dynamic, r, "", inCluster)
	}
	return d
}

func (d *deletions) watch(c dynamic.Interface, r schema.GroupVersionResource, selector string, name func(o *unstructured.Unstructured) string) {
	record := func(v any, done bool) {
		if last, ok := v.(cache.DeletedFinalStateUnknown); ok {
			v = last.Obj
		}
		if o, ok := v.(*unstructured.Unstructured); ok {
			d.record(o, name(o), done)
		}
	}
	watch(d.t, c, r, metav1.NamespaceAll, selector, cache.ResourceEventHandlerFuncs{
		UpdateFunc: func(_, o any) { record(o, false) },
		DeleteFunc: func(o any) { record(o, true) },
	})
}

// watch watches objects of a kind until the test ends.
func watch(t *testing.T, c dynamic.Interface, r schema.GroupVersionResource, namespace, selector string, h cache.ResourceEventHandler) {
	t.Helper()
	f := dynamicinformer.NewFilteredDynamicSharedInformerFactory(c, 0, namespace, func(o *metav1.ListOptions) { o.LabelSelector = selector })
	if _, err := f.ForResource(r).Informer().AddEventHandler(h); err != nil {
		t.Fatalf("cannot watch %s: %v", r.Resource, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() {
		cancel()
		f.Shutdown()
	})
	f.Start(ctx.Done())
	f.WaitForCacheSync(ctx.Done())
}

func (d *deletions) record(o *unstructured.Unstructured, name string, done bool) {
	if name == "" || !done && o.GetDeletionTimestamp() == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, g := range []bool{false, true} {
		key := fmt.Sprint(name, g, o.GetUID())
		if d.seen[key] || g && !done {
			continue
		}
		d.seen[key] = true
		d.events = append(d.events, deletion{name: name, done: g, at: time.Since(d.start)})
	}
}

// index returns the position of an event, or -1.
func (d *deletions) index(name string, done bool) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.IndexFunc(d.events, func(e deletion) bool { return e.name == name && e.done == done })
}

// wait waits for an event.
func (d *deletions) wait(name string, done bool) {
	d.t.Helper()
	err := until(d.t.Context(), settleTimeout, func(context.Context) error {
		if d.index(name, done) < 0 {
			return errors.Errorf("no event of %s with done=%t:\n%s", name, done, d)
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// duration returns the time from the start of a deletion to its end.
func (d *deletions) duration(name string) time.Duration {
	a, b := d.index(name, false), d.index(name, true)
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.events[b].at - d.events[a].at
}

// checkOrder checks that the deletion of one object was done before that of another
// started.
func (d *deletions) checkOrder(first, then string) {
	d.t.Helper()
	a, b := d.index(first, true), d.index(then, false)
	if a < 0 || b < 0 || a > b {
		d.t.Errorf("%s was not removed before %s was deleted", first, then)
	}
}

// withPrefix returns the names of deleted objects with a prefix.
func (d *deletions) withPrefix(prefix string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for _, e := range d.events {
		if strings.HasPrefix(e.name, prefix) && !slices.Contains(out, e.name) {
			out = append(out, e.name)
		}
	}
	return out
}

func (d *deletions) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for _, e := range d.events {
		out = append(out, e.String())
	}
	return strings.Join(out, "\n")
}
