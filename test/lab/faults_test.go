package lab

import (
	"context"
	"flag"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	kerrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/crossplane/function-sdk-go/errors"
)

// Faults are random. The seed repeats their order, but not their timing.
var (
	faultSeed = flag.Uint64("seed", rand.Uint64(), "seed of random faults")
	faultTime = flag.Duration("faults", 20*time.Second, "how long faults are injected in each phase")
)

// A fault of the control plane, which ends before inject returns.
type fault struct {
	name string

	// weight relative to other faults.
	weight int

	inject func(ctx context.Context, r *rand.Rand, p *platform) error
}

var apiServerKilled = fault{name: "API server killed", weight: 1, inject: func(ctx context.Context, _ *rand.Rand, p *platform) error {
	return p.lab.RestartAPIServer(ctx)
}}

var faults = []fault{
	{name: "function killed", weight: 4, inject: func(ctx context.Context, r *rand.Rand, p *platform) error {
		p.lab.KillFunction()
		pause(ctx, r, time.Second)
		return p.lab.StartFunction()
	}},
	{name: "Crossplane killed", weight: 2, inject: func(ctx context.Context, _ *rand.Rand, p *platform) error {
		return p.lab.RestartCrossplane(ctx, RaisedCircuitBreaker...)
	}},
	apiServerKilled,
	{name: "providers paused", weight: 2, inject: func(ctx context.Context, r *rand.Rand, p *platform) error {
		p.lab.Providers.Pause()
		defer p.lab.Providers.Resume()
		pause(ctx, r, 3*time.Second)
		return nil
	}},
	{name: "status cleared", weight: 4, inject: func(ctx context.Context, r *rand.Rand, p *platform) error {
		os, err := p.lab.Composed(ctx, p.xr)
		if err != nil || len(os) == 0 {
			return err
		}
		return p.clearStatus(ctx, os[sorted(os)[r.IntN(len(os))]])
	}},
	{name: "Secret deleted", weight: 2, inject: func(ctx context.Context, r *rand.Rand, p *platform) error {
		l, err := p.lab.dynamic.Resource(secrets).Namespace(p.claim.GetNamespace()).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		if len(l.Items) == 0 {
			return errNoTarget
		}
		name := l.Items[r.IntN(len(l.Items))].GetName()
		return p.lab.dynamic.Resource(secrets).Namespace(p.claim.GetNamespace()).Delete(ctx, name, metav1.DeleteOptions{})
	}},
	{name: "composite resource's status cleared", weight: 2, inject: func(ctx context.Context, _ *rand.Rand, p *platform) error {
		xr, err := p.composite(ctx)
		if err != nil {
			return err
		}
		return p.clearStatus(ctx, xr)
	}},
}

// errNoTarget means that there is no object to inject a fault into.
var errNoTarget = errors.New("no object exists yet")

// pause waits for a random time.
func pause(ctx context.Context, r *rand.Rand, longest time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(r.Int64N(int64(longest)))):
	}
}

// clearStatus clears the status of an object, if its kind has one.
func (p *platform) clearStatus(ctx context.Context, o *unstructured.Unstructured) error {
	r, err := p.lab.Of(o.GroupVersionKind(), o.GetNamespace())
	if err != nil {
		return err
	}
	_, err = r.Patch(ctx, o.GetName(), types.MergePatchType, mergePatch(map[string]any{"status": nil}), metav1.PatchOptions{FieldManager: "someone"}, "status")
	return err
}

// newRand returns a test's random number generator.
func newRand(t *testing.T) *rand.Rand {
	t.Helper()
	t.Logf("to repeat: -run '^%s$' -seed %d", strings.ReplaceAll(t.Name(), "/", "$/^"), *faultSeed)
	return rand.New(rand.NewPCG(*faultSeed, 0))
}

// injectFaults injects random faults. All have ended when it returns.
func (p *platform) injectFaults(r *rand.Rand, d time.Duration, fs []fault) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), d)
	defer cancel()
	injected := make(map[string]int)
	for ctx.Err() == nil {
		f := pick(r, fs)
		// A fault that was started is ended, even after the time is up.
		switch err := f.inject(context.WithoutCancel(ctx), r, p); {
		case errors.Is(err, errNoTarget):
			continue
		case err != nil && !transient(err):
			p.t.Errorf("%s: %v", f.name, err)
			return
		}
		injected[f.name]++
		pause(ctx, r, 2*time.Second)
	}
	for _, name := range sorted(injected) {
		p.t.Logf("%d times: %s", injected[name], name)
	}
}

func pick(r *rand.Rand, fs []fault) fault {
	all := 0
	for _, f := range fs {
		all += f.weight
	}
	n := r.IntN(all)
	i := slices.IndexFunc(fs, func(f fault) bool { n -= f.weight; return n < 0 })
	return fs[i]
}

// transient reports whether the object was deleted or changed, or has no status.
func transient(err error) bool { return kerrors.IsNotFound(err) || kerrors.IsConflict(err) }

// uidsWithoutSecrets returns the UIDs of composed resources that no fault deletes.
func (p *platform) uidsWithoutSecrets() map[string]string {
	p.t.Helper()
	os := p.composed()
	maps.DeleteFunc(os, func(_ string, o *unstructured.Unstructured) bool { return o.GetKind() == "Secret" })
	return values(os, func(o *unstructured.Unstructured) string { return string(o.GetUID()) })
}

// acceptedDeletions returns the deletions in the claim's namespace that the API server
// has accepted, except for faults.
func (p *platform) acceptedDeletions() []string {
	p.t.Helper()
	ds, err := p.lab.Deletions()
	if err != nil {
		p.t.Fatal(err)
	}
	var out []string
	for _, d := range ds {
		if d.Namespace == p.claim.GetNamespace() && d.Accepted() && d.Group != "events.k8s.io" && d.Resource != "events" && d.Agent != rest.DefaultKubernetesUserAgent() {
			out = append(out, d.String())
		}
	}
	return out
}

// checkNoDeletions checks that nothing of the platform was deleted.
func (p *platform) checkNoDeletions(phase string) {
	p.t.Helper()
	if ds := p.acceptedDeletions(); len(ds) > 0 {
		p.t.Errorf("got deletions while the platform was %s, want none:\n%s", phase, strings.Join(ds, "\n"))
	}
}

// Despite random faults, a platform is created, changed without deletions, and
// deleted.
func TestFaults(t *testing.T) {
	r := newRand(t)
	p := apply(t, minimalClaim(t, "faults"))

	t.Run("Create", func(t *testing.T) {
		p.t = t
		p.injectFaults(r, *faultTime, faults)
		p.waitSettled()
		p.checkNoDeletions("created")
	})
	t.Run("Change", func(t *testing.T) {
		p.t = t
		before := p.uidsWithoutSecrets()
		p.set([]any{map[string]any{"name": "default"}, map[string]any{"name": "batch"}}, "spec", "karpenter", "nodePools")
		p.edit(map[string]any{"faults": "change"}, "spec", "tags")
		p.injectFaults(r, *faultTime, faults)
		p.waitTag("faults", "change")
		p.waitSettled()
		p.checkRetained(before)
		p.checkNoDeletions("changed")
	})
	t.Run("Delete", func(t *testing.T) {
		p.t = t
		var done sync.WaitGroup
		done.Go(func() { p.injectFaults(r, *faultTime, faults) })
		defer done.Wait()
		p.deleteAndWait()
	})
}
