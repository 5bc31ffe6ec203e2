package laws

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"sigs.k8s.io/yaml"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// A namespaced composite resource, which needs no claim, gets the same response as a
// claim of that name in that namespace, so each promise about claims applies to it, too.
// Here it's in the namespace of Argo CD, which every example allows: in another one it
// cannot compose Argo CD's Secret.
const commonNamespace = "argocd"

// common is a request for a claim that is in the common namespace.
func common(t *testing.T, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	t.Helper()
	req = examples.Clone(t, req)
	examples.Set(req, `"`+commonNamespace+`"`, "spec", "claimRef", "namespace")
	examples.Set(req, `"`+commonNamespace+`"`, "metadata", "labels", "crossplane.io/claim-namespace")
	return req
}

// withoutClaim is a request for a claim, as it is without one.
func withoutClaim(t *testing.T, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	t.Helper()
	req = examples.Clone(t, req)
	o := req.GetObserved().GetComposite().GetResource()
	o.Fields["kind"] = structpb.NewStringValue("SeafarerCluster")
	claim := object.Of(o).Value("spec.claimRef").GetStructValue().GetFields()
	o.Fields["metadata"] = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"name": claim["name"], "namespace": claim["namespace"]}})
	delete(examples.At(o, "spec").GetStructValue().GetFields(), "claimRef")
	delete(req.GetObserved().GetResources(), usageOfComposite)
	return req
}

// answersDiffer returns the differences without a claim, except for expected ones: claims
// have connection details, and a composite resource that is guarded with the claim.
func answersDiffer(t *testing.T, claimed, without *fnv1.RunFunctionRequest) string {
	t.Helper()
	want, got := examples.Run(t, claimed), examples.Run(t, without)
	if rs := want.GetDesired().GetResources(); rs[usageOfComposite] != nil {
		delete(rs, usageOfComposite)
		withoutCounts(want)
		withoutCounts(got)
	}
	if c := want.GetDesired().GetComposite(); c != nil {
		c.ConnectionDetails = nil
		c.GetResource().GetFields()["kind"] = structpb.NewStringValue("SeafarerCluster")
	}
	return differs(want, got)
}

// withoutCounts removes counts of resources from a response: those in the status, and
// those of Usages in conditions and events.
func withoutCounts(rsp *fnv1.RunFunctionResponse) {
	delete(object.Of(rsp.GetDesired().GetComposite().GetResource()).Value("status").GetStructValue().GetFields(), "resources")
	rsp.Conditions = slices.DeleteFunc(rsp.GetConditions(), func(c *fnv1.Condition) bool { return c.GetType() == compose.ConditionTeardownSafe })
	rsp.Results = slices.DeleteFunc(rsp.GetResults(), func(r *fnv1.Result) bool { return strings.HasPrefix(r.GetMessage(), compose.ConditionTeardownSafe+" ") })
}

// unclaimedFiles are an example's manifest as a namespaced composite resource, without
// the fields of claims, and its Composition.
func unclaimedFiles(t *testing.T, e examples.Example) render.Files {
	t.Helper()
	var claim map[string]any
	if err := yaml.Unmarshal([]byte(examples.Read(t, e.Claim())), &claim); err != nil {
		t.Fatal(err)
	}
	if spec, ok := claim["spec"].(map[string]any); ok {
		delete(spec, "writeConnectionSecretToRef")
	}
	if meta, ok := claim["metadata"].(map[string]any); ok {
		meta["namespace"] = commonNamespace
	}
	b, err := yaml.Marshal(claim)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := render.Files{Claim: filepath.Join(dir, "claim.yaml"), Composition: examples.Path("apis-namespaced", "composition.yaml")}
	if err := os.WriteFile(c.Claim, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if f := filepath.Join(e.Dir, "composition.yaml"); examples.Exists(f) {
		composition := regexp.MustCompile(`(?m)^  writeConnectionSecretsToNamespace: .*\n`).ReplaceAllString(examples.Read(t, f), "")
		c.Composition = filepath.Join(dir, "composition.yaml")
		if err := os.WriteFile(c.Composition, []byte(strings.Replace(composition, "kind: XSeafarerCluster", "kind: SeafarerCluster", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// TestNamespacedExamples composes each example without a claim, pass by pass.
func TestNamespacedExamples(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			req, err := unclaimedFiles(t, e).Request(nil)
			if err != nil {
				t.Fatal(err)
			}
			claimed := common(t, e.Request(t))
			if d := differs(withoutClaim(t, claimed), req); d != "" {
				t.Fatalf("the same manifest gives another request: -want, +got:\n%s", d)
			}
			for i := range render.MaxPasses {
				if d := answersDiffer(t, claimed, req); d != "" {
					t.Fatalf("pass %d: -with a claim, +without:\n%s", i+1, d)
				}
				rsp := examples.Run(t, req)
				n := render.Next(req, rsp)
				if proto.Equal(req, n) {
					if rsp.GetDesired().GetResources()["kubeconfig"] == nil {
						t.Error("the kubeconfig's Secret is missing")
					}
					return
				}
				claimed, req = render.Next(claimed, examples.Run(t, claimed)), n
			}
			t.Errorf("no settled state in %d passes", render.MaxPasses)
		})
	}
}

// TestNamespacedInvalidExamples checks that invalid examples are also refused without a
// claim.
func TestNamespacedInvalidExamples(t *testing.T) {
	t.Parallel()
	for _, e := range examples.Invalid(t) {
		t.Run(e.Name, func(t *testing.T) {
			req, err := unclaimedFiles(t, e).Request(nil)
			if err == nil {
				_, err = render.First(t.Context(), req)
			}
			if want := examples.Refusal(examples.Read(t, e.File("want.txt"))); err == nil || err.Error() != want {
				t.Errorf("render: want %s, got %v", want, err)
			}
		})
	}
}

// TestNamespaced tests that promise at every moment of every examples.Example, with
// faults.
func TestNamespaced(t *testing.T) {
	t.Parallel()
	for name, moment := range moments(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rng(t)
			for i := range share(10) {
				req := common(t, moment)
				names := addFaults(r, req, 2)
				if d := answersDiffer(t, req, withoutClaim(t, req)); d != "" {
					t.Fatalf("case %d: %s: -with a claim, +without:\n%s", i, strings.Join(names, ", "), d)
				}
			}
		})
	}
}

// TestNamespacedFields checks that each mode refuses the fields that Crossplane adds in
// the other, as the API server does, and accepts its own.
func TestNamespacedFields(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		kind   string
		field  string
		want   string
	}{
		"Claimed":     {reason: "A claim's composite resource has Crossplane's fields in spec.", kind: "XSeafarerCluster", field: "resourceRefs"},
		"Namespaced":  {reason: "A namespaced one has them in spec.crossplane.", kind: "SeafarerCluster", field: "crossplane"},
		"NotTheOther": {reason: "A namespaced one has no connection Secret.", kind: "SeafarerCluster", field: "writeConnectionSecretToRef", want: `spec.writeConnectionSecretToRef: Invalid value: unknown field`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			req := requestFor(xr)
			examples.Set(req, `"`+tc.kind+`"`, "kind")
			examples.Set(req, `{"name": "a"}`, "spec", tc.field)
			if tc.kind == "SeafarerCluster" {
				examples.Set(req, `{"name": "a", "namespace": "b"}`, "metadata")
				delete(examples.At(req.GetObserved().GetComposite().GetResource(), "spec").GetStructValue().GetFields(), "claimRef")
			}
			if got := render.Fatal(examples.Run(t, req)); (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
				t.Errorf("\n%s\nRunFunction(...): want %q, got %q", tc.reason, tc.want, got)
			}
		})
	}
}
