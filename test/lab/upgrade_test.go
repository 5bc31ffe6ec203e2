package lab

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/cache"

	"github.com/crossplane/function-sdk-go/errors"
)

var clusters = schema.GroupVersionResource{Group: "eks.aws.m.upbound.io", Version: "v1beta1", Resource: "clusters"}

// A claim that asks for a version several minors ahead gets there.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	claim := claimed(t, "upgrade")
	p := &platform{t: t, lab: shared, claim: claim}
	p.set("1.33", "spec", "kubernetesVersion")
	p.apply()
	p.settled()
	p.upgrades("1.33", "1.34", "1.35", "1.36")
}

// upgrades from the first of some versions to the last: one at a time, node groups
// after the control plane, and no object is made anew.
func (p *platform) upgrades(want ...string) {
	p.t.Helper()
	was := p.uids()
	group := p.watchVersions(nodeGroups)
	control := p.watchVersions(clusters)
	last := want[len(want)-1]
	p.edit(last, "spec", "kubernetesVersion")
	p.within(settles, func(ctx context.Context) error {
		for what, v := range map[string]*versions{"control plane": control, "node group": group} {
			if is := v.runs(); is != last {
				return errors.Errorf("%s runs %q; %s", what, is, p.explain(ctx))
			}
		}
		claim, err := p.lab.Get(ctx, p.claim)
		if err != nil {
			return err
		}
		if s, reason, message := condition(claim, "Upgrading"); s != "False" {
			return errors.Errorf("claim is Upgrading=%q: %s: %s", s, reason, message)
		}
		return p.isReady(ctx)
	})
	p.keeps(was)
	p.dropsNothing("upgraded")
	if got := control.all(); !slices.Equal(got, want) {
		p.t.Errorf("control plane: it ran %v, want %v", got, want)
	}
	for i, v := range group.all() {
		if !slices.Contains(want, v) || i > 0 && v < group.all()[i-1] {
			p.t.Errorf("node group: it ran %v", group.all())
		}
	}
	for _, v := range want[1:] {
		if g, c := group.at(v), control.at(v); !g.IsZero() && g.Before(c) {
			p.t.Errorf("the node group ran %s before the control plane did", v)
		}
	}
	p.t.Logf("control plane: %s", strings.Join(control.all(), " → "))
	p.t.Logf("node group: %s", strings.Join(group.all(), " → "))
}

// versions of Kubernetes that something ran, in their order.
type versions struct {
	mu    sync.Mutex
	ran   []string
	since map[string]time.Time
}

// watchVersions that the only object of a kind in the claim's namespace tells.
func (p *platform) watchVersions(r schema.GroupVersionResource) *versions {
	p.t.Helper()
	v := &versions{since: make(map[string]time.Time)}
	see := func(o any) {
		if u, ok := o.(*unstructured.Unstructured); ok {
			v.see(u)
		}
	}
	watch(p.t, p.lab.dynamic, r, p.claim.GetNamespace(), "", cache.ResourceEventHandlerFuncs{AddFunc: see, UpdateFunc: func(_, o any) { see(o) }})
	return v
}

func (v *versions) see(o *unstructured.Unstructured) {
	is, _, _ := unstructured.NestedString(o.Object, "status", "atProvider", "version") // Then it tells none yet.
	v.mu.Lock()
	defer v.mu.Unlock()
	if is == "" || len(v.ran) > 0 && v.ran[len(v.ran)-1] == is {
		return
	}
	v.ran = append(v.ran, is)
	v.since[is] = time.Now()
}

func (v *versions) all() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.ran)
}

func (v *versions) runs() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.ran) == 0 {
		return ""
	}
	return v.ran[len(v.ran)-1]
}

// at is when it began to run a version, if it did.
func (v *versions) at(version string) time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.since[version]
}
