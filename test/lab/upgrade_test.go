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

// A platform is upgraded over several minor versions.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	claim := minimalClaim(t, "upgrade")
	p := &platform{t: t, lab: shared, claim: claim}
	p.set("1.33", "spec", "kubernetesVersion")
	p.apply()
	p.waitSettled()
	p.checkUpgrade("1.33", "1.34", "1.35", "1.36")
}

// checkUpgrade upgrades from the first to the last version: one at a time, node groups
// after the control plane, and without replacing objects.
func (p *platform) checkUpgrade(want ...string) {
	p.t.Helper()
	before := p.uids()
	group := p.watchVersions(nodeGroups)
	control := p.watchVersions(clusters)
	last := want[len(want)-1]
	p.edit(last, "spec", "kubernetesVersion")
	p.within(settleTimeout, func(ctx context.Context) error {
		for what, v := range map[string]*versions{"control plane": control, "node group": group} {
			if got := v.current(); got != last {
				return errors.Errorf("%s: got version %q, want %s; %s", what, got, last, p.explain(ctx))
			}
		}
		claim, err := p.lab.Get(ctx, p.claim)
		if err != nil {
			return err
		}
		if s, reason, message := condition(claim, "Upgrading"); s != "False" {
			return errors.Errorf("claim: got Upgrading=%q: %s: %s, want False", s, reason, message)
		}
		return p.isReady(ctx)
	})
	p.checkRetained(before)
	p.checkNoDeletions("upgraded")
	if got := control.all(); !slices.Equal(got, want) {
		p.t.Errorf("control plane: got versions %v, want %v", got, want)
	}
	for i, v := range group.all() {
		if !slices.Contains(want, v) || i > 0 && v < group.all()[i-1] {
			p.t.Errorf("node group: got versions %v, want increasing ones of %v", group.all(), want)
		}
	}
	for _, v := range want[1:] {
		if g, c := group.at(v), control.at(v); !g.IsZero() && g.Before(c) {
			p.t.Errorf("the node group had version %s before the control plane", v)
		}
	}
	p.t.Logf("control plane: %s", strings.Join(control.all(), " → "))
	p.t.Logf("node group: %s", strings.Join(group.all(), " → "))
}

// versions of Kubernetes that an object had, in order.
type versions struct {
	mu    sync.Mutex
	list  []string
	since map[string]time.Time
}

// watchVersions records the versions of the only object of a kind in the namespace.
func (p *platform) watchVersions(r schema.GroupVersionResource) *versions {
	p.t.Helper()
	v := &versions{since: make(map[string]time.Time)}
	record := func(o any) {
		if u, ok := o.(*unstructured.Unstructured); ok {
			v.record(u)
		}
	}
	watch(p.t, p.lab.dynamic, r, p.claim.GetNamespace(), "", cache.ResourceEventHandlerFuncs{AddFunc: record, UpdateFunc: func(_, o any) { record(o) }})
	return v
}

func (v *versions) record(o *unstructured.Unstructured) {
	version, _, _ := unstructured.NestedString(o.Object, "status", "atProvider", "version") // Empty until it's reported.
	v.mu.Lock()
	defer v.mu.Unlock()
	if version == "" || len(v.list) > 0 && v.list[len(v.list)-1] == version {
		return
	}
	v.list = append(v.list, version)
	v.since[version] = time.Now()
}

func (v *versions) all() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.list)
}

func (v *versions) current() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.list) == 0 {
		return ""
	}
	return v.list[len(v.list)-1]
}

// at returns when the object first had a version, or zero.
func (v *versions) at(version string) time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.since[version]
}
