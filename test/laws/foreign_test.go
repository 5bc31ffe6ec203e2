package laws

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/kinds"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// stored is a request as Crossplane sends it: the API server has stored the composite resource.
func stored(t *testing.T, e examples.Example) *fnv1.RunFunctionRequest {
	t.Helper()
	req := e.Request(t)
	examples.Set(req, `"2026-01-01T00:00:00Z"`, "metadata", "creationTimestamp")
	return req
}

// isNamed reports whether AWS identifies a resource by a name that the platform chooses.
func isNamed(o object.Object) bool { return kinds.OfObject(o).Named }

// live runs the function in a world until nothing changes, and returns each response.
func live(t *testing.T, req *fnv1.RunFunctionRequest, others map[string]map[string]any) []*fnv1.RunFunctionResponse {
	t.Helper()
	var rsps []*fnv1.RunFunctionResponse
	for range render.MaxPasses {
		rsp := examples.Run(t, req)
		if len(rsps) > 0 && proto.Equal(rsp.GetDesired(), rsps[len(rsps)-1].GetDesired()) {
			return rsps
		}
		rsps = append(rsps, rsp)
		w := render.World(req, rsp)
		w.Others = others
		req = render.NextIn(w, req, rsp)
	}
	t.Fatalf("after %d passes the desired state still changes", render.MaxPasses)
	return nil
}

// TestNamesAreLookedAt before anything is created: the first pass observes what bears the
// platform's names, and desires nothing else. In an account without them, the platform
// becomes the one that a claim is rendered to, in at most one pass more until all is desired.
func TestNamesAreLookedAt(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			rsps, rendered := live(t, stored(t, e), nil), live(t, e.Request(t), nil)
			for k, o := range resources(rsps[0]) {
				if !isNamed(o) || o.Allows("Create") {
					t.Errorf("%s is desired before AWS has reported whether the platform's names are free", k)
				}
			}
			last := len(rsps) - 1
			for k, want := range resources(rendered[len(rendered)-1]) {
				if got := object.Of(examples.DesiredResource(rsps[last], k)); !proto.Equal(got.Struct(), want.Struct()) {
					t.Errorf("%s isn't as rendered:\n%v\n%v", k, got.Struct(), want.Struct())
				}
			}
			if more := passesUntilAll(rsps) - passesUntilAll(rendered); more > 1 {
				t.Errorf("it takes %d passes more until all is desired, want at most one", more)
			}
		})
	}
}

// passesUntilAll that is desired in the end is desired.
func passesUntilAll(rsps []*fnv1.RunFunctionResponse) int {
	all := len(rsps[len(rsps)-1].GetDesired().GetResources())
	return slices.IndexFunc(rsps, func(r *fnv1.RunFunctionResponse) bool { return len(r.GetDesired().GetResources()) == all })
}

// TestForeign resources are never touched: whichever of the platform's names another has in
// AWS, the provider may only observe it, and nothing is created, in any pass.
func TestForeign(t *testing.T) {
	t.Parallel()
	theirs := map[string]any{"platform.seafarer.cloud/owner": "another-team/prod"}
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			first := resources(examples.Run(t, stored(t, e)))
			for _, k := range slices.Sorted(maps.Keys(first)) {
				rsps := live(t, stored(t, e), map[string]map[string]any{first[k].ExternalName(): theirs})
				for pass, rsp := range rsps {
					for name, o := range resources(rsp) {
						if o.Allows("Create") || o.Allows("Update") || o.Allows("Delete") {
							t.Errorf("%s is another's, and in pass %d the provider may change %s", k, pass+1, name)
						}
					}
				}
				c := conditionOf(rsps[len(rsps)-1], compose.ConditionForeign)
				if c.GetStatus() != fnv1.Status_STATUS_CONDITION_TRUE || !strings.Contains(c.GetMessage(), k+": AWS has "+first[k].ExternalName()+", which belongs to another-team/prod") {
					t.Errorf("%s is another's, and the condition is %v", k, c)
				}
			}
		})
	}
}

// TestRestoredClaim recognizes what is its own in AWS by the owner's tag.
func TestRestoredClaim(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			rendered := live(t, e.Request(t), nil)
			ours := make(map[string]map[string]any)
			for _, o := range resources(rendered[len(rendered)-1]) {
				if tags, ok := o.Value("spec.forProvider.tags").AsInterface().(map[string]any); isNamed(o) && ok {
					ours[o.ExternalName()] = tags
				}
			}
			rsps := live(t, stored(t, e), ours)
			last := resources(rsps[len(rsps)-1])
			if last["vpc"].Allows("Create") {
				t.Error("the cluster has a VPC, and the provider may create another")
			}
			for k, o := range last {
				if isNamed(o) && !o.Allows("Update") {
					t.Errorf("%s is the platform's, and the provider may not update it", k)
				}
			}
		})
	}
}

// TestNeverBackToObserve is for platforms that are older than the owner's tag: what the
// provider may update remains the platform's, whatever AWS reports.
func TestNeverBackToObserve(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			req := e.Steady(t)
			examples.Set(req, `"2026-01-01T00:00:00Z"`, "metadata", "creationTimestamp")
			for _, r := range req.GetObserved().GetResources() {
				at := r.GetResource().GetFields()["status"].GetStructValue().GetFields()["atProvider"].GetStructValue().GetFields()
				delete(at, "tags")
			}
			for k, o := range resources(examples.Run(t, req)) {
				if isNamed(o) && !o.Allows("Update") {
					t.Errorf("%s was the platform's, and the provider may not update it any more", k)
				}
			}
		})
	}
}

// TestOwnerTag is on every resource with tags, except on what launches nodes: a new tag there
// replaces the nodes of a platform that is older than it.
func TestOwnerTag(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			for k, o := range resources(examples.Run(t, e.Steady(t))) {
				launches := slices.Contains([]string{"LaunchTemplate", "NodeGroup"}, o.String("kind")) || strings.HasPrefix(k, "node-class-")
				tagged := strings.Contains(o.Struct().String(), `"platform.seafarer.cloud/owner"`)
				if launches && tagged {
					t.Errorf("%s launches nodes, and has the owner's tag", k)
				}
				if !launches && !tagged && o.Value("spec.forProvider.tags") != nil {
					t.Errorf("%s has no owner's tag", k)
				}
			}
		})
	}
}
