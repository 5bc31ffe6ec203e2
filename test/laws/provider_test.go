package laws

import (
	stdcmp "cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// nameless are kinds without a chosen name and without an id from AWS: the
// provider identifies them by their spec, or they aren't in AWS.
var nameless = []string{
	"AccessEntry", "AccessPolicyAssociation", "Addon", "Route", "Tag", "Target",
	"ClusterAuth", "Object", "ProviderConfig", "Release",
}

// TestIdentifies checks a requirement of provider-aws: it records the id from AWS only by
// late initialization. So LateInitialize is allowed until the id is known, and not
// afterwards.
func TestIdentifies(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			for k, r := range resources(examples.Run(t, e.Request(t))) {
				ps := policies(r)
				named := r.ExternalName() != "" || slices.Contains(nameless, r.String("kind"))
				if creates := slices.Contains(ps, "Create"); creates && slices.Contains(ps, "LateInitialize") == named {
					t.Errorf("%s, which doesn't exist: named %t, with policies %v", k, named, ps)
				}
			}
			for k, r := range resources(examples.Run(t, aged(t, e))) {
				if ps := policies(r); slices.Contains(ps, "LateInitialize") {
					t.Errorf("%s, whose id is known: policies %v", k, ps)
				}
			}
		})
	}
}

func policies(r object.Object) []string {
	var ps []string
	for _, p := range r.Value("spec.managementPolicies").GetListValue().GetValues() {
		ps = append(ps, p.GetStringValue())
	}
	return ps
}

// TestFollows checks another requirement: the provider resolves a reference once, and
// clears all other references of a resource when it resolves one again. So references that
// may change are composed as ids, and retained while the new id is unknown.
func TestFollows(t *testing.T) {
	t.Parallel()
	e := examples.All(t)[slices.IndexFunc(examples.All(t), func(e examples.Example) bool { return e.Name == "minimal" })]
	for k, r := range resources(examples.Run(t, e.Request(t))) {
		if always(r.Value("spec")) {
			t.Errorf("%s has a reference that's always resolved", k)
		}
	}

	req := aged(t, e)
	before := resources(examples.Run(t, req))
	spec := object.Of(req.GetObserved().GetComposite().GetResource()).Value("spec").GetStructValue().GetFields()
	spec["network"] = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{
		"zoneCount": structpb.NewNumberValue(2), "natGateway": structpb.NewStringValue("PerZone"),
	}})
	ids := func(r map[string]object.Object, path string, k key.Key) []string {
		var out []string
		for _, v := range r[string(k)].Value(path).GetListValue().GetValues() {
			out = append(out, v.GetStringValue())
		}
		return append(out, r[string(k)].String(path))
	}
	const subnets, nat = "spec.forProvider.vpcConfig.subnetIds", "spec.forProvider.natGatewayId"

	// The claim removed a zone. The control plane retains it.
	want := ids(before, subnets, key.Cluster)
	if diff := cmp.Diff(want, ids(resources(examples.Run(t, req)), subnets, key.Cluster)); len(want) != 4 || diff != "" {
		t.Errorf("subnets of the cluster: -before, +after:\n%s", diff)
	}
	// The second zone has its own NAT gateway, which is used once its id is known and a Usage
	// protects it.
	const route, own, usage = "route-nat-euw3-az2", "nat-gateway-euw3-az2", "usage-nat-gateway-euw3-az%d.karpenter"
	keeps := func(when string) {
		t.Helper()
		if diff := cmp.Diff(ids(before, nat, route), ids(resources(examples.Run(t, req)), nat, route)); diff != "" || before[route].String(nat) == "" {
			t.Errorf("NAT gateway of the second zone while %s: -want, +got:\n%s", when, diff)
		}
	}
	keeps("the new one isn't known")
	observed := req.GetObserved().GetResources()
	observed[own] = examples.Clone(t, req).GetObserved().GetResources()["nat-gateway-euw3-az1"]
	object.Of(observed[own].GetResource()).Value("metadata.annotations").
		GetStructValue().GetFields()["crossplane.io/external-name"] = structpb.NewStringValue("nat-2")
	keeps("the new one isn't protected")
	observed[fmt.Sprintf(usage, 2)] = examples.Clone(t, req).GetObserved().GetResources()[fmt.Sprintf(usage, 1)]
	if got := resources(examples.Run(t, req))[route].String(nat); got != "nat-2" {
		t.Errorf("NAT gateway of the second zone: want the new one, got %s", got)
	}
}

// always reports whether a reference is resolved each time.
func always(v *structpb.Value) bool {
	for k, f := range v.GetStructValue().GetFields() {
		if k == "resolve" && f.GetStringValue() == "Always" || always(f) {
			return true
		}
	}
	return slices.ContainsFunc(v.GetListValue().GetValues(), always)
}

// TestRules checks its requirement on event rules: it updates a rule that has state and no
// isEnabled forever.
func TestRules(t *testing.T) {
	t.Parallel()
	for k, r := range resources(examples.Run(t, examples.All(t)[0].Request(t))) {
		if r.String("kind") == "Rule" && (r.String("spec.forProvider.state") != "" || !r.Value("spec.forProvider.isEnabled").GetBoolValue()) {
			t.Errorf("%s: want isEnabled and no state, got %v", k, r.Value("spec.forProvider"))
		}
	}
}

// TestLateReferences checks its requirement on changes: a reference that is added to an
// existing resource never settles. So no change of a field may add one, except where the
// function fills in the id.
func TestLateReferences(t *testing.T) {
	t.Parallel()
	filled := []string{"spec.forProvider.natGatewayIdRef", "spec.forProvider.vpcConfig.subnetIdRefs", "spec.forProvider.subnetIdRefs"}
	for _, leaf := range slices.Sorted(maps.Keys(mutations)) {
		m := mutations[leaf]
		at := stdcmp.Or(m.at, leaf)
		if m.shownBy != "" {
			continue
		}
		t.Run(leaf, func(t *testing.T) {
			e := examples.Get(m.example)
			steady := e.Steady(t)
			before := references(examples.Run(t, steady))
			for _, v := range m.to {
				req := examples.Clone(t, steady)
				changed := claimed(t, e, func(c *fieldpath.Paved) { alter(t, c, map[string]any{at: v}) })
				req.GetObserved().GetComposite().GetResource().GetFields()["spec"] = changed.GetObserved().GetComposite().GetResource().GetFields()["spec"]
				for k, paths := range references(examples.Run(t, req)) {
					for _, p := range paths {
						if was, exists := before[k]; exists && !slices.Contains(was, p) && !slices.Contains(filled, p) {
							t.Errorf("%v adds %s to %s, an existing resource", v, p, k)
						}
					}
				}
			}
		})
	}
}

// references that the resources of a response have, by path.
func references(rsp *fnv1.RunFunctionResponse) map[string][]string {
	rs := make(map[string][]string)
	for k, r := range resources(rsp) {
		rs[k] = nil
		visitFields(structpb.NewStructValue(structOf(r)), "", func(path string, _ *structpb.Value) {
			if strings.HasSuffix(path, "Ref") || strings.HasSuffix(path, "Refs") {
				rs[k] = append(rs[k], path)
			}
		})
	}
	return rs
}
