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

// Faults are thrown by chance. The seed repeats which, though not when: the
// processes of the lab take the time they take.
var (
	faultSeed = flag.Uint64("seed", rand.Uint64(), "seed of the faults that the lab is put to")
	faultTime = flag.Duration("faults", 20*time.Second, "how long faults are thrown in each phase")
)

// A fault is what goes wrong with a control plane, and ends by itself.
type fault struct {
	name string

	// often it's thrown, compared with others.
	often int

	do func(ctx context.Context, r *rand.Rand, p *platform) error
}

var faults = []fault{
	{name: "function killed", often: 4, do: func(ctx context.Context, r *rand.Rand, p *platform) error {
		p.lab.KillFunction()
		pause(ctx, r, time.Second)
		return p.lab.StartFunction()
	}},
	{name: "Crossplane killed", often: 2, do: func(ctx context.Context, _ *rand.Rand, p *platform) error {
		return p.lab.RestartCrossplane(ctx, Patient...)
	}},
	{name: "API server killed", often: 1, do: func(ctx context.Context, _ *rand.Rand, p *platform) error {
		return p.lab.RestartAPIServer(ctx)
	}},
	{name: "providers away", often: 2, do: func(ctx context.Context, r *rand.Rand, p *platform) error {
		p.lab.Providers.Pause()
		defer p.lab.Providers.Resume()
		pause(ctx, r, 3*time.Second)
		return nil
	}},
	{name: "status blanked", often: 4, do: func(ctx context.Context, r *rand.Rand, p *platform) error {
		os, err := p.lab.Composed(ctx, p.xr)
		if err != nil || len(os) == 0 {
			return err
		}
		return p.blank(ctx, os[sorted(os)[r.IntN(len(os))]])
	}},
	{name: "Secret removed", often: 2, do: func(ctx context.Context, r *rand.Rand, p *platform) error {
		l, err := p.lab.dynamic.Resource(secrets).Namespace(p.claim.GetNamespace()).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		if len(l.Items) == 0 {
			return errNothing
		}
		name := l.Items[r.IntN(len(l.Items))].GetName()
		return p.lab.dynamic.Resource(secrets).Namespace(p.claim.GetNamespace()).Delete(ctx, name, metav1.DeleteOptions{})
	}},
	{name: "composite resource's status blanked", often: 2, do: func(ctx context.Context, _ *rand.Rand, p *platform) error {
		xr, err := p.composite(ctx)
		if err != nil {
			return err
		}
		return p.blank(ctx, xr)
	}},
}

// errNothing is there that a fault could be done to.
var errNothing = errors.New("nothing is there yet")

// pause for some time, until a longest one.
func pause(ctx context.Context, r *rand.Rand, longest time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(r.Int64N(int64(longest)))):
	}
}

// blank the status of an object, if its kind has one.
func (p *platform) blank(ctx context.Context, o *unstructured.Unstructured) error {
	r, err := p.lab.Of(o.GroupVersionKind(), o.GetNamespace())
	if err != nil {
		return err
	}
	_, err = r.Patch(ctx, o.GetName(), types.MergePatchType, mergePatch(map[string]any{"status": nil}), metav1.PatchOptions{FieldManager: "someone"}, "status")
	return err
}

// dice of a test.
func dice(t *testing.T) *rand.Rand {
	t.Helper()
	t.Logf("to repeat: -run '^%s$' -seed %d", strings.ReplaceAll(t.Name(), "/", "$/^"), *faultSeed)
	return rand.New(rand.NewPCG(*faultSeed, 0))
}

// suffer faults for a while. When it returns, none lasts.
func (p *platform) suffer(r *rand.Rand, d time.Duration, fs []fault) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), d)
	defer cancel()
	thrown := make(map[string]int)
	for ctx.Err() == nil {
		f := pick(r, fs)
		// A fault that has begun is ended, even if time is up.
		switch err := f.do(context.WithoutCancel(ctx), r, p); {
		case errors.Is(err, errNothing):
			continue
		case err != nil && !passing(err):
			p.t.Errorf("%s: %v", f.name, err)
			return
		}
		thrown[f.name]++
		pause(ctx, r, 2*time.Second)
	}
	for _, name := range sorted(thrown) {
		p.t.Logf("%d times: %s", thrown[name], name)
	}
}

func pick(r *rand.Rand, fs []fault) fault {
	all := 0
	for _, f := range fs {
		all += f.often
	}
	n := r.IntN(all)
	i := slices.IndexFunc(fs, func(f fault) bool { n -= f.often; return n < 0 })
	return fs[i]
}

// passing errors are those of an object that goes, or that has no status.
func passing(err error) bool { return kerrors.IsNotFound(err) || kerrors.IsConflict(err) }

// lasting are the uids of what's composed and no fault removes.
func (p *platform) lasting() map[string]string {
	p.t.Helper()
	os := p.composed()
	maps.DeleteFunc(os, func(_ string, o *unstructured.Unstructured) bool { return o.GetKind() == "Secret" })
	return values(os, func(o *unstructured.Unstructured) string { return string(o.GetUID()) })
}

// deletionsOf what a claim is composed of that were accepted so far, but for those
// that were faults.
func (p *platform) deletionsOf() []string {
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

// dropsNothing fails if somebody deleted anything of the platform so far.
func (p *platform) dropsNothing(while string) {
	p.t.Helper()
	if ds := p.deletionsOf(); len(ds) > 0 {
		p.t.Errorf("deleted while the platform was %s:\n%s", while, strings.Join(ds, "\n"))
	}
}

// Whatever is killed, and whenever, while a platform is made, changed and
// deleted: nothing is dropped on the way, and in the end it's all there, or gone.
func TestFaults(t *testing.T) {
	r := dice(t)
	p := apply(t, claimed(t, "faults"))

	t.Run("Create", func(t *testing.T) {
		p.t = t
		p.suffer(r, *faultTime, faults)
		p.settled()
		p.dropsNothing("made")
	})
	t.Run("Change", func(t *testing.T) {
		p.t = t
		was := p.lasting()
		p.set([]any{map[string]any{"name": "default"}, map[string]any{"name": "batch"}}, "spec", "karpenter", "nodePools")
		p.edit(map[string]any{"faults": "change"}, "spec", "tags")
		p.suffer(r, *faultTime, faults)
		p.arrives("faults", "change")
		p.settled()
		p.keeps(was)
		p.dropsNothing("changed")
	})
	t.Run("Delete", func(t *testing.T) {
		p.t = t
		var done sync.WaitGroup
		done.Go(func() { p.suffer(r, *faultTime, faults) })
		defer done.Wait()
		p.deleted()
	})
}
