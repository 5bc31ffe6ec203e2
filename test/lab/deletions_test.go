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

// deletions are watched and written down, in the order in which they happen.
type deletions struct {
	t     *testing.T
	start time.Time

	mu     sync.Mutex
	events []deletion
	seen   map[string]bool
}

// A deletion begins with a timestamp, and ends when the object has gone.
type deletion struct {
	what string
	gone bool
	at   time.Duration
}

func (d deletion) String() string {
	verb := "deleting"
	if d.gone {
		verb = "gone"
	}
	return fmt.Sprintf("%6.1fs %-8s %s", d.at.Seconds(), verb, d.what)
}

// watchDeletions of all that a platform is composed of, and of what Karpenter has
// in its cluster.
func watchDeletions(t *testing.T, p *platform) *deletions {
	t.Helper()
	d := &deletions{t: t, start: time.Now(), seen: make(map[string]bool)}
	name := func(o *unstructured.Unstructured) string { return o.GetAnnotations()[annotationResource] }
	for _, k := range p.lab.Providers.kinds {
		d.watch(p.lab.dynamic, k.resource, labelComposite+"="+p.xr, name)
	}
	inside := func(o *unstructured.Unstructured) string { return o.GetKind() + "/" + o.GetName() }
	for _, r := range []schema.GroupVersionResource{nodePools, nodeClaims, nodeClasses, deployments, nodes} {
		d.watch(p.eks().dynamic, r, "", inside)
	}
	return d
}

func (d *deletions) watch(c dynamic.Interface, r schema.GroupVersionResource, selector string, name func(o *unstructured.Unstructured) string) {
	see := func(v any, gone bool) {
		if last, ok := v.(cache.DeletedFinalStateUnknown); ok {
			v = last.Obj
		}
		if o, ok := v.(*unstructured.Unstructured); ok {
			d.see(o, name(o), gone)
		}
	}
	watch(d.t, c, r, metav1.NamespaceAll, selector, cache.ResourceEventHandlerFuncs{
		UpdateFunc: func(_, o any) { see(o, false) },
		DeleteFunc: func(o any) { see(o, true) },
	})
}

// watch objects of a kind from now on until the test ends.
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

func (d *deletions) see(o *unstructured.Unstructured, what string, gone bool) {
	if what == "" || !gone && o.GetDeletionTimestamp() == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, g := range []bool{false, true} {
		key := fmt.Sprint(what, g, o.GetUID())
		if d.seen[key] || g && !gone {
			continue
		}
		d.seen[key] = true
		d.events = append(d.events, deletion{what: what, gone: g, at: time.Since(d.start)})
	}
}

// when something happened, by its place among all that happened.
func (d *deletions) when(what string, gone bool) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.IndexFunc(d.events, func(e deletion) bool { return e.what == what && e.gone == gone })
}

// happens in the end.
func (d *deletions) happens(what string, gone bool) {
	d.t.Helper()
	err := until(d.t.Context(), settles, func(context.Context) error {
		if d.when(what, gone) < 0 {
			return errors.Errorf("%s: not deleted, or not gone:\n%s", what, d)
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// took is how long it was from the beginning of a deletion to its end.
func (d *deletions) took(what string) time.Duration {
	a, b := d.when(what, false), d.when(what, true)
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.events[b].at - d.events[a].at
}

// before fails unless something has gone before something else was deleted.
func (d *deletions) before(first, then string) {
	d.t.Helper()
	a, b := d.when(first, true), d.when(then, false)
	if a < 0 || b < 0 || a > b {
		d.t.Errorf("%s has to be gone before %s is deleted", first, then)
	}
}

// all that begin with a prefix.
func (d *deletions) all(prefix string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for _, e := range d.events {
		if strings.HasPrefix(e.what, prefix) && !slices.Contains(out, e.what) {
			out = append(out, e.what)
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
