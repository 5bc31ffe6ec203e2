package laws

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"
	"sigs.k8s.io/yaml"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/simulate"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// statusOf the composite resource that a response desires.
func statusOf(rsp *fnv1.RunFunctionResponse) *structpb.Value {
	return object.Of(rsp.GetDesired().GetComposite().GetResource()).Value("status")
}

// TestStatus compares the status of a complete platform with a golden file.
func TestStatus(t *testing.T) {
	t.Parallel()
	e := examples.Get("seafarer-cluster")
	b, err := yaml.Marshal(map[string]any{"status": statusOf(examples.Run(t, e.Steady(t))).AsInterface()})
	if err != nil {
		t.Fatal(err)
	}
	examples.Golden(t, e.Dir+"/status.yaml", b)
}

// TestStatusFields checks that some example, or one that was rolled back in EKS, sets each
// field of the status' schema, and no other. The API server would drop a field that isn't in
// the schema.
func TestStatusFields(t *testing.T) {
	t.Parallel()
	s, err := apis.Schema()
	if err != nil {
		t.Fatal(err)
	}
	reported := make(map[string]bool)
	for _, e := range examples.All(t) {
		for _, p := range passesOf(t, e) {
			fieldsReported(statusOf(p.Response), "status", reported)
		}
	}
	r := rollback{t: t, req: examples.Get("minimal").Steady(t)}
	r.report(compat.Previous(r.runs()))
	fieldsReported(statusOf(examples.Run(t, r.req)), "status", reported)
	leaves := leavesOf(s.Properties["status"], "status")
	for _, l := range leaves {
		for path := range maps.Clone(reported) {
			if of, isMap := strings.CutSuffix(l, "*"); isMap && strings.HasPrefix(path, of) {
				delete(reported, path)
				reported[l] = true
			}
		}
	}
	if diff := cmp.Diff(leaves, slices.Sorted(maps.Keys(reported))); diff != "" {
		t.Errorf("fields of status: -schema, +reported:\n%s", diff)
	}
}

// fieldsReported are the paths of all fields of a value.
func fieldsReported(v *structpb.Value, path string, reported map[string]bool) {
	switch k := v.GetKind().(type) {
	case *structpb.Value_StructValue:
		for f, c := range k.StructValue.GetFields() {
			fieldsReported(c, path+"."+f, reported)
		}
	case *structpb.Value_ListValue:
		for _, c := range k.ListValue.GetValues() {
			fieldsReported(c, path+"[]", reported)
		}
	default:
		reported[path] = true
	}
}

// TestRestoredFromBackup has a composite resource without status after a restore. The
// function restores it from the composed resources: desired state and status are the
// same. Composed resources without status retain their fields, and the result is the same
// once their providers report again.
func TestRestoredFromBackup(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			steady := aged(t, e)
			want := examples.Run(t, steady).GetDesired()

			restored := examples.Clone(t, steady)
			delete(restored.GetObserved().GetComposite().GetResource().GetFields(), "status")
			if d := differs(want, examples.Run(t, restored).GetDesired()); d != "" {
				t.Errorf("without the status of the composite resource: -want, +got:\n%s", d)
			}

			all := examples.Clone(t, restored)
			for _, o := range all.GetObserved().GetResources() {
				delete(o.GetResource().GetFields(), "status")
			}
			rsp := examples.Run(t, all)
			for k, r := range want.GetResources() {
				if d := differs(r.GetResource(), examples.DesiredResource(rsp, k)); d != "" {
					t.Errorf("without any status: %s: -want, +got:\n%s", k, d)
				}
			}
			restored.Observed.Composite.Resource = simulate.Composite(all.GetObserved().GetComposite().GetResource(), rsp)
			if d := differs(want, examples.Run(t, restored).GetDesired()); d != "" {
				t.Errorf("once the providers report again: -want, +got:\n%s", d)
			}
		})
	}
}

// TestStatusHasNoSecret searches responses for connection details.
func TestStatusHasNoSecret(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		req := examples.Clone(t, e.Steady(t))
		for k, o := range req.GetObserved().GetResources() {
			o.ConnectionDetails = map[string][]byte{"kubeconfig": []byte("secret-of-" + k)}
		}
		req.Observed.Composite.ConnectionDetails = map[string][]byte{"kubeconfig": []byte("secret")}
		if d := differs(examples.Run(t, e.Steady(t)).GetDesired(), examples.Run(t, req).GetDesired()); d != "" {
			t.Errorf("%s: connection details change what is desired: -without, +with:\n%s", e.Name, d)
		}
	}
}
