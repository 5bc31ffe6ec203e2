package laws

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
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

// TestFormerSubnets promises that subnets of the former default stay where they are, also
// while only one of them is observed, or none and only the status has them.
func TestFormerSubnets(t *testing.T) {
	t.Parallel()
	e := examples.Get("minimal")
	for _, vpc := range []string{"10.0.0.0/16", "10.16.32.0/20"} {
		t.Run(vpc, func(t *testing.T) {
			t.Parallel()
			truth := examples.Settled(t, claimed(t, e, func(c *fieldpath.Paved) {
				alter(t, c, map[string]any{"spec.network.cidr": vpc, "spec.network.subnetPrefixLength": int64(24)})
			}))
			want := blocksOf(examples.Run(t, truth))
			delete(truth.GetObserved().GetComposite().GetResource().GetFields()["spec"].GetStructValue().GetFields()["network"].GetStructValue().GetFields(), "subnetPrefixLength")
			cases := map[string]func(*fnv1.RunFunctionRequest){
				"all": func(*fnv1.RunFunctionRequest) {},
				"one": func(req *fnv1.RunFunctionRequest) {
					for k := range want {
						if k != "subnet-public-euw3-az2" {
							delete(req.GetObserved().GetResources(), k)
						}
					}
					delete(req.GetObserved().GetComposite().GetResource().GetFields(), "status")
				},
				"status": func(req *fnv1.RunFunctionRequest) {
					for k := range want {
						delete(req.GetObserved().GetResources(), k)
					}
				},
				"another zone": func(req *fnv1.RunFunctionRequest) { examples.Set(req, "2", "spec", "network", "zoneCount") },
			}
			for name, change := range cases {
				req := examples.Clone(t, truth)
				change(req)
				rsp := examples.Run(t, req)
				if m := render.Fatal(rsp); m != "" {
					t.Fatalf("%s: %s", name, m)
				}
				if diff := cmp.Diff(want, blocksOf(rsp)); diff != "" {
					t.Errorf("%s: subnets must stay: -want, +got:\n%s", name, diff)
				}
			}
		})
	}
}

// blocksOf subnets that are desired, by key.
func blocksOf(rsp *fnv1.RunFunctionResponse) map[string]string {
	blocks := make(map[string]string)
	for k, r := range rsp.GetDesired().GetResources() {
		if o := object.Of(r.GetResource()); o.String("kind") == "Subnet" {
			blocks[k] = o.String("spec.forProvider.cidrBlock")
		}
	}
	return blocks
}

// versionOf a resource that is desired.
func versionOf(rsp *fnv1.RunFunctionResponse, key string) string {
	return object.Of(rsp.GetDesired().GetResources()[key].GetResource()).String("spec.forProvider.version")
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
	if err := protojson.Unmarshal([]byte(old), o.GetObserved()); err != nil {
		t.Fatal(err)
	}
	o.Input, o.RequiredResources, o.Meta = req.GetInput(), req.GetRequiredResources(), req.GetMeta()
	if o.GetInput() == nil {
		o.Input = &structpb.Struct{}
	}
	return o
}
