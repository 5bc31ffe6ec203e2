package laws

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/kinds"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// latched are the fields of a claim that a platform retains when they are taken out, and why.
var latched = map[string]string{
	"spec.accountId":   "a platform stays in its account",
	"spec.clusterName": "names in AWS are immutable",
	"spec.controlPlane.secretsEncryption.enabled": "EKS takes it only when it creates a cluster",
	"spec.controlPlane.secretsEncryption.keyARN":  "EKS takes it only when it creates a cluster",
	"spec.controlPlane.serviceCIDR":               "EKS takes it only when it creates a cluster",
	"spec.iam.workloadIdentity":                   "the provider cannot remove roles for IRSA from add-ons",
	"spec.karpenter.namespace":                    "Helm would install Karpenter again",
	"spec.network.cidr":                           "EC2 takes it only when it creates a VPC",
	"spec.network.subnetPrefixLength":             "EC2 takes it only when it creates a subnet",
	"spec.network.zoneCount":                      "a control plane stays in the zones in which it was created",
	"spec.network.zones[]":                        "a control plane stays in the zones in which it was created",
	"spec.systemNodes.amiType":                    "EKS would replace the node group",
	"spec.systemNodes.capacityType":               "EKS would replace the node group",
	"spec.systemNodes.instanceTypes[]":            "EKS would replace the node group",
	"spec.systemNodes.desiredSize":                "an existing group retains its size",
	"spec.systemNodes.name":                       "EKS would replace the node group",
}

// unsetInAWS are the values that AWS takes for those that it never had, by kind and path.
var unsetInAWS = map[string]string{
	// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html
	"Addon configurationValues": "{}",
}

// chosenByAWS are fields whose values AWS chooses once, by kind and path, and why they are
// retained when the claim no longer has them.
var chosenByAWS = map[string]string{
	"Addon addonVersion": "EKS chooses a version only at creation, and the reference documents that unset retains it",
}

// TestUnset is the law that a platform forgets a field that is taken out of its claim: in
// AWS it becomes what it would be if the claim had never had the field. AWS retains the old
// values of some fields that are left out, so their defaults have to be desired.
func TestUnset(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			with, r := claimOf(t, e), rng(t)
			fields := fieldsIn(t, with)
			maps.DeleteFunc(fields, func(leaf, _ string) bool { return latched[leaf] != "" })
			paths := slices.Sorted(maps.Values(fields))
			r.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
			for _, path := range paths[:min(len(paths), share(5))] {
				unset(t, e, with, path)
			}
		})
	}
}

// TestUnsetMutations is the same law for every field of the schema.
func TestUnsetMutations(t *testing.T) {
	t.Parallel()
	for _, leaf := range slices.Sorted(maps.Keys(mutations)) {
		m := mutations[leaf]
		if m.shownBy != "" || latched[leaf] != "" {
			continue
		}
		t.Run(leaf, func(t *testing.T) {
			t.Parallel()
			e, at := examples.Get(m.example), m.at
			if at == "" {
				at = leaf
			}
			with := claimOf(t, e)
			alter(t, with, map[string]any{at: m.to[0]})
			unset(t, e, with, at)
		})
	}
}

// sometimesSet are the fields that AWS retains when they are left out, and that only some
// resources of a kind have: by kind and path, why that is.
var sometimesSet = map[string]string{
	"Addon addonVersion":                  chosenByAWS["Addon addonVersion"],
	"Addon configurationValues":           "it's an empty object once an add-on that was configured no longer is",
	"Cluster encryptionConfig":            "EKS takes it only when it creates a cluster",
	"Cluster kubernetesNetworkConfig":     "its only field is serviceIpv4Cidr, which is latched",
	"Cluster vpcConfig.publicAccessCidrs": "EKS ignores it while there is no public access",
	"Subnet availabilityZone":             "it's immutable, and each subnet has either the name or the id of its zone",
	"Subnet availabilityZoneId":           "it's immutable, and each subnet has either the name or the id of its zone",
}

// TestSometimesSet compares the provider's schema with the resources of all examples. A field
// that AWS retains when it's left out is desired of every resource of its kind, or of none,
// or there is a reason.
func TestSometimesSet(t *testing.T) {
	t.Parallel()
	isSet, isLeftOut := make(map[string]bool), make(map[string]bool)
	for _, e := range examples.All(t) {
		steady := make(inAWS)
		steady.apply(t, e.Steady(t))
		for _, r := range steady {
			visit(terraform(t)[r.kind], r.fields, r.kind.Kind+" ", func(field string, set bool) {
				isSet[field], isLeftOut[field] = isSet[field] || set, isLeftOut[field] || !set
			})
		}
	}
	for _, field := range slices.Sorted(maps.Keys(isSet)) {
		switch some, why := isSet[field] && isLeftOut[field], sometimesSet[field]; {
		case some && why == "":
			t.Errorf("%s is left out of some resources: desire its default", field)
		case !some && why != "":
			t.Errorf("%s is set always or never: it needs no reason", field)
		}
	}
}

// visit the fields of a tree, and whether they are set.
func visit(tree optionalComputed, fields map[string]any, path string, do func(field string, set bool)) {
	for name, inner := range tree {
		v, ok := fields[name]
		do(path+name, ok)
		if object, ok := v.(map[string]any); ok {
			visit(inner, object, path+name+".", do)
		}
	}
}

// TestLatched checks that each latched field exists.
func TestLatched(t *testing.T) {
	t.Parallel()
	for leaf := range latched {
		if _, ok := mutations[leaf]; !ok {
			t.Errorf("%s isn't a field", leaf)
		}
	}
}

func claimOf(t *testing.T, e examples.Example) *fieldpath.Paved {
	t.Helper()
	var claim *fieldpath.Paved
	claimed(t, e, func(c *fieldpath.Paved) { claim = c })
	return claim
}

// requestOf an example with another claim.
func requestOf(t *testing.T, e examples.Example, claim *fieldpath.Paved) *fnv1.RunFunctionRequest {
	t.Helper()
	return claimed(t, e, func(c *fieldpath.Paved) { alter(t, c, map[string]any{"spec": claim.UnstructuredContent()["spec"]}) })
}

// fieldsIn a claim: the path of the first field of each leaf of the schema.
func fieldsIn(t *testing.T, claim *fieldpath.Paved) map[string]string {
	t.Helper()
	spec, fields := specSchema(t), make(map[string]string)
	var add func(v any, path string)
	add = func(v any, path string) {
		leaf := leafOf(t, spec, path)
		if _, ok := mutations[leaf]; ok {
			if strings.HasSuffix(leaf, "[]") {
				path = path[:strings.LastIndex(path, "[")]
			}
			if fields[leaf] == "" {
				fields[leaf] = path
			}
			return
		}
		switch v := v.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				add(v[k], path+fieldSegment(k))
			}
		case []any:
			for i, item := range v {
				add(item, fmt.Sprintf("%s[%d]", path, i))
			}
		}
	}
	add(claim.UnstructuredContent()["spec"], "spec")
	return fields
}

// fieldSegment of a path.
func fieldSegment(name string) string {
	if strings.ContainsAny(name, "./") {
		return "[" + name + "]"
	}
	return "." + name
}

// withoutField is a claim without a field, or without a list.
func withoutField(claim *fieldpath.Paved, path string) *fieldpath.Paved {
	without := fieldpath.Pave(runtime.DeepCopyJSON(claim.UnstructuredContent()))
	_ = without.DeleteField(path) // What isn't there needs no deletion.
	return without
}

func refused(t *testing.T, e examples.Example, claim *fieldpath.Paved) bool {
	t.Helper()
	return render.Fatal(examples.Run(t, requestOf(t, e, claim))) != ""
}

// settledWith another claim, an example.
func settledWith(t *testing.T, e examples.Example, claim *fieldpath.Paved) *fnv1.RunFunctionRequest {
	t.Helper()
	return examples.Memoised(t, fmt.Sprint(e.Name, claim.UnstructuredContent()), func() *fnv1.RunFunctionRequest {
		return examples.Settled(t, requestOf(t, e, claim))
	})
}

// unset a field of an example's claim once the example is settled with it.
func unset(t *testing.T, e examples.Example, with *fieldpath.Paved, path string) {
	t.Helper()
	never := withoutField(with, path)
	if i := strings.LastIndex(path, "]."); refused(t, e, never) && i >= 0 {
		never = withoutField(with, path[:i+1]) // A required field goes with its item.
	}
	if refused(t, e, never) {
		return
	}
	req, want, got := settledWith(t, e, with), make(inAWS), make(inAWS)
	got.apply(t, req)
	wanted := settledWith(t, e, never)
	want.apply(t, wanted)
	req.GetObserved().GetComposite().GetResource().GetFields()["spec"] = wanted.GetObserved().GetComposite().GetResource().GetFields()["spec"]
	for {
		rsp := examples.Run(t, req)
		if m := render.Fatal(rsp); m != "" {
			t.Errorf("%s cannot be taken out: %s", path, m)
			return
		}
		n := render.Next(req, rsp)
		if proto.Equal(n, req) {
			break
		}
		got.apply(t, n)
		req = n
	}
	for _, d := range want.differences(got) {
		t.Errorf("%s is taken out: %s", path, d)
	}
}

// inAWS are the fields of resources as AWS has them, by key.
type inAWS map[string]inAWSResource

// An inAWSResource has a kind and the fields of spec.forProvider.
type inAWSResource struct {
	kind   schema.GroupKind
	fields map[string]any
}

// apply what is observed: AWS changes the fields that a resource has, and retains others
// that are optional and computed.
func (a inAWS) apply(t *testing.T, req *fnv1.RunFunctionRequest) {
	t.Helper()
	trees, observed := terraform(t), req.GetObserved().GetResources()
	for k, r := range observed {
		o := object.Of(r.GetResource())
		if kind := kinds.OfObject(o); kind.Object != nil && trees[kind.GroupVersionKind().GroupKind()] != nil {
			now := inAWSResource{kind: kind.GroupVersionKind().GroupKind(), fields: o.Value("spec.forProvider").GetStructValue().AsMap()}
			if _, exists := a[k]; !exists {
				retain(trees[now.kind], o.Value("spec.initProvider").GetStructValue().AsMap(), now.fields)
			}
			retain(trees[now.kind], a[k].fields, now.fields)
			a[k] = now
		}
	}
	maps.DeleteFunc(a, func(k string, _ inAWSResource) bool { return observed[k] == nil })
}

// retain fields that are left out.
func retain(tree optionalComputed, before, now map[string]any) {
	for name, inner := range tree {
		was, existed := before[name].(map[string]any)
		is, exists := now[name].(map[string]any)
		switch {
		case existed && exists:
			retain(inner, was, is)
		case now[name] == nil && before[name] != nil:
			now[name] = before[name]
		}
	}
}

// differences of what AWS has from what is wanted.
func (a inAWS) differences(got inAWS) []string {
	var ds []string
	for _, k := range sortedKeys(a, got) {
		want, is := a[k].leaves(), got[k].leaves()
		for _, p := range sortedKeys(want, is) {
			field := got[k].kind.Kind + " " + p
			if want[p] != is[p] && (want[p] != "" || unsetInAWS[field] != is[p] && chosenByAWS[field] == "") {
				ds = append(ds, fmt.Sprintf("%s %s: want %q, got %q", k, p, want[p], is[p]))
			}
		}
	}
	return ds
}

// sortedKeys of two maps.
func sortedKeys[V any](a, b map[string]V) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// leaves of a resource, by path.
func (r inAWSResource) leaves() map[string]string {
	ls := make(map[string]string)
	addLeaves(ls, r.fields, "")
	if r.kind.Kind != "" {
		ls["kind"] = r.kind.String()
	}
	return ls
}

// addLeaves of a value.
func addLeaves(ls map[string]string, v any, path string) {
	switch v := v.(type) {
	case map[string]any:
		for k, c := range v {
			addLeaves(ls, c, strings.TrimPrefix(path+"."+k, "."))
		}
	case []any:
		for i, c := range v {
			addLeaves(ls, c, fmt.Sprintf("%s[%d]", path, i))
		}
	default:
		ls[path] = fmt.Sprint(v)
	}
}
