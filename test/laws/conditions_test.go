package laws

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/simulate"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// providerErrors are a provider's messages for the same failure in two attempts.
var providerErrors = [][2]string{
	{
		"create failed: async create failed: failed to create the resource: [{0 operation error EC2: CreateVpc, https response error StatusCode: 400, RequestID: 4a8524d5-fc0e-46ff-9000-fd823d1b8661, api error VpcLimitExceeded: no more  []}]",
		"create failed: async create failed: failed to create the resource: [{0 operation error EC2: CreateVpc, https response error StatusCode: 400, RequestID: 5b8524d5-fc0e-46ff-9000-fd823d1b8662, api error VpcLimitExceeded: no more  []}]",
	},
	{
		"observe failed: Get \"https://a.example.org\": read tcp 10.0.0.7:41234->10.0.0.1:443: i/o timeout",
		"observe failed: Get \"https://a.example.org\": read tcp 10.0.0.7:59999->10.0.0.1:443: i/o timeout",
	},
	{
		"update failed: update operation that started at 2026-01-01 10:00:00.123 +0000 UTC is still running",
		"update failed: update operation that started at 2026-01-01 10:10:00.456 +0000 UTC is still running",
	},
}

// fail some resources: their provider reports an error, worded differently at each attempt.
func fail(r *rand.Rand, req *fnv1.RunFunctionRequest) map[string][2]string {
	failed := make(map[string][2]string)
	some(r, req, func(k string, _ *structpb.Struct) { failed[k] = providerErrors[r.IntN(len(providerErrors))] })
	return failed
}

// setErrors of resources, as of that attempt.
func setErrors(req *fnv1.RunFunctionRequest, failed map[string][2]string, try int) {
	for k, c := range failed {
		for _, v := range object.Of(req.GetObserved().GetResources()[k].GetResource()).Value("status.conditions").GetListValue().GetValues() {
			f := v.GetStructValue().GetFields()
			f["lastTransitionTime"] = structpb.NewStringValue([]string{"2026-01-01T10:00:00Z", "2026-01-01T10:10:00Z"}[try])
			if f["type"].GetStringValue() == "Synced" {
				f["status"] = structpb.NewStringValue("False")
				f["message"] = structpb.NewStringValue(c[try])
			}
		}
	}
}

// TestConditionsAreStable promises that conditions stay the same, in the same order, and
// that no event is sent while only the number of attempts changes. A message that changes
// with each attempt would trigger another pass.
func TestConditionsAreStable(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r, steady := rng(t), e.Steady(t)
			for i := range share(10) {
				first := examples.Clone(t, steady)
				failed := fail(r, first)
				second := examples.Clone(t, first)
				setErrors(first, failed, 0)
				setErrors(second, failed, 1)
				reorder(r, second)

				before := examples.Run(t, first)
				second.Observed.Composite.Resource = simulate.Composite(second.GetObserved().GetComposite().GetResource(), before)
				after := examples.Run(t, second)
				if diff := cmp.Diff(before.GetConditions(), after.GetConditions(), protocmp.Transform()); diff != "" {
					t.Fatalf("case %d: conditions change although nothing else did: -before, +after:\n%s", i, diff)
				}
				if len(after.GetResults()) > 0 {
					t.Fatalf("case %d: results although nothing changed: %v", i, after.GetResults())
				}
			}
		})
	}
}

// TestEventsReportChanges promises one event for each change of a condition's status, and
// no other. Nothing in an example is probably wrong; TestWarnings is about what is.
func TestEventsReportChanges(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r, steady := rng(t), e.Steady(t)
			for i := range share(10) {
				req := examples.Clone(t, steady)
				addFaults(r, req, 2, statuslessXR)
				rsp := examples.Run(t, req)
				var want []string
				for _, c := range rsp.GetConditions() {
					if good := !slices.Contains(function.Quiet(), c.GetType()); good != (c.GetStatus() == fnv1.Status_STATUS_CONDITION_TRUE) {
						want = append(want, c.GetType()+" is False: "+c.GetMessage())
					}
				}
				var got []string
				for _, res := range rsp.GetResults() {
					if res.GetSeverity() != fnv1.Severity_SEVERITY_NORMAL || res.GetTarget() != fnv1.Target_TARGET_COMPOSITE_AND_CLAIM {
						t.Fatalf("case %d: want events of the claim, and no warning about an example, got %v", i, res)
					}
					got = append(got, res.GetMessage())
				}
				if len(want) != len(got) {
					t.Fatalf("case %d: events: -want, +got:\n%s", i, cmp.Diff(want, got))
				}
			}
		})
	}
}

// TestNothingUnreadyIsHidden promises that the composite resource and the part aren't
// ready while any of their resources isn't, desired or withheld, at any stage.
func TestNothingUnreadyIsHidden(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r, steady := rng(t), e.Steady(t)
			for i := range share(10) {
				req := examples.Clone(t, steady)
				addFaults(r, req, 2)
				rsp := examples.Run(t, req)
				composed, err := function.Compose(t.Context(), req)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range composed.Assembly.Parts {
					for _, s := range p.Decisions {
						d, desired := rsp.GetDesired().GetResources()[string(s.Key)]
						ready := desired && d.GetReady() == fnv1.Ready_READY_TRUE
						e := object.Of(req.GetObserved().GetResources()[string(s.Key)].GetResource())
						switch is := e.Is("Ready") && e.Is("Synced"); e.String("kind") {
						case "ProviderConfig", "Secret": // They have no conditions.
						case "Cluster", "NodeGroup": // EKS must report that they work, too.
							if ready && !is {
								t.Fatalf("case %d: %s is ready, want not", i, s.Key)
							}
						case "Release":
							if ready && !e.Is("Synced") {
								t.Fatalf("case %d: %s is ready, but isn't synced", i, s.Key)
							}
						default:
							if ready != is {
								t.Fatalf("case %d: %s is ready: %t, want %t", i, s.Key, ready, is)
							}
						}
						if ready {
							continue
						}
						if !desired && rsp.GetDesired().GetComposite().GetReady() != fnv1.Ready_READY_FALSE {
							t.Fatalf("case %d: %s is withheld, but the composite resource may be ready", i, s.Key)
						}
						if c := conditionOf(rsp, p.ConditionType()); c.GetStatus() != fnv1.Status_STATUS_CONDITION_FALSE || c.GetMessage() == "" {
							t.Fatalf("case %d: %s isn't ready, but its part is %v", i, s.Key, c)
						}
					}
				}
			}
		})
	}
}

// conditionOf a response, by type.
func conditionOf(rsp *fnv1.RunFunctionResponse, typ string) *fnv1.Condition {
	for _, c := range rsp.GetConditions() {
		if c.GetType() == typ {
			return c
		}
	}
	return nil
}

// TestInvalidClaimRetainsPlatform has a running claim that becomes invalid: its platform
// stays the same, the condition Valid is False, and the other conditions stay.
func TestInvalidClaimRetainsPlatform(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			was := e.Steady(t)
			req := examples.Clone(t, was)
			examples.Set(req, `"1.9.0"`, "spec", "kubernetesVersion")
			rsp := examples.Run(t, req)
			if render.Fatal(rsp) == "" || rsp.GetDesired() != nil {
				t.Fatalf("want a Fatal result and nothing desired, got %v", rsp)
			}
			want := conditionsOf(was.GetObserved().GetComposite().GetResource())
			xr := simulate.Composite(req.GetObserved().GetComposite().GetResource(), rsp)
			got := conditionsOf(xr)
			want[function.ConditionValid] = "False"
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("conditions of the composite resource: -want, +got:\n%s", diff)
			}

			// The next attempt has the same conditions, and the correction sends one
			// event.
			req.Observed.Composite.Resource = xr
			again := examples.Run(t, req)
			if diff := cmp.Diff(rsp.GetConditions(), again.GetConditions(), protocmp.Transform()); diff != "" {
				t.Errorf("conditions of the next attempt: -before, +after:\n%s", diff)
			}
			if len(again.GetResults()) != 1 {
				t.Errorf("results of the next attempt: want the Fatal one only, got %v", again.GetResults())
			}
			req.GetObserved().GetComposite().GetResource().GetFields()["spec"] = was.GetObserved().GetComposite().GetResource().GetFields()["spec"]
			corrected := examples.Run(t, req)
			if d := differs(examples.Run(t, was).GetDesired(), corrected.GetDesired()); d != "" {
				t.Errorf("the corrected claim's platform differs: -before, +after:\n%s", d)
			}
			if len(corrected.GetResults()) != 1 || corrected.GetResults()[0].GetMessage() != "Valid is True" {
				t.Errorf("results of the corrected claim: want that it's valid, got %v", corrected.GetResults())
			}
		})
	}
}

// conditionsOf a composite resource: their statuses by their types.
func conditionsOf(xr *structpb.Struct) map[string]string {
	cs := make(map[string]string)
	for _, v := range object.Of(xr).Value("status.conditions").GetListValue().GetValues() {
		f := v.GetStructValue().GetFields()
		cs[f["type"].GetStringValue()] = f["status"].GetStringValue()
	}
	return cs
}

// TestConditionTypes checks that an invalid claim retains every type of condition.
func TestConditionTypes(t *testing.T) {
	t.Parallel()
	all := make(map[string]bool)
	for _, e := range examples.All(t) {
		for _, p := range passesOf(t, e) {
			for _, c := range p.Response.GetConditions() {
				all[c.GetType()] = true
			}
		}
	}
	types := function.ConditionTypes()
	for _, typ := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(types, typ) {
			t.Errorf("ConditionTypes() doesn't contain %s", typ)
		}
	}
}

// TestRemovedPart has a part that a claim no longer requests. Its condition
// cannot be removed, so its reason is NotRequested.
func TestRemovedPart(t *testing.T) {
	t.Parallel()
	req := examples.Clone(t, examples.Get("seafarer-cluster").Steady(t))
	if s := conditionsOf(req.GetObserved().GetComposite().GetResource())["ObservabilityReady"]; s != "True" {
		t.Fatalf("ObservabilityReady: got %q, want True", s)
	}
	examples.Set(req, `{"fargateLogging": false}`, "spec", "observability")
	c := conditionOf(examples.Run(t, req), "ObservabilityReady")
	if c.GetStatus() != fnv1.Status_STATUS_CONDITION_TRUE || c.GetReason() != compose.ReasonNotRequested {
		t.Errorf("want True because nothing is requested, got %v", c)
	}
}

// TestReleaseUpgrade upgrades Karpenter: the platform stays ready, unless the upgrade
// fails.
func TestReleaseUpgrade(t *testing.T) {
	t.Parallel()
	release := func(t *testing.T, state, synced, ready string) *fnv1.RunFunctionRequest {
		t.Helper()
		req := examples.Clone(t, examples.Get("minimal").Steady(t))
		e := object.Of(req.GetObserved().GetResources()["karpenter"].GetResource())
		e.Value("status.atProvider").GetStructValue().GetFields()["state"] = structpb.NewStringValue(state)
		e.Value("status.atProvider").GetStructValue().GetFields()["releaseDescription"] = structpb.NewStringValue(`Release "karpenter" failed: timed out`)
		for _, v := range e.Value("status.conditions").GetListValue().GetValues() {
			f := v.GetStructValue().GetFields()
			f["status"] = structpb.NewStringValue(map[string]string{"Synced": synced, "Ready": ready}[f["type"].GetStringValue()])
		}
		return req
	}
	cases := map[string]struct {
		state, synced, ready string
		want                 string
	}{
		"Upgrading":    {state: "pending-upgrade", synced: "True", ready: "False"},
		"ValuesDiffer": {state: "deployed", synced: "True", ready: "False"},
		"Failed":       {state: "failed", synced: "True", ready: "False", want: `karpenter: Release "karpenter" failed: timed out`},
		"Unreachable":  {state: "deployed", synced: "False", ready: "True", want: "not ready yet: karpenter"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := examples.Run(t, release(t, tc.state, tc.synced, tc.ready))
			if got := conditionOf(rsp, "KarpenterReady").GetMessage(); got != tc.want {
				t.Errorf("KarpenterReady: want %q, got %q", tc.want, got)
			}
			if got := len(unready(rsp)) == 0; got != (tc.want == "") {
				t.Errorf("unready: got %v", unready(rsp))
			}
		})
	}
}
