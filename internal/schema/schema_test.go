package schema

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"
)

// platform is a schema with every supported feature.
const platform = `
type: object
properties:
  apiVersion: {type: string}
  kind: {type: string}
  metadata: {type: object}
  spec:
    type: object
    required: [region]
    properties:
      region: {type: string, maxLength: 14}
      mode: {type: string, enum: [Fast, Slow], default: Slow}
      note: {type: string}
      comment: {type: string, nullable: true}
      scaling:
        type: object
        default: {}
        properties:
          min: {type: integer, default: 1}
          max: {type: integer, default: 3}
        x-kubernetes-validations:
        - rule: self.min <= self.max
          message: min may not exceed max
      zones:
        type: array
        maxItems: 8
        items: {type: string}
        x-kubernetes-list-type: set
      pools:
        type: array
        items:
          type: object
          required: [name]
          properties:
            name: {type: string}
            size: {type: integer, default: 2}
        x-kubernetes-list-type: map
        x-kubernetes-list-map-keys: [name]
      tags:
        type: object
        additionalProperties: {type: string}
      accounts:
        type: object
        additionalProperties:
          type: object
          properties:
            id: {type: string}
      values:
        type: object
        x-kubernetes-preserve-unknown-fields: true
      manifest:
        type: object
        x-kubernetes-embedded-resource: true
        x-kubernetes-preserve-unknown-fields: true
x-kubernetes-validations:
- rule: "!has(self.metadata) || !has(self.metadata.name) || size(self.metadata.name) <= 10"
  message: name may not be longer than 10
`

func parse(tb testing.TB, doc string) *extv1.JSONSchemaProps {
	tb.Helper()
	out := &extv1.JSONSchemaProps{}
	if err := yaml.UnmarshalStrict([]byte(doc), out); err != nil {
		tb.Fatalf("cannot parse schema: %v", err)
	}
	return out
}

func compile(tb testing.TB, doc string) *Schema {
	tb.Helper()
	s, err := New(parse(tb, doc))
	if err != nil {
		tb.Fatalf("New(...): %v", err)
	}
	return s
}

// object parses an object as a client of the API server does.
func object(tb testing.TB, doc string) map[string]any {
	tb.Helper()
	out := map[string]any{}
	if err := yaml.Unmarshal([]byte(doc), &out); err != nil {
		tb.Fatalf("cannot parse object: %v", err)
	}
	return out
}

// messages of errors, for comparison.
func messages(errs field.ErrorList) []string {
	var out []string
	for _, err := range errs {
		out = append(out, err.Error())
	}
	return out
}

func TestNew(t *testing.T) {
	cases := map[string]struct {
		reason string
		schema *extv1.JSONSchemaProps
		want   string
	}{
		"Valid": {
			reason: "It should compile a structural schema.",
			schema: parse(t, platform),
		},
		"Nil": {
			reason: "It should refuse a schema that is nil.",
			want:   "is nil",
		},
		"NotAnObject": {
			reason: "It should refuse a schema that isn't one of an object.",
			schema: &extv1.JSONSchemaProps{Type: "string"},
			want:   "must be object at the root",
		},
		"NotStructural": {
			reason: "It should refuse a schema that has a field without a type.",
			schema: parse(t, `{type: object, properties: {spec: {description: No type}}}`),
			want:   "isn't structural",
		},
		"Ref": {
			reason: "It should refuse a schema that can't be converted to a structural one.",
			schema: parse(t, `{type: object, properties: {spec: {$ref: "#/elsewhere"}}}`),
			want:   "to a structural schema",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := ""
			if _, err := New(tc.schema); err != nil {
				got = err.Error()
			}
			if (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
				t.Errorf("\n%s\nNew(...): want error with %q, got %q", tc.reason, tc.want, got)
			}
		})
	}
}

func TestNewDoesNotShare(t *testing.T) {
	in := parse(t, platform)
	s, err := New(in)
	if err != nil {
		t.Fatalf("New(...): %v", err)
	}
	want := s.Validate(t.Context(), map[string]any{})

	in.Type = "string"
	delete(in.Properties, "spec")
	in.XValidations[0].Rule = "false"

	if diff := cmp.Diff(messages(want), messages(s.Validate(t.Context(), map[string]any{}))); diff != "" {
		t.Errorf("\nA Schema should not change with the object it was compiled from.\n-want, +got:\n%s", diff)
	}
}

func TestDefault(t *testing.T) {
	scaling := map[string]any{"min": int64(1), "max": int64(3)}

	cases := map[string]struct {
		reason string
		obj    map[string]any
		want   map[string]any
	}{
		"Nil": {
			reason: "It should not change a nil object.",
		},
		"Empty": {
			reason: "It should not add a field without a default.",
			obj:    map[string]any{},
			want:   map[string]any{},
		},
		"Nested": {
			reason: "It should apply defaults of defaults, and of list elements.",
			obj: object(t, `
spec:
  pools: [{name: a}, {name: b, size: 5}]
`),
			want: map[string]any{"spec": map[string]any{
				"mode":    "Slow",
				"scaling": scaling,
				"pools": []any{
					map[string]any{"name": "a", "size": int64(2)},
					map[string]any{"name": "b", "size": float64(5)},
				},
			}},
		},
		"Present": {
			reason: "It should not change existing fields, including unknown ones.",
			obj:    object(t, `{spec: {mode: Fast, scaling: {min: 2}, other: true}}`),
			want: map[string]any{"spec": map[string]any{
				"mode":    "Fast",
				"scaling": map[string]any{"min": float64(2), "max": int64(3)},
				"other":   true,
			}},
		},
		"Nulls": {
			reason: "It should replace a null by the default, and drop a null that isn't allowed and has no default.",
			obj:    object(t, `{spec: {mode: null, note: null, comment: null, scaling: null}}`),
			want: map[string]any{"spec": map[string]any{
				"mode":    "Slow",
				"comment": nil,
				"scaling": scaling,
			}},
		},
		"NilMaps": {
			reason: "It should apply defaults in nil maps.",
			obj: map[string]any{"spec": map[string]any{
				"scaling": map[string]any(nil),
				"pools":   []any{map[string]any(nil)},
			}},
			want: map[string]any{"spec": map[string]any{
				"mode":    "Slow",
				"scaling": scaling,
				"pools":   []any{map[string]any{"size": int64(2)}},
			}},
		},
		"WrongType": {
			reason: "It should not change a value of the wrong type.",
			obj:    map[string]any{"spec": "wat"},
			want:   map[string]any{"spec": "wat"},
		},
	}

	s := compile(t, platform)

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s.Default(tc.obj)
			if diff := cmp.Diff(tc.want, tc.obj); diff != "" {
				t.Errorf("\n%s\ns.Default(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	cases := map[string]struct {
		reason string
		obj    map[string]any
		want   []string
	}{
		"Valid": {
			reason: "It should accept an object with every field, with numbers as protobuf represents them.",
			obj: object(t, `
apiVersion: example.org/v1
kind: Platform
metadata: {name: cool, namespace: default, labels: {a: b}}
spec:
  region: eu-west-1
  mode: Fast
  comment: null
  scaling: {min: 1, max: 2}
  zones: [a, b]
  pools: [{name: a, size: 4}]
  tags: {any.key/at-all: works}
  accounts: {dev: {id: "1"}}
  values: {what: {ever: [1, 2.5]}}
  manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: cool}, data: {a: b}}
`),
		},
		"NoMeta": {
			reason: "It should accept an object that isn't a resource.",
			obj:    object(t, `{spec: {region: eu-west-1}}`),
		},
		"Nulls": {
			reason: "It should accept nulls that the API server drops or replaces by a default.",
			obj:    object(t, `{spec: {region: eu-west-1, note: null, mode: null}}`),
		},
		"Integers": {
			reason: "It should accept Go's own integers.",
			obj:    map[string]any{"spec": map[string]any{"region": "eu-west-1", "scaling": map[string]any{"min": 1, "max": int32(2)}}},
		},
		"NilMap": {
			reason: "It should treat a nil map as an empty one.",
			obj:    map[string]any{"spec": map[string]any(nil)},
			want:   []string{`spec.region: Required value`},
		},
		"UnknownFields": {
			reason: "It should report the exact path of unknown fields, and still evaluate rules.",
			obj: object(t, `
apiVersion: example.org/v1
kind: Platform
metadata: {name: cool, title: Cool}
extra: true
spec:
  region: eu-west-1
  regoin: eu-west-1
  scaling: {min: 4}
  pools: [{name: a}, {name: b, siez: 1}]
  accounts: {dev: {name: dev}}
  manifest: {apiVersion: v1, kind: ConfigMap, metadata: {lables: {a: b}}}
`),
			want: []string{
				`extra: Invalid value: unknown field`,
				`metadata.title: Invalid value: unknown field`,
				`spec.accounts.dev.name: Invalid value: unknown field`,
				`spec.manifest.metadata.lables: Invalid value: unknown field`,
				`spec.pools[1].siez: Invalid value: unknown field`,
				`spec.regoin: Invalid value: unknown field`,
				`spec.scaling: Invalid value: min may not exceed max`,
			},
		},
		"Structural": {
			reason: "It should report values the schema doesn't allow, and not evaluate rules on them.",
			obj: object(t, `
spec:
  region: a-region-that-does-not-exist
  mode: Medium
  scaling: {min: "4", max: 1.5}
  pools: [{size: 1}]
`),
			want: []string{
				`<nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.scaling.max`,
				`spec.mode: Unsupported value: "Medium": supported values: "Fast", "Slow"`,
				`spec.pools[0].name: Required value`,
				`spec.region: Too long: may not be more than 14 bytes`,
				`spec.scaling.max: Invalid value: "number": spec.scaling.max in body must be of type integer: "number"`,
				`spec.scaling.min: Invalid value: "string": spec.scaling.min in body must be of type integer: "string"`,
			},
		},
		"Required": {
			reason: "It should report a field that's required.",
			obj:    object(t, `{spec: {}}`),
			want:   []string{`spec.region: Required value`},
		},
		"ListTypes": {
			reason: "It should report duplicates in lists that are sets or maps.",
			obj:    object(t, `{spec: {region: eu-west-1, zones: [a, b, a], pools: [{name: a}, {name: a}]}}`),
			want: []string{
				`spec.pools[1]: Duplicate value: {"name":"a"}`,
				`spec.zones[2]: Duplicate value: "a"`,
			},
		},
		"CEL": {
			reason: "It should evaluate rules after defaults, with numbers as protobuf represents them.",
			obj:    object(t, `{spec: {region: eu-west-1, scaling: {min: 4}}}`),
			want:   []string{`spec.scaling: Invalid value: min may not exceed max`},
		},
		"CELMeta": {
			reason: "It should evaluate rules for metadata.",
			obj:    object(t, `{apiVersion: example.org/v1, kind: Platform, metadata: {name: much-too-long}, spec: {region: eu-west-1}}`),
			want:   []string{`<nil>: Invalid value: name may not be longer than 10`},
		},
		"Meta": {
			reason: "It should validate the metadata of resources.",
			obj:    object(t, `{apiVersion: a/b/c, metadata: {labels: {a: b c}}}`),
			want: []string{
				`apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c`,
				`kind: Required value`,
				`metadata.labels: Invalid value: "b c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
			},
		},
		"MetaWrongType": {
			reason: "It should report metadata of the wrong type.",
			obj:    map[string]any{"apiVersion": "v1", "kind": "A", "metadata": map[string]any{"name": 42}},
			want: []string{
				`<nil>: Invalid value: "object": invalid data, expected string, got int64 evaluating rule: name may not be longer than 10`,
				`metadata: Invalid value: {"name":42}: json: cannot unmarshal number into Go struct field ObjectMeta.name of type string`,
			},
		},
		"EmbeddedResource": {
			reason: "It should report an embedded object that isn't a resource.",
			obj:    object(t, `{spec: {region: eu-west-1, manifest: {data: {a: b}}}}`),
			want: []string{
				`spec.manifest.apiVersion: Required value`,
				`spec.manifest.kind: Required value`,
			},
		},
		"NotJSON": {
			reason: "It should report the first value that JSON can't represent, and nothing else.",
			obj:    map[string]any{"spec": map[string]any{"zones": []any{"a", []string{"b"}}, "tags": map[string]string{}}},
			want:   []string{`spec.tags: Invalid value: is not a JSON value`},
		},
		"NaN": {
			reason: "It should report a number that JSON can't represent.",
			obj:    map[string]any{"spec": map[string]any{"zones": []any{math.NaN()}}},
			want:   []string{`spec.zones[0]: Invalid value: NaN: is not a number JSON has`},
		},
	}

	s := compile(t, platform)

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			before, _ := Normalize(tc.obj).(map[string]any)
			got := s.Validate(t.Context(), tc.obj)
			if diff := cmp.Diff(tc.want, messages(got)); diff != "" {
				t.Errorf("\n%s\ns.Validate(...): -want, +got:\n%s", tc.reason, diff)
			}

			after, _ := Normalize(tc.obj).(map[string]any)
			if diff := cmp.Diff(before, after, cmpopts.EquateNaNs()); diff != "" {
				t.Errorf("\n%s\ns.Validate(...) changed the object: -before, +after:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestValidateNil(t *testing.T) {
	s := compile(t, `{type: object, required: [spec], properties: {spec: {type: object}}}`)

	want := []string{`spec: Required value`}
	if diff := cmp.Diff(want, messages(s.Validate(t.Context(), nil))); diff != "" {
		t.Errorf("\nA nil object should be treated as an empty one.\ns.Validate(...): -want, +got:\n%s", diff)
	}
}

func TestValidateCycle(t *testing.T) {
	s := compile(t, platform)

	obj := map[string]any{}
	obj["spec"], obj["other"] = obj, obj

	got := s.Validate(t.Context(), obj)
	if len(got) != 1 || got[0].Detail != "is nested too deep" {
		t.Errorf("\nAn object that contains itself should be an error.\ns.Validate(...): got %d errors", len(got))
	}
}

func TestValidateRuleDoesNotCompile(t *testing.T) {
	s := compile(t, `
type: object
properties:
  spec:
    type: object
    properties: {a: {type: string}}
    x-kubernetes-validations: [{rule: self.b == 1}]
`)

	got := messages(s.Validate(t.Context(), object(t, `{spec: {a: b}}`)))
	if len(got) != 1 || !strings.Contains(got[0], "rule compile error") {
		t.Errorf("\nA rule that doesn't compile should be an error.\ns.Validate(...): got %v", got)
	}
}

func TestValidateCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	// CEL may not check the context for a rule this cheap. Validate must return either
	// way.
	compile(t, platform).Validate(ctx, object(t, `{spec: {region: eu-west-1}}`))
}

func TestValidateConcurrently(t *testing.T) {
	s := compile(t, platform)
	obj := object(t, `{a: 1, b: 2, spec: {mode: Medium, zones: [a, a], c: 1, d: 2, scaling: {min: 4}}}`)
	want := messages(s.Validate(t.Context(), obj))

	wg := &sync.WaitGroup{}
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if diff := cmp.Diff(want, messages(s.Validate(t.Context(), obj))); diff != "" {
					t.Errorf("\nErrors should be the same, in the same order, each time.\n-want, +got:\n%s", diff)
				}
			}
		})
	}
	wg.Wait()
}

func TestNormalize(t *testing.T) {
	type thing struct{ A int }

	cases := map[string]struct {
		reason string
		v      any
		want   any
	}{
		"Nil":            {reason: "It should not change null.", v: nil, want: nil},
		"Integral":       {reason: "It should convert an integral float to an integer.", v: float64(42), want: int64(42)},
		"Negative":       {reason: "It should convert a negative integral float to an integer.", v: float64(-42), want: int64(-42)},
		"NegativeZero":   {reason: "It should convert negative zero to zero.", v: math.Copysign(0, -1), want: int64(0)},
		"Fraction":       {reason: "It should not change a fraction.", v: 4.2, want: 4.2},
		"Float32":        {reason: "It should widen a float32.", v: float32(0.5), want: 0.5},
		"Int":            {reason: "It should widen an int.", v: 42, want: int64(42)},
		"Int32":          {reason: "It should widen an int32.", v: int32(42), want: int64(42)},
		"Int64":          {reason: "It should not change an int64.", v: int64(42), want: int64(42)},
		"Smallest":       {reason: "It should convert the smallest int64 to an integer.", v: float64(math.MinInt64), want: int64(math.MinInt64)},
		"TooLarge":       {reason: "It should not change a float that's just too large for an int64.", v: float64(math.MaxInt64), want: float64(math.MaxInt64)},
		"TooSmall":       {reason: "It should not change a float that's too small for an int64.", v: -1e300, want: -1e300},
		"NaN":            {reason: "It should not change NaN.", v: math.NaN(), want: math.NaN()},
		"Infinity":       {reason: "It should not change infinity.", v: math.Inf(-1), want: math.Inf(-1)},
		"NilMap":         {reason: "It should allocate a nil map.", v: map[string]any(nil), want: map[string]any{}},
		"NilSlice":       {reason: "It should allocate a nil slice.", v: []any(nil), want: []any{}},
		"NotJSON":        {reason: "It should not change a value that isn't JSON.", v: thing{A: 1}, want: thing{A: 1}},
		"NumberInString": {reason: "It should not change a string.", v: "42", want: "42"},
		"Nested": {
			reason: "It should convert nested values.",
			v:      map[string]any{"a": []any{float64(1), map[string]any{"b": float64(2)}, true}},
			want:   map[string]any{"a": []any{int64(1), map[string]any{"b": int64(2)}, true}},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Normalize(tc.v), cmpopts.EquateNaNs()); diff != "" {
				t.Errorf("\n%s\nNormalize(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestNormalizeCopies(t *testing.T) {
	in := map[string]any{"a": []any{map[string]any{"b": "c"}}}
	out := Normalize(in)

	if l, ok := in["a"].([]any); ok {
		l[0] = "changed"
	}

	want := map[string]any{"a": []any{map[string]any{"b": "c"}}}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("\nA copy should not change when its original does.\nNormalize(...): -want, +got:\n%s", diff)
	}
}

func FuzzValidate(f *testing.F) {
	for _, seed := range []string{
		`null`,
		`{}`,
		`{"apiVersion":"v1","kind":"A","metadata":{"name":"a","labels":{"a":"b"}}}`,
		`{"metadata":[],"spec":{"region":"eu-west-1","scaling":{"min":4.5}}}`,
		`{"spec":{"zones":["a",{"b":[]},["a"],null],"pools":[{"name":"a"},null,1],"values":{"a":{"b":null}}}}`,
		`{"spec":{"manifest":{"apiVersion":1,"kind":null,"metadata":{"annotations":[]}},"accounts":{"":null}}}`,
		`{"spec":null,"kind":{},"apiVersion":[1e308]}`,
	} {
		f.Add([]byte(seed))
	}

	s := compile(f, platform)

	f.Fuzz(func(t *testing.T, data []byte) {
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			t.Skip()
		}
		obj, ok := v.(map[string]any)
		if !ok {
			obj = map[string]any{"spec": v}
		}

		want := messages(s.Validate(t.Context(), obj))
		if diff := cmp.Diff(want, messages(s.Validate(t.Context(), obj))); diff != "" {
			t.Errorf("s.Validate(...) isn't deterministic: -first, +second:\n%s", diff)
		}
		s.Default(obj)
	})
}

func BenchmarkValidate(b *testing.B) {
	s := compile(b, platform)
	obj := object(b, `
apiVersion: example.org/v1
kind: Platform
metadata: {name: cool, namespace: default, labels: {a: b}}
spec:
  region: eu-west-1
  zones: [a, b, c]
  scaling: {min: 1, max: 2}
  pools: [{name: a, size: 4}, {name: b}]
  tags: {a: b, c: d}
  manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: cool}, data: {a: b}}
`)

	b.ReportAllocs()
	for b.Loop() {
		s.Validate(b.Context(), obj)
	}
}
