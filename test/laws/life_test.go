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
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// graphOf a request: how what is described for it depends on each other.
func graphOf(t *testing.T, req *fnv1.RunFunctionRequest) *compose.Graph {
	t.Helper()
	_, p, err := function.Assemble(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	g, err := compose.NewGraph(function.Parts(p))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestGraph is the tenth law: how resources depend on each other is said once, as
// a graph without circles, and the same whatever exists. It holds every reference
// of every object, and the source of every fact that AWS tells, but the account's.
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
			bearers := make(map[string][]compose.Key)
			for k, r := range rs {
				for _, n := range []string{r.Name(), r.String("spec.writeConnectionSecretToRef.name")} {
					bearers[n] = append(bearers[n], compose.Key(k))
				}
			}
			for k, r := range rs {
				if isUsage(r) {
					continue // They are edges themselves.
				}
				for _, name := range referred(r) {
					for _, to := range bearers[name] {
						if !slices.Contains(g.Edges, compose.Edge{From: compose.Key(k), To: to, Kind: compose.Refers}) {
							t.Errorf("%s refers to %s, which is no edge of the graph", k, to)
						}
					}
				}
			}
			for _, p := range lastAssembly(t, steady).Parts {
				for _, r := range p.Resources {
					for _, f := range r.Facts {
						if f.From == "" && f.Fact != platform.AccountID && f.Fact != platform.ProviderPrincipal {
							t.Errorf("%s waits for %s, and doesn't say which resource tells it", r.Key, f.What)
						}
					}
				}
			}
		})
	}
}

func lastAssembly(t *testing.T, req *fnv1.RunFunctionRequest) *compose.Assembly {
	t.Helper()
	a, _, err := function.Assemble(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// referred are the names in the references of a resource.
func referred(r compose.Existing) []string {
	var names []string
	walk(structpb.NewStructValue(structOf(r)), "", func(path string, v *structpb.Value) {
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

// TestReachesCluster is the tenth law for what is in the cluster: it refers to
// what leads there, and what must be gone before the way in goes says so.
func TestReachesCluster(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			steady := e.Steady(t)
			g := graphOf(t, steady)
			refers, uses := g.Of(compose.Refers), g.Of(compose.Uses)
			inside := 0
			for k, r := range resources(examples.Run(t, steady)) {
				kind := r.String("kind")
				if kind != "Release" && kind != "Object" {
					continue
				}
				inside++
				ways := []*compose.Graph{refers}
				if deletes(r) {
					ways = append(ways, uses)
				}
				config := map[string]compose.Key{"Release": platform.KeyHelmProviderConfig, "Object": platform.KeyKubernetesProviderConf}[kind]
				for _, g := range ways {
					for _, to := range []compose.Key{config, platform.KeyClusterAuth, platform.KeyCluster} {
						if !g.Reaches(compose.Key(k), to) {
							t.Errorf("%s has no way to %s by edges of kind %v", k, to, g.Edges[0].Kind)
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

// deletes tells whether the provider deletes what a resource stands for.
func deletes(r compose.Existing) bool {
	ps := r.Value("spec.managementPolicies").GetListValue().GetValues()
	return len(ps) == 0 || slices.ContainsFunc(ps, func(p *structpb.Value) bool { return p.GetStringValue() == "Delete" || p.GetStringValue() == "*" })
}

// free is what may go whenever it likes, by key, and why.
var free = map[string]*regexp.Regexp{
	"people and Argo CD need no cluster that is going":            regexp.MustCompile(`^(access-[0-9a-f]{8}(-admin)?|kubeconfig|argocd-cluster)$`),
	"add-ons that the claim adds are for workloads":               regexp.MustCompile(`^addon-metrics-server$`),
	"Karpenter looks for security groups only when it launches":   regexp.MustCompile(`^cluster-security-group-discovery$`),
	"AWS makes and deletes it with the VPC":                       regexp.MustCompile(`^default-security-group$`),
	"logs of workloads may end before they do":                    regexp.MustCompile(`^fargate-logging(-namespace)?$`),
	"Karpenter does without announcements when it removes nodes":  regexp.MustCompile(`^karpenter-(queue|rule)(-.+)?$`),
	"EKS knows the key by its ARN":                                regexp.MustCompile(`^secrets-key-alias$`),
	"AWS keeps it while anything is in it":                        regexp.MustCompile(`^vpc$`),
	"OIDC is for workloads, unless Karpenter is known by it, too": regexp.MustCompile(`^oidc-provider$`),
}

// TestUses is the tenth law for deletion: a NodePool goes first, then its class,
// then Karpenter, and then what those needed until they were gone: all that there
// is, but for what is free to go.
func TestUses(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			req := e.Request(t)
			irsa := compose.Exists(req.GetObserved().GetComposite().GetResource()).String("spec.iam.workloadIdentity") == "IRSA"
			uses := graphOf(t, req).Of(compose.Uses)
			for _, k := range uses.Keys {
				if strings.HasPrefix(string(k), "node-") && !uses.Reaches(k, platform.KeyKarpenterRelease) {
					t.Errorf("%s doesn't need Karpenter to go", k)
				}
				var why string
				for reason, keys := range free {
					if keys.MatchString(string(k)) && (k != platform.KeyOIDCProvider || !irsa) {
						why = reason
					}
				}
				before := uses.Reaches(k, platform.KeyKarpenterRelease)
				after := uses.Reaches(platform.KeyKarpenterRelease, k)
				switch {
				case why == "" && !before && !after:
					t.Errorf("%s is free to go, and nobody says why", k)
				case why != "" && after:
					t.Errorf("%s isn't free to go, although %s", k, why)
				}
			}
		})
	}
}
