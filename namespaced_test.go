package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"
	"sigs.k8s.io/yaml"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

// A composite resource in a namespace, which needs no claim, is told what a claim of
// its name in its namespace is told, whatever exists. So each law that holds for
// claims holds without. It's in the namespace of Argo CD here, where every example
// may be: from elsewhere it cannot compose what Argo CD looks for.
const commonNamespace = "argocd"

// common is a request for a claim that is in the common namespace.
func common(t *testing.T, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	t.Helper()
	req = clone(t, req)
	set(req, `"`+commonNamespace+`"`, "spec", "claimRef", "namespace")
	set(req, `"`+commonNamespace+`"`, "metadata", "labels", "crossplane.io/claim-namespace")
	return req
}

// withoutClaim is a request for a claim, as it is without one.
func withoutClaim(t *testing.T, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	t.Helper()
	req = clone(t, req)
	o := req.GetObserved().GetComposite().GetResource()
	o.Fields["kind"] = structpb.NewStringValue("SeafarerCluster")
	claim := compose.Exists(o).Value("spec.claimRef").GetStructValue().GetFields()
	o.Fields["metadata"] = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"name": claim["name"], "namespace": claim["namespace"]}})
	delete(at(o, "spec").GetStructValue().GetFields(), "claimRef")
	delete(req.GetObserved().GetResources(), usageOfComposite)
	return req
}

// answersDiffer tells what is told otherwise without a claim, but for what must be:
// claims have connection details, besides, and where deletion is protected a
// composite resource to guard, too.
func answersDiffer(t *testing.T, claimed, without *fnv1.RunFunctionRequest) string {
	t.Helper()
	want, got := run(t, claimed), run(t, without)
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

// withoutCounts leaves out of a response what counts resources: in the status, and
// where it tells, by condition and by event, how many Usages aren't in force.
func withoutCounts(rsp *fnv1.RunFunctionResponse) {
	delete(compose.Exists(rsp.GetDesired().GetComposite().GetResource()).Value("status").GetStructValue().GetFields(), "resources")
	rsp.Conditions = slices.DeleteFunc(rsp.GetConditions(), func(c *fnv1.Condition) bool { return c.GetType() == compose.ConditionTeardownSafe })
	rsp.Results = slices.DeleteFunc(rsp.GetResults(), func(r *fnv1.Result) bool { return strings.HasPrefix(r.GetMessage(), compose.ConditionTeardownSafe+" ") })
}

// applied is an example's claim as it's applied without one, and the Composition for
// that: what only claims have is left out.
func (e example) applied(t *testing.T) RenderCmd {
	t.Helper()
	var claim map[string]any
	if err := yaml.Unmarshal([]byte(read(t, e.claim())), &claim); err != nil {
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
	c := RenderCmd{Claim: filepath.Join(dir, "claim.yaml"), Composition: "apis-namespaced/composition.yaml"}
	if err := os.WriteFile(c.Claim, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if f := filepath.Join(e.dir, "composition.yaml"); exists(f) {
		composition := regexp.MustCompile(`(?m)^  writeConnectionSecretsToNamespace: .*\n`).ReplaceAllString(read(t, f), "")
		c.Composition = filepath.Join(dir, "composition.yaml")
		if err := os.WriteFile(c.Composition, []byte(strings.Replace(composition, "kind: XSeafarerCluster", "kind: SeafarerCluster", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// TestNamespacedExamples composes each example without a claim, pass by pass.
func TestNamespacedExamples(t *testing.T) {
	for _, e := range examples(t) {
		t.Run(e.name, func(t *testing.T) {
			c := e.applied(t)
			req, err := c.request(nil)
			if err != nil {
				t.Fatal(err)
			}
			claimed := common(t, e.request(t))
			if d := differs(withoutClaim(t, claimed), req); d != "" {
				t.Fatalf("another request is made of the same manifest: -want, +got:\n%s", d)
			}
			for i := range maxPasses {
				if d := answersDiffer(t, claimed, req); d != "" {
					t.Fatalf("pass %d: -with a claim, +without:\n%s", i+1, d)
				}
				rsp := run(t, req)
				n := next(req, rsp)
				if differs(req, n) == "" {
					if rsp.GetDesired().GetResources()["kubeconfig"] == nil {
						t.Error("there's no Secret that says how to reach the cluster")
					}
					return
				}
				claimed, req = next(claimed, run(t, claimed)), n
			}
			t.Errorf("it does not settle in %d passes", maxPasses)
		})
	}
}

// TestNamespacedInvalidExamples has what refuses a claim refuse it without one.
func TestNamespacedInvalidExamples(t *testing.T) {
	for _, e := range invalidExamples(t) {
		t.Run(e.name, func(t *testing.T) {
			c := e.applied(t)
			c.Output = "yaml"
			var out, hints bytes.Buffer
			err := c.run(context.Background(), nil, &out, &hints)
			if want := read(t, filepath.Join(e.dir, "want.txt")); err == nil || err.Error()+"\n" != want {
				t.Errorf("render: want %s, got %v", want, err)
			}
		})
	}
}

// TestNamespaced is the law, in every moment of every example, however upset.
func TestNamespaced(t *testing.T) {
	t.Parallel()
	for name, moment := range moments(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := dice(t)
			for i := range share(10) {
				req := common(t, moment)
				var names []string
				for _, u := range upsets {
					if r.IntN(2) == 0 {
						names = append(names, u.name)
						u.do(r, req)
					}
				}
				if d := answersDiffer(t, req, withoutClaim(t, req)); d != "" {
					t.Fatalf("case %d: %s: -with a claim, +without:\n%s", i, strings.Join(names, ", "), d)
				}
			}
		})
	}
}

// TestNamespacedFields has each mode refuse what Crossplane adds in the other, as
// the API server does, and take what it adds in its own.
func TestNamespacedFields(t *testing.T) {
	cases := map[string]struct {
		reason string
		kind   string
		field  string
		want   string
	}{
		"Claimed":     {reason: "A composite resource of a claim has its fields beside ours.", kind: "XSeafarerCluster", field: "resourceRefs"},
		"Namespaced":  {reason: "One in a namespace has them in a field of their own.", kind: "SeafarerCluster", field: "crossplane"},
		"NotTheOther": {reason: "One in a namespace has no connection Secret.", kind: "SeafarerCluster", field: "writeConnectionSecretToRef", want: `spec.writeConnectionSecretToRef: Invalid value: unknown field`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			req := requestFor(xr)
			set(req, `"`+tc.kind+`"`, "kind")
			set(req, `{"name": "a"}`, "spec", tc.field)
			if tc.kind == "SeafarerCluster" {
				set(req, `{"name": "a", "namespace": "b"}`, "metadata")
				delete(at(req.GetObserved().GetComposite().GetResource(), "spec").GetStructValue().GetFields(), "claimRef")
			}
			if got := fatal(run(t, req)); (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
				t.Errorf("\n%s\nRunFunction(...): want %q, got %q", tc.reason, tc.want, got)
			}
		})
	}
}

// TestRenderNamespaced has the Composition decide what a manifest is.
func TestRenderNamespaced(t *testing.T) {
	const spec = "metadata: {name: a}\nspec: {region: eu-west-3}\n"
	cases := map[string]struct {
		reason    string
		kind      string
		composite string
		want      string
	}{
		"Namespaced":  {reason: "It's the composite resource itself.", kind: "SeafarerCluster", composite: "SeafarerCluster"},
		"Claim":       {reason: "It's the claim of one.", kind: "SeafarerCluster", composite: "XSeafarerCluster"},
		"Composite":   {reason: "It's the composite resource of a claim.", kind: "XSeafarerCluster", composite: "XSeafarerCluster"},
		"NotForThat":  {reason: "Crossplane would not choose this Composition.", kind: "XSeafarerCluster", composite: "SeafarerCluster", want: `cannot render a XSeafarerCluster with a Composition for kind "SeafarerCluster": give another Composition`},
		"ForAnything": {reason: "A Composition is for something.", kind: "SeafarerCluster", composite: "", want: `cannot render a SeafarerCluster with a Composition for kind "": give another Composition`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "composition.yaml")
			if err := os.WriteFile(file, []byte(strings.Replace(composition("[{step: compose}]"), "kind: XSeafarerCluster", "kind: "+tc.composite, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			c := RenderCmd{Claim: "-", Composition: file}
			req, err := c.request(strings.NewReader("apiVersion: platform.seafarer.cloud/v1alpha1\nkind: " + tc.kind + "\n" + spec))
			if got := message(err); got != tc.want {
				t.Fatalf("\n%s\nrequest(...): want %q, got %q", tc.reason, tc.want, got)
			}
			if tc.want != "" {
				return
			}
			o := compose.Exists(req.GetObserved().GetComposite().GetResource())
			want := []string{tc.composite, "", "default"}
			switch {
			case tc.composite == "SeafarerCluster":
				want = []string{tc.composite, "default", ""}
			case tc.kind == tc.composite:
				want = []string{tc.composite, "", ""}
			}
			if got := []string{o.String("kind"), o.String("metadata.namespace"), o.String("spec.claimRef.namespace")}; !slices.Equal(want, got) {
				t.Errorf("\n%s\nrequest(...): want %v, got %v", tc.reason, want, got)
			}
		})
	}
}
