package laws

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/simulate"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// warned are the messages of the Warning results of a response. Others are events.
func warned(t *testing.T, rsp *fnv1.RunFunctionResponse) []string {
	t.Helper()
	var ms []string
	for _, r := range rsp.GetResults() {
		switch {
		case r.GetSeverity() != fnv1.Severity_SEVERITY_WARNING:
		case r.GetTarget() != fnv1.Target_TARGET_COMPOSITE_AND_CLAIM || r.GetReason() != function.ReasonWarning:
			t.Errorf("want a warning of the composite resource and its claim, got %v", r)
		default:
			ms = append(ms, r.GetMessage())
		}
	}
	return ms
}

// TestWarnings promises Warning results for what is probably wrong in a claim, once for as
// long as it stays so, and its place in the message of the condition Valid.
func TestWarnings(t *testing.T) {
	t.Parallel()
	with := func(types ...any) *fnv1.RunFunctionRequest {
		return claimed(t, examples.Get("minimal"), func(c *fieldpath.Paved) { alter(t, c, map[string]any{"spec.systemNodes.instanceTypes": types}) })
	}
	next := func(req *fnv1.RunFunctionRequest, before *fnv1.RunFunctionResponse) *fnv1.RunFunctionRequest {
		req.Observed.Composite.Resource = simulate.Composite(req.GetObserved().GetComposite().GetResource(), before)
		return req
	}

	first := examples.Run(t, with("t3.nano"))
	got := warned(t, first)
	if len(got) != 1 || !strings.HasPrefix(got[0], "spec.systemNodes.instanceTypes[0]: a t3.nano takes 4 pods") {
		t.Fatalf("the first pass: want a warning, got %v", got)
	}
	if again := examples.Run(t, with("t3.nano")); !proto.Equal(first, again) {
		t.Error("the same request results in another response")
	}
	usual := examples.Run(t, with("t3.medium"))
	if want, got := desiredKeys(usual), desiredKeys(first); !slices.Equal(want, got) {
		t.Errorf("a warning changes what is desired: -want, +got:\n%s", cmp.Diff(want, got))
	}

	second := examples.Run(t, next(with("t3.nano"), first))
	if got := warned(t, second); len(got) > 0 {
		t.Errorf("the second pass: want no event of what stays the same, got %v", got)
	}
	if c := object.Of(next(with(), second).GetObserved().GetComposite().GetResource()).Condition(function.ConditionValid); c.Status != "True" || c.Message != got[0] {
		t.Errorf("the condition Valid: want True with the warning, got %v", c)
	}
	if got := warned(t, examples.Run(t, next(with("t3.nano", "t3.micro"), second))); len(got) != 2 {
		t.Errorf("one more warning: want all of them, got %v", got)
	}

	corrected := examples.Run(t, next(with("t3.medium"), second))
	if len(corrected.GetResults()) > 0 || corrected.GetConditions()[0].GetMessage() != "" {
		t.Errorf("the corrected claim: want no results and no message, got %v and %v", corrected.GetResults(), corrected.GetConditions()[0])
	}
}

// TestManyWarnings are few events: Kubernetes drops those of an object after 25.
func TestManyWarnings(t *testing.T) {
	t.Parallel()
	var types []any
	for range 20 {
		types = append(types, "t3.nano")
	}
	rsp := examples.Run(t, claimed(t, examples.Get("minimal"), func(c *fieldpath.Paved) { alter(t, c, map[string]any{"spec.systemNodes.instanceTypes": types}) }))
	got := warned(t, rsp)
	if len(got) != 6 || got[5] != "15 more warnings are in the condition Valid" {
		t.Errorf("want five warnings and the number of the others, got %v", got)
	}
}

// desiredKeys of a response, in order.
func desiredKeys(rsp *fnv1.RunFunctionResponse) []string {
	return slices.Sorted(maps.Keys(rsp.GetDesired().GetResources()))
}
