package laws

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// FuzzRunFunction with any spec, any input, and any observed state: a JSON object of
// resources by name.
func FuzzRunFunction(f *testing.F) {
	for _, es := range [][]examples.Example{examples.All(f), examples.Invalid(f)} {
		for _, e := range es {
			req := e.Request(f)
			f.Add(specOf(f, req), asJSON(f, req.GetInput().AsMap()), []byte(`{}`))
		}
	}
	for _, e := range examples.All(f) {
		req := e.Steady(f)
		observed := make(map[string]any)
		for name, r := range req.GetObserved().GetResources() {
			observed[name] = r.GetResource().AsMap()
		}
		f.Add(specOf(f, req), asJSON(f, req.GetInput().AsMap()), asJSON(f, observed))
	}
	f.Add([]byte(`{"region": "eu-west-3"}`), []byte(`null`), []byte(`{"cluster": {"apiVersion": "a", "kind": "Cluster", "metadata": {"name": "a"}, "status": [1]}, "x": null}`))

	f.Fuzz(func(t *testing.T, spec, input, observed []byte) {
		req := &fnv1.RunFunctionRequest{
			Input:    &structpb.Struct{},
			Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: compositeOf(t, spec)}, Resources: make(map[string]*fnv1.Resource)},
			Desired:  examples.Earlier(),
		}
		if err := req.GetInput().UnmarshalJSON(input); err != nil {
			t.Skip()
		}
		var os map[string]json.RawMessage
		if err := json.Unmarshal(observed, &os); err != nil {
			t.Skip()
		}
		for name, o := range os {
			s := &structpb.Struct{}
			if err := s.UnmarshalJSON(o); err != nil {
				s = nil
			}
			req.Observed.Resources[name] = &fnv1.Resource{Resource: s}
		}
		checkAnswer(t, req)
	})
}

// FuzzRequest with any bytes for a request. Bytes that cannot be decoded never reach the
// function; any other request must be answered.
func FuzzRequest(f *testing.F) {
	for _, es := range [][]examples.Example{examples.All(f), examples.Invalid(f)} {
		for _, e := range es {
			f.Add(marshal(f, e.Request(f)))
		}
	}
	f.Add(marshal(f, examples.Get("minimal").Steady(f)))
	f.Fuzz(func(t *testing.T, b []byte) {
		req := &fnv1.RunFunctionRequest{}
		if err := proto.Unmarshal(b, req); err != nil {
			return
		}
		checkAnswer(t, req)
	})
}

// FuzzRender with any claim.
func FuzzRender(f *testing.F) {
	for _, es := range [][]examples.Example{examples.All(f), examples.Invalid(f)} {
		for _, e := range es {
			b, err := os.ReadFile(e.Claim())
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, manifest []byte) {
		xr, err := render.Composite(manifest, apis.Composition)
		if err != nil {
			return
		}
		if err := claim.Default(xr); err != nil {
			t.Errorf("claim.Default(...): %v", err)
		}
		req, err := render.Request(xr, apis.Composition, nil)
		if err != nil {
			return
		}
		checkAnswer(t, req)
	})
}

// FuzzObserved with any file of composed resources.
func FuzzObserved(f *testing.F) {
	for _, e := range examples.All(f) {
		f.Add(examples.Objects(f, e.Steady(f)))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "observed.yaml"), file, 0o600); err != nil {
			t.Fatal(err)
		}
		o, err := render.Observed(dir)
		if err != nil {
			return
		}
		req := requestFor(xr)
		req.Observed.Resources = o
		checkAnswer(t, req)
	})
}

// checkAnswer checks a response: it's the same each time, and retains the desired
// resources of earlier steps, except those with one of the function's keys. A Fatal
// response retains all of them.
func checkAnswer(t *testing.T, req *fnv1.RunFunctionRequest) {
	t.Helper()
	before := examples.Clone(t, req)
	rsp := examples.Run(t, req)
	if again := examples.Run(t, examples.Clone(t, before)); !proto.Equal(rsp, again) {
		t.Errorf("Run(...): want the same response again, got %v, then %v", rsp, again)
	}
	if render.Fatal(rsp) != "" {
		if !proto.Equal(rsp.GetDesired(), before.GetDesired()) {
			t.Errorf("RunFunction(...): refused: want nothing else desired, got %v", rsp.GetDesired())
		}
		if len(rsp.GetConditions()) != 1 || rsp.GetConditions()[0].GetStatus() != fnv1.Status_STATUS_CONDITION_FALSE {
			t.Errorf("RunFunction(...): refused: want one condition with the cause, got %v", rsp.GetConditions())
		}
		return
	}
	alone := examples.Clone(t, before)
	alone.Desired = nil
	ours := examples.Run(t, alone).GetDesired().GetResources()
	for name, r := range before.GetDesired().GetResources() {
		if _, isOurs := ours[name]; !isOurs && !proto.Equal(r, rsp.GetDesired().GetResources()[name]) {
			t.Errorf("RunFunction(...): resource %q of an earlier step changed: %v", name, rsp.GetDesired().GetResources()[name])
		}
	}
	b, err := proto.Marshal(rsp)
	if err != nil {
		t.Fatalf("proto.Marshal(...): the response cannot be sent: %v", err)
	}
	if err := proto.Unmarshal(b, &fnv1.RunFunctionResponse{}); err != nil {
		t.Errorf("proto.Unmarshal(...): the response cannot be read: %v", err)
	}
}

// compositeOf a spec, as JSON.
func compositeOf(t *testing.T, spec []byte) *structpb.Struct {
	t.Helper()
	v := &structpb.Value{}
	if err := v.UnmarshalJSON(spec); err != nil {
		t.Skip()
	}
	o := requestFor(xr).GetObserved().GetComposite().GetResource()
	claim := examples.At(o, "spec", "claimRef")
	o.Fields["spec"] = v
	if fs := v.GetStructValue().GetFields(); fs != nil && fs["claimRef"] == nil {
		fs["claimRef"] = claim
	}
	return o
}

func specOf(tb testing.TB, req *fnv1.RunFunctionRequest) []byte {
	tb.Helper()
	return asJSON(tb, examples.At(req.GetObserved().GetComposite().GetResource(), "spec").AsInterface())
}

func asJSON(tb testing.TB, v any) []byte {
	tb.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}
