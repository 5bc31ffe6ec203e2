// Package examples provides the examples to tests: the requests that Crossplane would
// send for them, their settled requests, and their golden files.
package examples

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v2"
	"google.golang.org/protobuf/proto"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/simulate"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// TTL of responses in tests.
const TTL = time.Minute

// An Example is a folder with a claim. Examples are tests: their claims are composed,
// compared with golden files and tested with the laws.
type Example struct {
	Name string

	// Dir is the path of the folder.
	Dir string
}

// Path of a file of the project, by the elements of its path from the project's root.
func Path(elem ...string) string { return filepath.Join(append([]string{root()}, elem...)...) }

// root of the project: the nearest folder above the working directory that has examples.
var root = sync.OnceValue(func() string {
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) && !Exists(filepath.Join(dir, "example")) {
		dir = filepath.Dir(dir)
	}
	return dir
})

// Get an example by its name.
func Get(name string) Example { return Example{Name: name, Dir: Path("example", name)} }

// All examples of valid claims. Names of invalid ones begin with invalid.
func All(tb testing.TB) []Example {
	tb.Helper()
	return find(tb, false)
}

// Invalid examples, of claims that cannot be composed.
func Invalid(tb testing.TB) []Example {
	tb.Helper()
	return find(tb, true)
}

func find(tb testing.TB, invalid bool) []Example {
	tb.Helper()
	claims, err := filepath.Glob(Path("example", "*", "claim.yaml"))
	if err != nil || len(claims) == 0 {
		tb.Fatalf("cannot find examples: %v", err)
	}
	slices.Sort(claims)
	var es []Example
	for _, c := range claims {
		e := Get(filepath.Base(filepath.Dir(c)))
		if isInvalid, _ := filepath.Match("invalid-*", e.Name); isInvalid == invalid {
			es = append(es, e)
		}
	}
	return es
}

// Claim is the path of the example's claim.
func (e Example) Claim() string { return e.File("claim.yaml") }

// File of the example, by its name.
func (e Example) File(name string) string { return filepath.Join(e.Dir, name) }

// Files of the example, or of another claim with the fences of the example's Composition,
// if it has one.
func (e Example) Files(claim string) render.Files {
	f := render.Files{Claim: claim}
	if c := e.File("composition.yaml"); Exists(c) {
		f.Composition = c
	}
	return f
}

// Request of Crossplane for the example, with nothing observed.
func (e Example) Request(tb testing.TB) *fnv1.RunFunctionRequest {
	tb.Helper()
	return e.RequestOf(tb, e.Claim())
}

// RequestOf another claim, for the example's Composition.
func (e Example) RequestOf(tb testing.TB, claim string) *fnv1.RunFunctionRequest {
	tb.Helper()
	req, err := e.Files(claim).Request(nil)
	if err != nil {
		tb.Fatalf("cannot create request for %s: %v", e.Name, err)
	}
	return req
}

// Steady is the request of the example once all of its resources exist and are ready.
func (e Example) Steady(tb testing.TB) *fnv1.RunFunctionRequest {
	tb.Helper()
	return e.SteadyOf(tb, e.Claim())
}

// SteadyOf another claim, for the example's Composition.
func (e Example) SteadyOf(tb testing.TB, claim string) *fnv1.RunFunctionRequest {
	tb.Helper()
	return Memoised(tb, claim, func() *fnv1.RunFunctionRequest { return Settled(tb, e.RequestOf(tb, claim)) })
}

// memoised requests, by name. They are slow to create, and many tests use them.
var memoised sync.Map

// Memoised is a copy of the named request, which is created once.
func Memoised(tb testing.TB, name string, request func() *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	tb.Helper()
	once, _ := memoised.LoadOrStore(name, sync.OnceValue(request))
	req, _ := once.(func() *fnv1.RunFunctionRequest)
	return Clone(tb, req())
}

// Before is the path of the example's claim before its change.
func (e Example) Before() string { return e.File("before.yaml") }

// Midway is the request of an example whose claim was just changed: Crossplane has
// applied the new desired state, and no provider has acted on it.
func (e Example) Midway(tb testing.TB) *fnv1.RunFunctionRequest {
	tb.Helper()
	return Memoised(tb, e.Name+" midway", func() *fnv1.RunFunctionRequest { return e.midway(tb) })
}

func (e Example) midway(tb testing.TB) *fnv1.RunFunctionRequest {
	tb.Helper()
	req := Clone(tb, e.SteadyOf(tb, e.Before()))
	claimed := e.Request(tb).GetObserved().GetComposite().GetResource().GetFields()["spec"]
	req.GetObserved().GetComposite().GetResource().GetFields()["spec"] = claimed
	for range render.MaxPasses {
		rsp := Run(tb, req)
		if m := render.Fatal(rsp); m != "" {
			tb.Fatalf("example %s is refused: %s", e.Name, m)
		}
		n := Applied(tb, req, req, rsp)
		if proto.Equal(n, req) {
			return req
		}
		req = n
	}
	tb.Fatalf("example %s does not settle in %d passes", e.Name, render.MaxPasses)
	return nil
}

// Applied is the next request if Crossplane applies the response to the
// observed resources, and no provider acts.
func Applied(tb testing.TB, req, seen *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) *fnv1.RunFunctionRequest {
	tb.Helper()
	n := Clone(tb, req)
	rs := n.GetObserved().GetResources()
	for k := range seen.GetObserved().GetResources() {
		if _, ok := rsp.GetDesired().GetResources()[k]; !ok {
			delete(rs, k)
		}
	}
	for k, r := range rsp.GetDesired().GetResources() {
		o := CloneObject(r.GetResource())
		if before, ok := rs[k]; ok {
			o.Fields["metadata"] = before.GetResource().GetFields()["metadata"]
			o.Fields["status"] = before.GetResource().GetFields()["status"]
		}
		if o.GetFields()["status"] == nil {
			delete(o.GetFields(), "status")
		}
		rs[k] = &fnv1.Resource{Resource: o}
	}
	n.Observed.Composite.Resource = simulate.Composite(n.GetObserved().GetComposite().GetResource(), rsp)
	return n
}

// Settled is the request after which nothing changes.
func Settled(tb testing.TB, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	tb.Helper()
	for range render.MaxPasses {
		rsp := Run(tb, req)
		if m := render.Fatal(rsp); m != "" {
			tb.Fatalf("refused: %s", m)
		}
		n := render.Next(req, rsp)
		if proto.Equal(n, req) {
			return req
		}
		req = n
	}
	tb.Fatalf("it does not settle in %d passes", render.MaxPasses)
	return nil
}

// Run the function. A response may be cached for TTL.
func Run(tb testing.TB, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionResponse {
	tb.Helper()
	return function.Run(tb.Context(), req, TTL)
}

// Golden compares with a golden file, or writes it if the tests run with -update.
func Golden(tb testing.TB, path string, got []byte) {
	tb.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			tb.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(Read(tb, path), string(got)); diff != "" {
		tb.Errorf("%s: -want, +got; if that's intended, run the test with -update:\n%s", path, diff)
	}
}

// Read a file.
func Read(tb testing.TB, path string) string {
	tb.Helper()
	b, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// Exists reports whether there is a file.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Objects of a request's observed resources, as YAML.
func Objects(tb testing.TB, req *fnv1.RunFunctionRequest) []byte {
	tb.Helper()
	var out bytes.Buffer
	observed := req.GetObserved().GetResources()
	for _, name := range slices.Sorted(maps.Keys(observed)) {
		b, err := yaml.Marshal(observed[name].GetResource().AsMap())
		if err != nil {
			tb.Fatal(err)
		}
		fmt.Fprintf(&out, "---\n%s", b)
	}
	return out.Bytes()
}

// Desired resources of a response, by key.
func Desired(rsp *fnv1.RunFunctionResponse) map[string]any {
	m := make(map[string]any)
	for name, r := range rsp.GetDesired().GetResources() {
		m[name] = r.GetResource().AsMap()
	}
	return m
}
