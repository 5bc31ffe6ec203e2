package laws

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/simulate"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// maxPools is the maximum number of NodePools of a claim.
const maxPools = 100

// BenchmarkRunFunction on a complete platform, which is the most common request. The
// floor is the time to decode the request and encode the response, and x-floor is the
// time of the call divided by it.
//
// Bare observes what the simulated providers report: the desired state and a
// status. WithMetadata adds the metadata of a real control plane.
func BenchmarkRunFunction(b *testing.B) {
	steady := examples.Get("seafarer-cluster").Steady(b)
	for _, bc := range []struct {
		name string
		req  *fnv1.RunFunctionRequest
	}{
		{name: "Bare", req: steady},
		{name: "WithMetadata", req: simulate.WithMetadata(steady)},
	} {
		c := newCall(b, bc.req)
		b.Run(bc.name+"/floor", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.floor(b)
			}
		})
		b.Run(bc.name+"/function", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.function(b)
			}
		})
		b.Run(bc.name+"/ratio", func(b *testing.B) {
			var floor, function time.Duration
			for b.Loop() {
				floor += timed(func() { c.floor(b) })
				function += timed(func() { c.function(b) })
			}
			b.ReportMetric(float64(function)/float64(floor), "x-floor")
			b.ReportMetric(float64(len(c.req)), "request-bytes")
			b.ReportMetric(float64(proto.Size(c.rsp)), "response-bytes")
		})
	}
}

// BenchmarkNodePools on a complete platform, by the number of NodePools.
func BenchmarkNodePools(b *testing.B) {
	for _, n := range []int{1, 10, maxPools} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			req := withPools(b, n)
			b.ReportAllocs()
			for b.Loop() {
				examples.Run(b, req)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/pool")
		})
	}
}

// TestGrowsLinearly checks that the cost of a NodePool doesn't depend on their
// number. It counts allocations, which are reproducible, unlike time.
func TestGrowsLinearly(t *testing.T) {
	allocs := func(n int) float64 {
		req := withPools(t, n)
		return testing.AllocsPerRun(5, func() { examples.Run(t, req) })
	}
	one, half, all := allocs(1), allocs(maxPools/2), allocs(maxPools)
	few, many := (half-one)/(maxPools/2-1), (all-half)/(maxPools/2)
	if r := many / few; r < 0.9 || r > 1.1 {
		t.Errorf("a NodePool costs %.0f allocations among %d, and %.0f among %d: want the same within 10%%", few, maxPools/2, many, maxPools)
	}
}

// A call of the function, and its response.
type call struct {
	req []byte
	rsp *fnv1.RunFunctionResponse
}

func newCall(tb testing.TB, req *fnv1.RunFunctionRequest) call {
	tb.Helper()
	rsp := examples.Run(tb, req)
	if m := render.Fatal(rsp); m != "" {
		tb.Fatal(m)
	}
	return call{req: marshal(tb, req), rsp: rsp}
}

// floor of the call: decode its request and encode its response.
func (c call) floor(tb testing.TB) {
	tb.Helper()
	c.read(tb)
	marshal(tb, c.rsp)
}

// function called with the encoded request, returning the encoded response.
func (c call) function(tb testing.TB) {
	tb.Helper()
	marshal(tb, examples.Run(tb, c.read(tb)))
}

func (c call) read(tb testing.TB) *fnv1.RunFunctionRequest {
	tb.Helper()
	req := &fnv1.RunFunctionRequest{}
	if err := proto.Unmarshal(c.req, req); err != nil {
		tb.Fatal(err)
	}
	return req
}

func marshal(tb testing.TB, m proto.Message) []byte {
	tb.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func timed(do func()) time.Duration {
	start := time.Now()
	do()
	return time.Since(start)
}

// withPools is the request of a complete platform with NodePools.
func withPools(tb testing.TB, n int) *fnv1.RunFunctionRequest {
	tb.Helper()
	e := examples.Get("seafarer-cluster")
	req := e.Request(tb)
	k := req.GetObserved().GetComposite().GetResource().GetFields()["spec"].GetStructValue().GetFields()["karpenter"].GetStructValue()
	pool := k.GetFields()["nodePools"].GetListValue().GetValues()[0]
	pools := make([]*structpb.Value, 0, n)
	for i := range n {
		p, ok := proto.Clone(pool).(*structpb.Value)
		if !ok {
			tb.Fatal("cannot clone NodePool")
		}
		p.GetStructValue().Fields["name"] = structpb.NewStringValue(fmt.Sprintf("pool-%03d", i))
		pools = append(pools, p)
	}
	k.Fields["nodePools"] = structpb.NewListValue(&structpb.ListValue{Values: pools})
	return settle(tb, e.Name, req)
}

// settle a request: until all of its resources exist and are ready.
func settle(tb testing.TB, name string, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	tb.Helper()
	for range render.MaxPasses {
		rsp := examples.Run(tb, req)
		if m := render.Fatal(rsp); m != "" {
			tb.Fatalf("%s is refused: %s", name, m)
		}
		n := render.Next(req, rsp)
		if proto.Equal(n, req) {
			return req
		}
		req = n
	}
	tb.Fatalf("%s isn't settled after %d passes", name, render.MaxPasses)
	return nil
}
