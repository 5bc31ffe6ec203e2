package laws

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// neutral is a name that is part of no other key. It's replaced by others.
const neutral = "xxx"

// TestNamesPeopleChoose is the law that no code parses a name that people choose: in every
// pass, a NodePool, a node class and an add-on of any name make the same resources as with
// another name. Here the names are those of zones, of other resources and of their parts.
func TestNamesPeopleChoose(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r := rng(t)
			want := keysByPass(t, choosing(t, e, neutral))
			names := namesTaken(e.Request(t), want)
			zones := len(names.zones)
			r.Shuffle(len(names.keys), func(i, j int) { names.keys[i], names.keys[j] = names.keys[j], names.keys[i] })
			for i, name := range append(names.zones, names.keys...) {
				if i >= zones+share(2) {
					break
				}
				got := keysByPass(t, choosing(t, e, name))
				if diff := cmp.Diff(renamed(want, name), got); diff != "" {
					t.Errorf("a NodePool, a class and an add-on called %q: keys by pass: -want, +got:\n%s", name, diff)
				}
			}
		})
	}
}

// TestPoolNamedLikeAZone has a NodePool whose name ends with a zone that the network doesn't
// have. No third zone is added.
func TestPoolNamedLikeAZone(t *testing.T) {
	t.Parallel()
	req := claimed(t, examples.Get("minimal"), func(c *fieldpath.Paved) {
		alter(t, c, map[string]any{
			"spec.network.zones":       []any{"eu-west-3b", "eu-west-3c"},
			"spec.network.natGateway":  "PerZone",
			"spec.karpenter.nodePools": []any{map[string]any{"name": "gpu-eu-west-3a"}},
		})
	})
	for i, keys := range keysByPass(t, req) {
		for _, k := range keys {
			if strings.HasSuffix(k, "-eu-west-3a") && k != "node-pool-gpu-eu-west-3a" && !strings.HasSuffix(k, ".node-pool-gpu-eu-west-3a") && k != "usage-node-pool-gpu-eu-west-3a" {
				t.Errorf("pass %d: %s", i+1, k)
			}
		}
	}
}

// choosing is an example with a NodePool of one class, and an add-on, all of that name.
func choosing(t *testing.T, e examples.Example, name string) *fnv1.RunFunctionRequest {
	t.Helper()
	return claimed(t, e, func(c *fieldpath.Paved) {
		alter(t, c, map[string]any{
			"spec.karpenter.nodePools":   []any{map[string]any{"name": "p-" + name, "nodeClassName": "c-" + name}},
			"spec.karpenter.nodeClasses": []any{map[string]any{"name": "c-" + name}},
			"spec.addons":                []any{map[string]any{"name": "a-" + name}},
		})
	})
}

// takenNames are names that other keys are made of.
type takenNames struct{ zones, keys []string }

// namesTaken are the labels of all zones of the region, and the keys of all resources, as
// long as a name may be.
func namesTaken(req *fnv1.RunFunctionRequest, passes [][]string) takenNames {
	const longest = 50
	var h takenNames
	region, _ := aws.LookupRegion(object.Of(req.GetObserved().GetComposite().GetResource()).String("spec.region"))
	for _, z := range region.Every() {
		h.zones = append(h.zones, z.Label)
	}
	for _, k := range passes[len(passes)-1] {
		if !strings.Contains(k, neutral) && !strings.ContainsAny(k, "._") && len(k) <= longest {
			h.keys = append(h.keys, k)
		}
	}
	return h
}

// keysByPass are the keys of desired resources, until nothing changes.
func keysByPass(t *testing.T, req *fnv1.RunFunctionRequest) [][]string {
	t.Helper()
	passes, err := render.Passes(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for _, p := range passes {
		all = append(all, slices.Sorted(maps.Keys(p.Response.GetDesired().GetResources())))
	}
	return all
}

// renamed keys of all passes.
func renamed(passes [][]string, name string) [][]string {
	all := make([][]string, 0, len(passes))
	for _, keys := range passes {
		var rs []string
		for _, k := range keys {
			rs = append(rs, strings.ReplaceAll(k, neutral, name))
		}
		slices.Sort(rs)
		all = append(all, rs)
	}
	return all
}
