package compose

import (
	"fmt"
	"strconv"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// manyParts are n resources that refer to one and are protected by another, as those
// of a platform, and the existing objects: all, ready or not.
func manyParts(tb testing.TB, n int, ready string) ([]Part, Input) {
	tb.Helper()
	const root, gate = key.Key("root"), key.Key("gate")
	rs := []Resource{{Key: root, Object: newThing("root", thingParameters{})}, {Key: gate, Object: newThing("gate", thingParameters{}), RefersTo: []key.Key{root}}}
	for i := range n - len(rs) {
		name := fmt.Sprintf("thing-%04d", i)
		rs = append(rs, Resource{
			Key:        key.Key(name),
			Object:     newThing(name, thingParameters{Name: new(name), Tags: map[string]*string{"a": new("b")}}),
			RefersTo:   []key.Key{root},
			Dependents: []Dependent{{Key: gate, Why: "it's needed"}},
		})
	}
	g := Input{Composed: make(object.Composed, 2*n), Name: func(k key.Key) string { return string(k) }}
	for _, r := range rs {
		for _, k := range []key.Key{r.Key, key.Usage(r.Key, gate)} {
			o, err := structpb.NewStruct(map[string]any{
				"apiVersion": "example.org/v1", "kind": "Thing", "metadata": map[string]any{"name": string(k)},
				"status": map[string]any{"conditions": []any{map[string]any{"type": "Synced", "status": "True"}, map[string]any{"type": "Ready", "status": ready}}},
			})
			if err != nil {
				tb.Fatal(err)
			}
			g.Composed[k] = object.Of(o)
		}
	}
	return []Part{{Name: "Things", Resources: rs}}, g
}

// TestAssembleGrowsLinearly requires that one more resource costs as much between 100
// and 1,000 as between 10 and 100. It counts allocations, because they're the same each time.
func TestAssembleGrowsLinearly(t *testing.T) {
	for _, ready := range []string{"True", "False"} {
		allocs := func(n int) float64 {
			parts, g := manyParts(t, n, ready)
			return testing.AllocsPerRun(3, func() {
				if _, err := Assemble(parts, g); err != nil {
					t.Fatal(err)
				}
			})
		}
		ten, hundred, thousand := allocs(10), allocs(100), allocs(1000)
		few, many := (hundred-ten)/90, (thousand-hundred)/900
		if r := many / few; r < 0.9 || r > 1.1 {
			t.Errorf("Ready=%s: one more resource costs %.0f allocations up to 100, and %.0f up to 1,000: want the same within 10%%", ready, few, many)
		}
	}
}

// BenchmarkAssemble by the number of resources.
func BenchmarkAssemble(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			parts, g := manyParts(b, n, "True")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Assemble(parts, g); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/resource")
		})
	}
}
