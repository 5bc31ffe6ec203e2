// Package concurrency tests the function with concurrent calls, as Crossplane makes them.
// CI runs it, and the packages that start goroutines, with the race detector.
package concurrency

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// callers is the number of concurrent calls of a request.
const callers = 4

// TestFirstCalls makes the first calls of a process concurrently: they fill all caches. It
// must stay the first test.
func TestFirstCalls(t *testing.T) {
	var reqs []*fnv1.RunFunctionRequest
	for _, e := range examples.All(t) {
		reqs = append(reqs, e.Request(t))
	}
	atOnce(t, reqs)
}

// TestSameBytesAtOnce is the third promise, the same request gets the same bytes, with
// concurrent calls: for each example at first, in steady state, and after its claim
// changed, and for invalid examples.
func TestSameBytesAtOnce(t *testing.T) {
	var reqs []*fnv1.RunFunctionRequest
	for _, e := range examples.All(t) {
		reqs = append(reqs, e.Request(t), e.Steady(t))
		if examples.Exists(e.Before()) {
			reqs = append(reqs, e.Midway(t))
		}
	}
	for _, e := range examples.Invalid(t) {
		// For the others, no request can be created.
		if req, err := e.Files(e.Claim()).Request(nil); err == nil {
			reqs = append(reqs, req)
		}
	}
	atOnce(t, reqs)
}

// TestPassesAtOnce runs platforms of the same claim concurrently, each at its own pace.
func TestPassesAtOnce(t *testing.T) {
	req := examples.Get("seafarer-cluster").Request(t)
	var wg sync.WaitGroup
	var platforms [callers][]render.Pass
	for i := range platforms {
		wg.Go(func() {
			ps, err := render.Passes(t.Context(), req)
			if err != nil {
				t.Error(err)
			}
			platforms[i] = ps
		})
	}
	wg.Wait()
	want := responses(t, platforms[0])
	for i, ps := range platforms {
		if diff := cmp.Diff(want, responses(t, ps)); diff != "" || len(want) == 0 {
			t.Errorf("passes of platform %d: -want, +got:\n%s", i, diff)
		}
	}
}

func responses(t *testing.T, ps []render.Pass) []string {
	t.Helper()
	var rs []string
	for _, p := range ps {
		rs = append(rs, bytesOf(t, p.Response))
	}
	return rs
}

// atOnce calls the function several times with each request, concurrently. Callers share a
// request, so the function must not modify it.
func atOnce(t *testing.T, reqs []*fnv1.RunFunctionRequest) {
	t.Helper()
	got := make([][callers]string, len(reqs))
	var wg sync.WaitGroup
	for i, req := range reqs {
		for c := range callers {
			wg.Go(func() { got[i][c] = bytesOf(t, examples.Run(t, req)) })
		}
	}
	wg.Wait()
	for i, req := range reqs {
		want := bytesOf(t, examples.Run(t, req))
		for _, g := range got[i] {
			if diff := cmp.Diff(want, g); diff != "" {
				t.Errorf("request %d: -alone, +at once:\n%s", i, diff)
			}
		}
	}
}

func bytesOf(t *testing.T, m proto.Message) string {
	t.Helper()
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}
