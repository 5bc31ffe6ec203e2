package laws

import (
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/kinds"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/simulate"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// Laws are promises about every claim, whatever the state of the control plane.
// Here they are tested with every examples.Example, in random cases.
var (
	lawSeed  = flag.Uint64("seed", rand.Uint64(), "seed of the random cases")
	lawCases = flag.Int("cases", 10, "number of random cases for each law and example")
)

// rng of a test. Its sequence depends only on the seed and the test's name.
func rng(t *testing.T) *rand.Rand {
	t.Helper()
	t.Logf("to repeat: -run '^%s$' -seed %d -cases %d", t.Name(), *lawSeed, *lawCases)
	h := fnv.New64a()
	h.Write([]byte(t.Name()))
	return rand.New(rand.NewPCG(*lawSeed, h.Sum64()))
}

// share of the random cases, for slow laws.
func share(part int) int { return max(1, *lawCases/part) }

// aged is the steady request of an example some time later: its launch template
// has a later version than the first. With the first, a value that is desired
// while a fact is unknown would be right by chance.
func aged(t *testing.T, e examples.Example) *fnv1.RunFunctionRequest {
	t.Helper()
	return examples.Memoised(t, e.Name+" aged", func() *fnv1.RunFunctionRequest { return age(t, e.Steady(t)) })
}

// age a steady request.
func age(t *testing.T, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	t.Helper()
	template := object.Of(req.GetObserved().GetResources()["launch-template-system"].GetResource())
	template.Value("status.atProvider").GetStructValue().GetFields()["latestVersion"] = structpb.NewNumberValue(3)

	// All consequences are applied.
	rsp := examples.Run(t, req)
	desired := rsp.GetDesired()
	for k, o := range req.GetObserved().GetResources() {
		o.GetResource().GetFields()["spec"] = desired.GetResources()[k].GetResource().GetFields()["spec"]
	}
	req = examples.Clone(t, req)
	req.Observed.Composite.Resource = simulate.Composite(req.GetObserved().GetComposite().GetResource(), rsp)
	if d := differs(desired, examples.Run(t, req).GetDesired()); d != "" {
		t.Fatalf("desired state doesn't settle: -before, +after:\n%s", d)
	}
	return req
}

// A fault changes the observed state without a change of a spec.
type fault struct {
	name string
	do   func(r *rand.Rand, req *fnv1.RunFunctionRequest)
}

// statuslessXR is the fault that removes the composite resource's status.
const statuslessXR = "composite resource without status"

var faults = []fault{
	{name: "missing resources", do: func(r *rand.Rand, req *fnv1.RunFunctionRequest) {
		some(r, req, func(k string, _ *structpb.Struct) { delete(req.GetObserved().GetResources(), k) })
	}},
	{name: "blank status", do: func(r *rand.Rand, req *fnv1.RunFunctionRequest) {
		some(r, req, func(_ string, o *structpb.Struct) { blank(r, o) })
	}},
	{name: "regressed conditions", do: func(r *rand.Rand, req *fnv1.RunFunctionRequest) {
		some(r, req, func(_ string, o *structpb.Struct) { regress(r, o) })
	}},
	{name: statuslessXR, do: func(r *rand.Rand, req *fnv1.RunFunctionRequest) {
		blankXR(r, req.GetObserved().GetComposite().GetResource())
	}},
	{name: "other order", do: func(r *rand.Rand, req *fnv1.RunFunctionRequest) {
		if r.IntN(4) == 0 { // TestSameBytes always reorders.
			reorder(r, req)
		}
	}},
}

// addFaults adds each fault but some to a request, with a probability of one in oneIn. It
// returns their names.
func addFaults(r *rand.Rand, req *fnv1.RunFunctionRequest, oneIn int, except ...string) []string {
	var names []string
	for _, f := range faults {
		if !slices.Contains(except, f.name) && r.IntN(oneIn) == 0 {
			names = append(names, f.name)
			f.do(r, req)
		}
	}
	return names
}

// some adds a fault to a random share of the observed resources, from none to all.
func some(r *rand.Rand, req *fnv1.RunFunctionRequest, do func(key string, o *structpb.Struct)) {
	odds := 1.25 * r.Float64() // One in five cases has all of them.
	rs := req.GetObserved().GetResources()
	for _, k := range slices.Sorted(maps.Keys(rs)) {
		if r.Float64() < odds {
			do(k, rs[k].GetResource())
		}
	}
}

// blank the status of a resource, a part of it, or single fields.
func blank(r *rand.Rand, o *structpb.Struct) {
	status := o.GetFields()["status"].GetStructValue().GetFields()
	switch r.IntN(5) {
	case 0:
		delete(o.GetFields(), "status")
	case 1:
		o.GetFields()["status"] = structpb.NewStructValue(&structpb.Struct{})
	case 2:
		delete(status, "atProvider")
	case 3:
		delete(status, "conditions")
	default:
		dropFields(r, status["atProvider"].GetStructValue().GetFields())
	}
}

// dropFields drops each field with a probability of one half.
func dropFields(r *rand.Rand, fields map[string]*structpb.Value) {
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		if r.IntN(2) == 0 {
			delete(fields, k)
		}
	}
}

// regress the conditions of a resource, and the state of a release.
func regress(r *rand.Rand, o *structpb.Struct) {
	status := o.GetFields()["status"].GetStructValue().GetFields()
	for _, c := range status["conditions"].GetListValue().GetValues() {
		if s := []string{"True", "False", "Unknown"}[r.IntN(3)]; s != "True" {
			c.GetStructValue().GetFields()["status"] = structpb.NewStringValue(s)
		}
	}
	if p := status["atProvider"].GetStructValue().GetFields(); p["state"] != nil {
		p["state"] = structpb.NewStringValue([]string{"deployed", "failed", "pending-upgrade"}[r.IntN(3)])
	}
}

// blankXR blanks the status of the composite resource, the facts of AWS, or single fields
// at any depth.
func blankXR(r *rand.Rand, xr *structpb.Struct) {
	status := xr.GetFields()["status"].GetStructValue().GetFields()
	switch r.IntN(4) {
	case 0:
		delete(xr.GetFields(), "status")
	case 1:
		xr.GetFields()["status"] = structpb.NewStructValue(&structpb.Struct{})
	case 2:
		for _, k := range []string{"accountId", "cluster", "facts", "network", "queue", "versions"} {
			delete(status, k)
		}
	default:
		dropDeep(r, status)
	}
}

// dropDeep drops each field with a probability of one half, and fields of the others.
func dropDeep(r *rand.Rand, fields map[string]*structpb.Value) {
	dropFields(r, fields)
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		dropDeep(r, fields[k].GetStructValue().GetFields())
		for _, v := range fields[k].GetListValue().GetValues() {
			dropDeep(r, v.GetStructValue().GetFields())
		}
	}
}

// reorder all maps of a request, and its lists of conditions.
func reorder(r *rand.Rand, req *fnv1.RunFunctionRequest) {
	xr := req.GetObserved().GetComposite()
	xr.Resource = reordered(r, xr.GetResource())
	rs := make(map[string]*fnv1.Resource, len(req.GetObserved().GetResources()))
	for _, k := range shuffled(r, req.GetObserved().GetResources()) {
		o := req.GetObserved().GetResources()[k]
		o.Resource = reordered(r, o.GetResource())
		cs := object.Of(o.GetResource()).Value("status.conditions").GetListValue().GetValues()
		r.Shuffle(len(cs), func(i, j int) { cs[i], cs[j] = cs[j], cs[i] })
		rs[k] = o
	}
	req.Observed.Resources = rs
}

func reordered(r *rand.Rand, s *structpb.Struct) *structpb.Struct {
	n := &structpb.Struct{Fields: make(map[string]*structpb.Value, len(s.GetFields()))}
	for _, k := range shuffled(r, s.GetFields()) {
		v := s.GetFields()[k]
		if c := v.GetStructValue(); c != nil {
			v = structpb.NewStructValue(reordered(r, c))
		}
		n.Fields[k] = v
	}
	return n
}

func shuffled[V any](r *rand.Rand, m map[string]V) []string {
	ks := slices.Sorted(maps.Keys(m))
	r.Shuffle(len(ks), func(i, j int) { ks[i], ks[j] = ks[j], ks[i] })
	return ks
}

// TestNeverDrops is the first promise: the function never drops or changes an
// existing resource that the spec still needs, whatever the observed state.
//
// While the composite resource's status has the facts, the whole desired state stays the
// same, except what only an existing resource can have: see withoutIDs. Without that
// status, a resource retains the observed values of unknown facts, which here equal the
// desired ones. TestRetainsFields has resources whose observed values differ.
func TestNeverDrops(t *testing.T) {
	t.Parallel()
	for name, moment := range moments(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rng(t)
			want := examples.Run(t, moment).GetDesired()
			for i := range *lawCases {
				req := examples.Clone(t, moment)
				names := addFaults(r, req, 2)
				if d := dropped(runPartial(t, moment, req), want, req, !slices.Contains(names, statuslessXR)); d != "" {
					t.Fatalf("case %d: %s: %s", i, strings.Join(names, ", "), d)
				}
			}
		})
	}
}

// dropped reports a resource, or a field of it, that a response no longer
// desires: of the observed resources, or of all wanted ones if the status has
// the facts.
func dropped(rsp *fnv1.RunFunctionResponse, want *fnv1.State, req *fnv1.RunFunctionRequest, recorded bool) string {
	if m := render.Fatal(rsp); m != "" {
		return "refused: " + m
	}
	for _, k := range slices.Sorted(maps.Keys(want.GetResources())) {
		_, exists := req.GetObserved().GetResources()[k]
		if !exists && (!recorded || strings.HasPrefix(k, "usage-")) {
			continue // A Usage is created when both its ends are observed.
		}
		got, ok := rsp.GetDesired().GetResources()[k]
		if !ok {
			return k + " is dropped"
		}
		w, g := want.GetResources()[k].GetResource(), got.GetResource()
		if _, exists := req.GetObserved().GetResources()[k]; !exists {
			w, g = withoutIDs(w), withoutIDs(g)
		}
		if d := differs(w, g); d != "" {
			return fmt.Sprintf("%s changes: -want, +got:\n%s", k, d)
		}
	}
	if d := differs(retainedStatus(want), retainedStatus(rsp.GetDesired())); recorded && d != "" {
		return "the status of the composite resource changes: -want, +got:\n" + d
	}
	return ""
}

// retainedStatus is the status that the composite resource retains, whatever is observed:
// all fields except those on the current progress.
func retainedStatus(s *fnv1.State) *structpb.Struct {
	m := &structpb.Struct{Fields: maps.Clone(object.Of(s.GetComposite().GetResource()).Value("status").GetStructValue().GetFields())}
	for _, k := range []string{"phase", "resources", "waitsFor"} {
		delete(m.GetFields(), k)
	}
	return m
}

// withoutIDs is the part of a desired resource that doesn't depend on its existence. It
// omits the policy LateInitialize, which is desired until the id is known, ids of other
// resources, which the provider resolves from references at creation, and immutable
// fields, whose values are retained from the existing resource.
func withoutIDs(o *structpb.Struct) *structpb.Struct {
	o = examples.CloneObject(o)
	for _, field := range kinds.OfObject(object.Of(o)).Immutable {
		last := strings.LastIndex(field.Path, ".")
		parent, field := field.Path[:last], field.Path[last+1:]
		delete(object.Of(o).Value(parent).GetStructValue().GetFields(), field)
	}
	if ps := object.Of(o).Value("spec.managementPolicies").GetListValue(); ps != nil {
		ps.Values = slices.DeleteFunc(ps.GetValues(), func(v *structpb.Value) bool { return v.GetStringValue() == "LateInitialize" })
	}
	f := object.Of(o).Value("spec.forProvider").GetStructValue().GetFields()
	delete(f, "natGatewayId")
	delete(f["vpcConfig"].GetStructValue().GetFields(), "subnetIds")
	return o
}

// differs returns the difference between messages. It first checks for
// equality, because most compared messages are equal and cmp is slow.
func differs(want, got proto.Message) string {
	if proto.Equal(want, got) {
		return ""
	}
	return cmp.Diff(want, got, protocmp.Transform())
}

// TestRetainsFields is the first promise for resources that differ from the desired
// state. A resource with an unknown fact retains the observed values of the fields that
// contain the fact, and only those. A resource with known facts is desired as described,
// whatever was edited.
func TestRetainsFields(t *testing.T) {
	t.Parallel()
	for name, moment := range moments(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rng(t)
			want := examples.Run(t, moment).GetDesired()
			for i := range share(10) {
				drifted := examples.Clone(t, moment)
				some(r, drifted, func(_ string, o *structpb.Struct) { drift(r, o) })
				if d := differs(want, examples.Run(t, drifted).GetDesired()); d != "" {
					t.Fatalf("case %d: drifted resources, all facts known: -want, +got:\n%s", i, d)
				}

				delete(drifted.GetObserved().GetComposite().GetResource().GetFields(), "status")
				for _, o := range drifted.GetObserved().GetResources() {
					delete(o.GetResource().GetFields(), "status")
				}
				got := examples.Run(t, drifted).GetDesired()
				for k, o := range wantRetained(t, drifted, want) {
					if d := differs(o, got.GetResources()[k].GetResource()); d != "" {
						t.Fatalf("case %d: drifted resources, no fact known: %s: -want, +got:\n%s", i, k, d)
					}
				}
			}
		})
	}
}

// drift changes or removes fields of a resource's spec.
func drift(r *rand.Rand, o *structpb.Struct) {
	if ps := object.Of(o).Value("spec.managementPolicies").GetListValue(); ps != nil && r.IntN(2) == 0 {
		ps.Values = ps.GetValues()[:1]
	}
	unreported := map[string]bool{"spec.forProvider.instanceTypes": true} // It's only known from the status.
	for _, f := range kinds.OfObject(object.Of(o)).Immutable {
		unreported[f.Path] = unreported[f.Path] || f.Unreported
	}
	for _, half := range []string{"forProvider", "initProvider"} {
		f := object.Of(o).Value("spec." + half).GetStructValue().GetFields()
		for _, k := range slices.Sorted(maps.Keys(f)) {
			switch s, isString := f[k].GetKind().(*structpb.Value_StringValue); {
			case r.IntN(2) == 0:
			case unreported["spec."+half+"."+k]: // It cannot be retained.
			case isString && r.IntN(2) == 0:
				f[k] = structpb.NewStringValue(s.StringValue + "-drifted")
			default:
				delete(f, k)
			}
		}
	}
}

// wantRetained are the resources to desire while facts are unknown: with the observed
// values of the fields that contain them.
func wantRetained(t *testing.T, req *fnv1.RunFunctionRequest, want *fnv1.State) map[string]*structpb.Struct {
	t.Helper()
	composed, err := function.Compose(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	if len(composed.Assembly.Withheld()) > 0 {
		t.Fatalf("%s is dropped", composed.Assembly.Withheld()[0].Key)
	}
	h := make(map[string]*structpb.Struct)
	for _, part := range composed.Parts {
		for _, res := range part.Resources {
			k := string(res.Key)
			obj := fieldpath.Pave(want.GetResources()[k].GetResource().AsMap())
			observed := object.Of(req.GetObserved().GetResources()[k].GetResource())
			var paths []string
			for _, u := range res.Unknown() {
				paths = append(paths, u.Paths...)
			}
			for _, sw := range res.Switches {
				paths = append(paths, sw.Paths...) // No Usage is reported to be in force.
			}
			for _, f := range res.Immutable {
				// Its value in AWS isn't reported.
				if v, err := obj.GetValue(f.Path); observed.Value(f.Path) != nil && (err != nil || v != f.AllowedValue) {
					paths = append(paths, f.Path)
				}
			}
			if k == "cluster" && want.GetResources()["secrets-key"] == nil {
				// Neither are its creation and its key.
				paths = append(paths, "spec.initProvider.encryptionConfig")
			}
			for _, path := range paths {
				if v := observed.Value(path); v != nil {
					err = obj.SetValue(path, v.AsInterface())
				} else {
					err = obj.DeleteField(path)
				}
				if err != nil {
					t.Fatalf("%s: %s: %v", k, path, err)
				}
			}
			if h[k], err = structpb.NewStruct(obj.UnstructuredContent()); err != nil {
				t.Fatal(err)
			}
		}
	}
	return h
}

// TestRemoves is the counterpart of the first promise: the function removes exactly the
// resources that the spec removes, in a safe order. Each stage lists the removals of one
// pass.
func TestRemoves(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason  string
		example string
		remove  []string
		want    [][]string
	}{
		"NodePool": {
			reason:  "One of several NodePools is removed, whatever its index. Its class is retained until its nodes are gone.",
			example: "node-pools",
			remove:  []string{"spec.karpenter.nodePools[0]"},
			want: [][]string{
				{"usage-node-pool-general"},
				{"node-pool-general"},
				nil, // It drains.
				{"usage-node-class-default.node-pool-general"},
			},
		},
		"NodePoolAndClass": {
			reason:  "A class is removed once the last node of its pool is gone. Karpenter is retained until the class is gone.",
			example: "node-pools",
			remove:  []string{"spec.karpenter.nodePools[1]", "spec.karpenter.nodeClasses[1]"},
			want: [][]string{
				{"usage-node-pool-arm"},
				{"node-pool-arm"},
				nil,
				{"usage-node-class-bottlerocket.node-pool-arm"},
				{"node-class-bottlerocket"},
				{"usage-karpenter.node-class-bottlerocket"},
			},
		},
		"LastNodePool": {
			reason:  "The default NodePools don't replace removed ones.",
			example: "seafarer-cluster",
			remove:  []string{"spec.karpenter.nodePools[0]"},
			want: [][]string{
				{"usage-node-pool-default"},
				{"node-pool-default"},
				nil,
				{"usage-node-class-default.node-pool-default"},
			},
		},
		"Addon": {
			reason:  "An add-on of the claim is removed, also from EKS: its provider gets the policy Delete first.",
			example: "node-pools",
			remove:  []string{"spec.addons[1]"},
			want:    [][]string{nil, {"addon-metrics-server"}},
		},
		"ConfiguredAddon": {
			reason:  "A standard add-on stays when its configuration is removed.",
			example: "seafarer-cluster",
			remove:  []string{"spec.addons[0]"},
		},
		"OIDCProvider": {
			reason:  "The OIDC provider is only for workloads.",
			example: "node-pools",
			remove:  []string{"spec.iam.withOIDC"},
			want:    [][]string{{"oidc-provider"}},
		},
		"FargateLogging": {
			reason:  "Its objects in the cluster are removed with it.",
			example: "seafarer-cluster",
			remove:  []string{"spec.observability.fargateLogging"},
			want:    [][]string{nil, {"fargate-logging", "fargate-logging-namespace"}},
		},
		"Zone": {
			reason:  "A zone that the cluster was created in stays.",
			example: "nat-per-zone",
			remove:  []string{"spec.network.zones[1]"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := newControlPlane(t, rng(t), examples.Get(tc.example).Steady(t))
			c.edit(func(xr *fieldpath.Paved) {
				for _, path := range tc.remove {
					if err := xr.DeleteField(path); err != nil {
						t.Fatal(err)
					}
				}
			})
			var got [][]string
			for range len(tc.want) + 3 {
				gone, err := c.reconcile(nil)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, gone)
				c.step()
			}
			for len(got) > 0 && got[len(got)-1] == nil {
				got = got[:len(got)-1]
			}
			if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("\n%s\nremoved in each pass: -want, +got:\n%s", tc.reason, diff)
			}
			for k, o := range c.objects {
				if !o.observed {
					t.Errorf("%s still exists", k)
				}
			}
		})
	}
}

// TestRetainsAccess is the first promise for the providers' access entry: it stays when
// the platform team no longer sets its principal.
func TestRetainsAccess(t *testing.T) {
	t.Parallel()
	steady := examples.Get("fenced").Steady(t)
	want := examples.Run(t, steady).GetDesired()
	req := examples.Clone(t, steady)
	delete(req.GetInput().GetFields(), "providerPrincipalARN")
	got := examples.Run(t, req).GetDesired()
	for _, k := range []string{"access-provider", "access-provider-admin"} {
		if d := differs(want.GetResources()[k], got.GetResources()[k]); d != "" || want.GetResources()[k] == nil {
			t.Errorf("%s: -want, +got:\n%s", k, d)
		}
	}
}

// TestConverges is the second promise: each pass desires more, and after a few passes
// everything is ready.
func TestConverges(t *testing.T) {
	t.Parallel()
	const most = 4
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			ps := passesOf(t, e)
			if len(ps) > most {
				t.Errorf("got %d passes, want %d at most", len(ps), most)
			}
			for i := 1; i < len(ps); i++ {
				if gone := missing(ps[i-1].Response, ps[i].Response); len(gone) > 0 {
					t.Errorf("pass %d drops %v", i+1, gone)
				}
			}
			last := ps[len(ps)-1]
			if ws := last.Assembly.Withheld(); len(ws) > 0 {
				t.Errorf("after the last pass %s still waits for %v", ws[0].Key, ws[0].WaitsFor)
			}
			for _, problem := range unready(last.Response) {
				t.Errorf("after the last pass %s", problem)
			}
			want := []string{function.ConditionValid}
			for _, p := range last.Assembly.Parts {
				if len(p.Resources) > 0 {
					want = append(want, p.ConditionType())
				}
			}
			want = append(want, compose.ConditionTeardownSafe)
			want = append(want, function.Quiet()...)
			var got []string
			for _, c := range last.Response.GetConditions() {
				got = append(got, c.GetType())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("conditions: -want, +got:\n%s", diff)
			}
		})
	}
}

// passesOf an example, until nothing changes. Tests share them and must not modify them.
func passesOf(t *testing.T, e examples.Example) []render.Pass {
	t.Helper()
	once, _ := passes.LoadOrStore(e.Name, sync.OnceValues(func() ([]render.Pass, error) {
		return render.Passes(context.Background(), e.Request(t))
	}))
	ps, err := once.(func() ([]render.Pass, error))()
	if err != nil {
		t.Fatal(err)
	}
	return ps
}

// passes of examples, by name.
var passes sync.Map

// simulated passes of a request.
func simulated(t *testing.T, req *fnv1.RunFunctionRequest) []render.Pass {
	t.Helper()
	ps, err := render.Passes(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return ps
}

// missing resources: those of one response that another doesn't desire.
func missing(before, after *fnv1.RunFunctionResponse) []string {
	var gone []string
	for k := range before.GetDesired().GetResources() {
		if _, ok := after.GetDesired().GetResources()[k]; !ok {
			gone = append(gone, k)
		}
	}
	slices.Sort(gone)
	return gone
}

// unready lists resources and conditions that aren't ready.
func unready(rsp *fnv1.RunFunctionResponse) []string {
	var us []string
	for k, r := range rsp.GetDesired().GetResources() {
		if r.GetReady() != fnv1.Ready_READY_TRUE {
			us = append(us, k+" isn't ready")
		}
	}
	if rsp.GetDesired().GetComposite().GetReady() == fnv1.Ready_READY_FALSE {
		us = append(us, "the composite resource isn't ready")
	}
	for _, c := range rsp.GetConditions() {
		if good := !slices.Contains(function.Quiet(), c.GetType()); good != (c.GetStatus() == fnv1.Status_STATUS_CONDITION_TRUE) {
			us = append(us, fmt.Sprintf("condition %s is %s: %s", c.GetType(), c.GetStatus(), c.GetMessage()))
		}
	}
	slices.Sort(us)
	return us
}

// TestConvergesAtAnyPace is the second promise with slow providers: resources
// are created, and report their state, in any order.
func TestConvergesAtAnyPace(t *testing.T) {
	t.Parallel()
	const most = 60
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r := rng(t)
			want := examples.Run(t, e.Steady(t)).GetDesired()
			for i := range share(50) {
				req := e.Request(t)
				before := examples.Run(t, req)
				for n := 0; !proto.Equal(want, before.GetDesired()); n++ {
					if n == most {
						t.Fatalf("case %d: after %d passes the result differs from that of TestConverges: -want, +got:\n%s", i, n, differs(want, before.GetDesired()))
					}
					req = step(r, req, before)
					rsp := examples.Run(t, req)
					if m := render.Fatal(rsp); m != "" {
						t.Fatalf("case %d: pass %d is refused: %s", i, n, m)
					}
					if gone := missing(before, rsp); len(gone) > 0 {
						t.Fatalf("case %d: pass %d drops %v", i, n, gone)
					}
					before = rsp
				}
			}
		})
	}
}

// step to the next request, in which some desired resources have made progress:
// one was created, reports its state, or was updated.
func step(r *rand.Rand, req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) *fnv1.RunFunctionRequest {
	n := render.Next(req, rsp)
	done := n.GetObserved().GetResources()
	for _, k := range slices.Sorted(maps.Keys(done)) {
		before, existed := req.GetObserved().GetResources()[k]
		switch {
		case r.IntN(3) == 0:
		case existed:
			done[k] = before
		case r.IntN(2) == 0:
			delete(done, k)
		default:
			blank(r, done[k].GetResource())
			regress(r, done[k].GetResource())
		}
	}
	return n
}

// TestSameBytes is the third promise: the same request gets the same bytes,
// whatever the order of its maps.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r := rng(t)
			for _, req := range []*fnv1.RunFunctionRequest{e.Request(t), e.Steady(t)} {
				want := bytesOf(t, examples.Run(t, req))
				for i := range share(15) {
					again := examples.Clone(t, req)
					reorder(r, again)
					if diff := cmp.Diff(want, bytesOf(t, examples.Run(t, again))); diff != "" {
						t.Fatalf("case %d: -want, +got:\n%s", i, diff)
					}
				}
			}
		})
	}
}

func bytesOf(t *testing.T, rsp *fnv1.RunFunctionResponse) string {
	t.Helper()
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(rsp)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}
