package laws

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/dag"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// graphOf the resources that are described for a request.
func graphOf(t *testing.T, req *fnv1.RunFunctionRequest) *dag.Graph {
	t.Helper()
	composed, err := function.Compose(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	g, err := compose.NewGraph(composed.Parts)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestGraph is the tenth promise: a single acyclic graph, which doesn't depend on what
// exists, contains all dependencies. It contains every reference of every object, and the
// source of every fact that AWS reports, except the account id.
func TestGraph(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			steady := e.Steady(t)
			g := graphOf(t, steady)
			if diff := cmp.Diff(graphOf(t, e.Request(t)), g); diff != "" {
				t.Errorf("before anything exists, and when all does: -want, +got:\n%s", diff)
			}
			rs := resources(examples.Run(t, steady))
			bearers := make(map[string][]key.Key)
			for k, r := range rs {
				for _, n := range []string{r.Name(), r.String("spec.writeConnectionSecretToRef.name")} {
					bearers[n] = append(bearers[n], key.Key(k))
				}
			}
			for k, r := range rs {
				if isUsage(r) {
					continue // Usages are edges themselves.
				}
				for _, name := range referred(r) {
					for _, to := range bearers[name] {
						if !slices.Contains(g.Edges, dag.Edge{From: key.Key(k), To: to, Kind: dag.Refers}) {
							t.Errorf("%s refers to %s, which is no edge of the graph", k, to)
						}
					}
				}
			}
			for _, p := range lastAssembly(t, steady).Parts {
				for _, r := range p.Resources {
					for _, f := range r.Facts {
						if f.From == "" && f.Fact != platform.AccountID && f.Fact != platform.ProviderPrincipal {
							t.Errorf("%s waits for %s, but no resource is its source", r.Key, f.What)
						}
					}
				}
			}
		})
	}
}

func lastAssembly(t *testing.T, req *fnv1.RunFunctionRequest) *compose.Assembly {
	t.Helper()
	composed, err := function.Compose(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return composed.Assembly
}

// referred are the names in the references of a resource.
func referred(r object.Object) []string {
	var names []string
	visitFields(structpb.NewStructValue(structOf(r)), "", func(path string, v *structpb.Value) {
		list := v.GetListValue().GetValues()
		if strings.HasSuffix(path, "Ref") {
			list = []*structpb.Value{v}
		}
		if !strings.HasSuffix(path, "Ref") && !strings.HasSuffix(path, "Refs") || strings.HasSuffix(path, "writeConnectionSecretToRef") {
			return
		}
		for _, i := range list {
			if n := i.GetStructValue().GetFields()["name"].GetStringValue(); n != "" {
				names = append(names, n)
			}
		}
	})
	return names
}

// TestReachesCluster is the tenth promise for resources in the cluster: they
// depend on the kubeconfig, and those that must be deleted before it declare
// that.
func TestReachesCluster(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			steady := e.Steady(t)
			g := graphOf(t, steady)
			refers, uses := g.Of(dag.Refers), g.Of(dag.DeletedBefore)
			inside := 0
			for k, r := range resources(examples.Run(t, steady)) {
				kind := r.String("kind")
				if kind != "Release" && kind != "Object" {
					continue
				}
				inside++
				ways := []*dag.Graph{refers}
				if deletes(r) {
					ways = append(ways, uses)
				}
				config := map[string]key.Key{"Release": key.HelmProviderConfig, "Object": key.KubernetesProviderConfig}[kind]
				for _, g := range ways {
					for _, to := range []key.Key{config, key.ClusterAuth, key.Cluster} {
						if !g.Reaches(key.Key(k), to) {
							t.Errorf("no path from %s to %s by edges of kind %v", k, to, g.Edges[0].Kind)
						}
					}
				}
			}
			if inside == 0 {
				t.Error("nothing is in the cluster")
			}
		})
	}
}

// deletes reports whether the provider deletes the external resource.
func deletes(r object.Object) bool {
	ps := r.Value("spec.managementPolicies").GetListValue().GetValues()
	return len(ps) == 0 || slices.ContainsFunc(ps, func(p *structpb.Value) bool { return p.GetStringValue() == "Delete" || p.GetStringValue() == "*" })
}

// free resources may be deleted at any time: reasons by key.
var free = map[string]*regexp.Regexp{
	"users and Argo CD don't need a cluster that is being deleted":  regexp.MustCompile(`^(access-[0-9a-f]{8}(-admin)?|kubeconfig|argocd-cluster)$`),
	"add-ons that the claim adds are for workloads":                 regexp.MustCompile(`^addon-metrics-server$`),
	"Karpenter looks for security groups only when it launches":     regexp.MustCompile(`^cluster-security-group-discovery$`),
	"AWS creates and deletes it with the VPC":                       regexp.MustCompile(`^default-security-group$`),
	"logs of workloads may end before they do":                      regexp.MustCompile(`^fargate-logging(-namespace)?$`),
	"Karpenter removes nodes without interruption events":           regexp.MustCompile(`^karpenter-(queue|rule)(-.+)?$`),
	"EKS refers to the key by its ARN":                              regexp.MustCompile(`^secrets-key-alias$`),
	"AWS doesn't delete it while it contains anything":              regexp.MustCompile(`^vpc$`),
	"OIDC is for workloads, unless Karpenter authenticates with it": regexp.MustCompile(`^oidc-provider$`),
}

// TestUses is the tenth promise for deletion: NodePools are deleted first, then their
// classes, then Karpenter, and then all other resources, except free ones.
func TestUses(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			req := e.Request(t)
			irsa := object.Of(req.GetObserved().GetComposite().GetResource()).String("spec.iam.workloadIdentity") == "IRSA"
			uses := graphOf(t, req).Of(dag.DeletedBefore)
			for _, k := range uses.Keys {
				if (strings.HasPrefix(string(k), "node-pool-") || strings.HasPrefix(string(k), "node-class-")) && !uses.Reaches(k, key.Karpenter) {
					t.Errorf("%s doesn't need Karpenter for its deletion", k)
				}
				var why string
				for reason, keys := range free {
					if keys.MatchString(string(k)) && (k != key.OIDCProvider || !irsa) {
						why = reason
					}
				}
				before := uses.Reaches(k, key.Karpenter)
				after := uses.Reaches(key.Karpenter, k)
				switch {
				case why == "" && !before && !after:
					t.Errorf("%s may be deleted at any time, without a reason in the table", k)
				case why != "" && after:
					t.Errorf("%s may not be deleted at any time, although %s", k, why)
				}
			}
		})
	}
}
