package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// An example is a folder with a claim. Examples are tests: what they hold is
// composed, compared and put to the laws.
type example struct {
	name string
	dir  string
}

func (e example) claim() string { return filepath.Join(e.dir, "claim.yaml") }

// examples of claims that can be composed. Those that cannot are in folders that
// say so.
func examples(tb testing.TB) []example {
	tb.Helper()
	return examplesBut(tb, false)
}

// invalidExamples of claims that cannot be composed.
func invalidExamples(tb testing.TB) []example {
	tb.Helper()
	return examplesBut(tb, true)
}

func examplesBut(tb testing.TB, invalid bool) []example {
	tb.Helper()
	claims, err := filepath.Glob("example/*/claim.yaml")
	if err != nil || len(claims) == 0 {
		tb.Fatalf("cannot find examples: %v", err)
	}
	slices.Sort(claims)
	var es []example
	for _, c := range claims {
		e := example{name: filepath.Base(filepath.Dir(c)), dir: filepath.Dir(c)}
		if isInvalid, _ := filepath.Match("invalid-*", e.name); isInvalid == invalid {
			es = append(es, e)
		}
	}
	return es
}

// request that Crossplane sends for an example, with the fences of the example's
// own Composition if it has one, and nothing observed.
func (e example) request(tb testing.TB) *fnv1.RunFunctionRequest {
	tb.Helper()
	return e.requestOf(tb, e.claim())
}

func (e example) requestOf(tb testing.TB, claim string) *fnv1.RunFunctionRequest {
	tb.Helper()
	c := RenderCmd{Claim: claim}
	if f := filepath.Join(e.dir, "composition.yaml"); exists(f) {
		c.Composition = f
	}
	req, err := c.request(nil)
	if err != nil {
		tb.Fatalf("cannot make request for %s: %v", e.name, err)
	}
	return req
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func newFunction() *Function { return &Function{} }

// run the function. It never returns an error.
func run(tb testing.TB, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionResponse {
	tb.Helper()
	rsp, err := newFunction().RunFunction(context.Background(), req)
	if err != nil {
		tb.Fatalf("RunFunction(...): %v", err)
	}
	return rsp
}

// settleAsked runs the function as Crossplane does: until it asks for nothing that it
// wasn't told. What it asks for is added to the request.
func settleAsked(tb testing.TB, req *fnv1.RunFunctionRequest, find func(*fnv1.ResourceSelector) *structpb.Struct) *fnv1.RunFunctionResponse {
	tb.Helper()
	var asked *fnv1.Requirements
	for range 5 {
		rsp := run(tb, req)
		if proto.Equal(asked, rsp.GetRequirements()) || fatal(rsp) != "" {
			return rsp
		}
		asked = rsp.GetRequirements()
		req.RequiredResources = make(map[string]*fnv1.Resources)
		for k, s := range asked.GetResources() {
			req.RequiredResources[k] = &fnv1.Resources{}
			if o := find(s); o != nil {
				req.RequiredResources[k].Items = []*fnv1.Resource{{Resource: o}}
			}
		}
	}
	tb.Fatal("what the function asks for doesn't settle")
	return nil
}

// upsetRun runs the function for a request in which not all is observed that there
// is. It's told what there is if it asks.
func upsetRun(tb testing.TB, truth, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionResponse {
	tb.Helper()
	return settleAsked(tb, req, func(s *fnv1.ResourceSelector) *structpb.Struct {
		for _, o := range truth.GetObserved().GetResources() {
			if e := compose.Exists(o.GetResource()); e.Name() == s.GetMatchName() && e.String("kind") == s.GetKind() {
				return o.GetResource()
			}
		}
		return nil
	})
}

// steady is the request of an example whose resources all exist and are ready.
func (e example) steady(tb testing.TB) *fnv1.RunFunctionRequest {
	tb.Helper()
	return e.steadyOf(tb, e.claim())
}

func (e example) steadyOf(tb testing.TB, claim string) *fnv1.RunFunctionRequest {
	tb.Helper()
	return steadyFrom(tb, e.requestOf(tb, claim))
}

// steadyFrom a request, once nothing changes any more.
func steadyFrom(tb testing.TB, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	tb.Helper()
	for range maxPasses {
		rsp := run(tb, req)
		if m := fatal(rsp); m != "" {
			tb.Fatalf("it's refused: %s", m)
		}
		n := next(req, rsp)
		if proto.Equal(n, req) {
			return req
		}
		req = n
	}
	tb.Fatalf("it does not settle in %d passes", maxPasses)
	return nil
}

// clone a request, to change it.
func clone(tb testing.TB, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	tb.Helper()
	c, ok := proto.Clone(req).(*fnv1.RunFunctionRequest)
	if !ok {
		tb.Fatal("cannot clone request")
	}
	return c
}

// golden compares with a golden file, or writes it.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		t.Fatalf("cannot read golden file: %v; make it with go test . -update", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: -want, +got; if it should be so, run go test . -update:\n%s", path, diff)
	}
}

// asMaps are the resources that a response desires.
func asMaps(rsp *fnv1.RunFunctionResponse) map[string]any {
	m := make(map[string]any)
	for name, r := range rsp.GetDesired().GetResources() {
		m[name] = r.GetResource().AsMap()
	}
	return m
}
