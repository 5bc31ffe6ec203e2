package laws

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// TestEndedVersions promises that a platform with a version of Kubernetes that no new one may
// have stays as it is, and can be upgraded from there.
func TestEndedVersions(t *testing.T) {
	t.Parallel()
	for from := compat.Previous(compat.OldestKubernetes); compat.IsKubernetes(from); from = compat.Previous(from) {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			const to = "1.33"
			u := upgradeOf(t, examples.Get("minimal"), compat.OldestKubernetes, to)
			u.req = older(t, u.req, compat.OldestKubernetes, from)
			examples.Set(u.req, `"1.13.0"`, "spec", "karpenter", "version")

			examples.Set(u.req, `"`+from+`"`, "spec", "kubernetesVersion")
			rsp := examples.Run(t, u.req)
			if m := render.Fatal(rsp); m != "" {
				t.Fatalf("it must stay valid: %s", m)
			}
			if got := versionOf(rsp, "cluster"); got != from {
				t.Fatalf("it must stay at %s, got %s", from, got)
			}

			examples.Set(u.req, `"`+to+`"`, "spec", "kubernetesVersion")
			for range 12 {
				rsp := examples.Run(t, u.req)
				if m := u.check(rsp); m != "" {
					t.Fatal(m)
				}
				u.req = render.Next(u.req, rsp)
			}
			if got := u.is("cluster", "status.atProvider.version"); got != to {
				t.Errorf("it must reach %s, got %s", to, got)
			}
		})
	}
}

// TestDefaultUpgradesNothing has claims that no API server stored, so that they have no
// defaults: an existing platform retains its version.
func TestDefaultUpgradesNothing(t *testing.T) {
	t.Parallel()
	e := examples.Get("minimal")
	for _, v := range compat.KubernetesVersions() {
		if compat.Newer(v, "1.36") {
			continue // The default chart of Karpenter doesn't support it.
		}
		t.Run(v, func(t *testing.T) {
			t.Parallel()
			req := examples.Clone(t, examples.Settled(t, claimed(t, e, func(c *fieldpath.Paved) {
				alter(t, c, map[string]any{"spec.kubernetesVersion": v})
			})))
			delete(req.GetObserved().GetComposite().GetResource().GetFields()["spec"].GetStructValue().GetFields(), "kubernetesVersion")
			for _, forget := range []string{"", "status"} {
				delete(req.GetObserved().GetComposite().GetResource().GetFields(), forget)
				rsp := examples.Run(t, req)
				if m := render.Fatal(rsp); m != "" {
					t.Fatal(m)
				}
				for _, k := range []string{"cluster", "node-group-system"} {
					if got := versionOf(rsp, k); got != v {
						t.Errorf("without %s: %s must stay at %s, got %s", forget, k, v, got)
					}
				}
			}
		})
	}
}

// versionOf a resource that is desired.
func versionOf(rsp *fnv1.RunFunctionResponse, key string) string {
	fields := rsp.GetDesired().GetResources()[key].GetResource().GetFields()
	for _, f := range []string{"spec", "forProvider"} {
		fields = fields[f].GetStructValue().GetFields()
	}
	return fields["version"].GetStringValue()
}

// older platform: one of another version of Kubernetes.
func older(t *testing.T, req *fnv1.RunFunctionRequest, from, to string) *fnv1.RunFunctionRequest {
	t.Helper()
	observed, err := protojson.Marshal(req.GetObserved())
	if err != nil {
		t.Fatal(err)
	}
	old := strings.NewReplacer(`"`+from+`"`, `"`+to+`"`, `"v`+from+`.`, `"v`+to+`.`).Replace(string(observed))
	o := &fnv1.RunFunctionRequest{Observed: &fnv1.State{}}
	if err := protojson.Unmarshal([]byte(old), o.Observed); err != nil {
		t.Fatal(err)
	}
	o.Input, o.RequiredResources, o.Meta = req.GetInput(), req.GetRequiredResources(), req.GetMeta()
	if o.Input == nil {
		o.Input = &structpb.Struct{}
	}
	return o
}
