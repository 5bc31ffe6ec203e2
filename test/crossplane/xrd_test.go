package crossplane

import (
	stdjson "encoding/json"
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/crossplane-runtime/v2/pkg/errors"
	"github.com/crossplane/crossplane-runtime/v2/pkg/xcrd"
	v1 "github.com/crossplane/crossplane/apis/v2/apiextensions/v1"
	v2 "github.com/crossplane/crossplane/apis/v2/apiextensions/v2"
)

// uiPrefix of keys for catalogs, which are only in the XRD. Kubernetes doesn't accept
// them.
const uiPrefix = "x-ui-"

// A Derivation is a way that Crossplane derives a CRD from an XRD.
type Derivation struct {
	derive func(*v1.CompositeResourceDefinition) (*extv1.CustomResourceDefinition, error)
	names  func(*v1.CompositeResourceDefinition) extv1.CustomResourceDefinitionNames
}

func derivations() map[string]Derivation {
	return map[string]Derivation{
		"Composite": {
			derive: xcrd.ForCompositeResource,
			names: func(xrd *v1.CompositeResourceDefinition) extv1.CustomResourceDefinitionNames {
				return xrd.Spec.Names
			},
		},
		"Claim": {
			derive: xcrd.ForCompositeResourceClaim,
			names: func(xrd *v1.CompositeResourceDefinition) extv1.CustomResourceDefinitionNames {
				return *xrd.Spec.ClaimNames
			},
		},
	}
}

func TestDerivedCRDsAreComplete(t *testing.T) {
	xrd := readXRD(t, xrdPath)

	for name, d := range derivations() {
		t.Run(name, func(t *testing.T) {
			diff, err := d.Dropped(xrd)
			if err != nil {
				t.Fatal(err)
			}

			if diff != "" {
				t.Errorf("CRD derived from %s: -XRD, +CRD:\n%s", xrdPath, diff)
			}
		})
	}
}

func TestDerivedCRDsAreValid(t *testing.T) {
	xrd := readXRD(t, xrdPath)

	for name, d := range derivations() {
		t.Run(name, func(t *testing.T) {
			crd, err := d.derive(xrd.DeepCopy())
			if err != nil {
				t.Fatalf("cannot derive CRD: %v", err)
			}

			if err := ValidateCRD(t.Context(), crd); err != nil {
				t.Errorf("CRD derived from %s is invalid: %v", xrdPath, err)
			}
		})
	}
}

func TestDerivedCRDsAcceptExamples(t *testing.T) {
	xrd := readXRD(t, xrdPath)

	api, err := DerivedAPI(xrd)
	if err != nil {
		t.Fatal(err)
	}

	exs, err := LoadExamples(examplePath)
	if err != nil {
		t.Fatal(err)
	}

	for _, ex := range exs {
		t.Run(ex.Name, func(t *testing.T) {
			if ex.Invalid() && ex.WantAPIErrors == nil {
				skipf(t, "the function, not the API server, refuses it: there is no %s", wantAPIErrorFile)
			}

			if ex.Has(xrFile) {
				xr, err := ex.Read(xrFile)
				if err != nil {
					t.Fatal(err)
				}

				check(t, xrFile, ex.WantAPIErrors, api.Create(t.Context(), xr))
			}

			if !ex.Has(claimFile) {
				return
			}

			cm, err := ex.Claim()
			if err != nil {
				t.Fatal(err)
			}

			check(t, claimFile, ex.WantAPIErrors, api.Create(t.Context(), cm.DeepCopy()))

			if ex.Invalid() {
				return
			}

			xr, err := Composite(xrd, cm)
			if err != nil {
				t.Fatal(err)
			}

			check(t, "the XR of "+claimFile, nil, api.Create(t.Context(), xr))
		})
	}
}

// check the error of the API server: none is wanted, or one that contains all of the
// supplied texts.
func check(t *testing.T, what string, want []string, got error) {
	t.Helper()

	if want == nil {
		if got != nil {
			t.Errorf("%s: want it accepted, got error: %v", what, got)
		}

		return
	}

	if got == nil {
		t.Errorf("%s: want an error, got none", what)
		return
	}

	for _, w := range want {
		if !strings.Contains(got.Error(), w) {
			t.Errorf("%s: got error: %v\nwant: %s", what, got, w)
		}
	}
}

func readXRD(t *testing.T, path string) *v1.CompositeResourceDefinition {
	t.Helper()

	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("cannot read XRD: %v", err)
	}

	xrd, err := ParseXRD(b)
	if err != nil {
		t.Fatalf("cannot parse %s: %v", path, err)
	}

	return xrd
}

// ParseXRD parses an XRD with a claim, or a v2 XRD, which has none. Crossplane converts
// both to the same type.
func ParseXRD(b []byte) (*v1.CompositeResourceDefinition, error) {
	xrd := &v1.CompositeResourceDefinition{}
	if err := yaml.UnmarshalStrict(b, xrd); err != nil {
		return nil, errors.Wrap(err, "cannot unmarshal XRD")
	}

	switch gvk := xrd.GroupVersionKind(); {
	case gvk == v2.CompositeResourceDefinitionGroupVersionKind:
	case gvk != v1.CompositeResourceDefinitionGroupVersionKind:
		return nil, errors.Errorf("want %s, got %s", v1.CompositeResourceDefinitionGroupVersionKind, gvk)
	case xrd.Spec.ClaimNames == nil:
		return nil, errors.New("XRD has no claimNames")
	}

	for _, v := range xrd.Spec.Versions {
		if v.Schema == nil {
			return nil, errors.Errorf("version %s has no schema", v.Name)
		}
	}

	return xrd, nil
}

// DerivedAPI returns an API that serves the CRDs that Crossplane derives from the supplied
// XRD.
func DerivedAPI(xrd *v1.CompositeResourceDefinition) (API, error) {
	crds := make([]*extv1.CustomResourceDefinition, 0)

	for name, d := range derivations() {
		crd, err := d.derive(xrd.DeepCopy())
		if err != nil {
			return nil, errors.Wrapf(err, "cannot derive %s CRD", name)
		}

		crds = append(crds, crd)
	}

	return NewAPI(crds...)
}

// Dropped returns the difference between the supplied XRD and the derived CRD. What
// Crossplane always adds doesn't count: it's in the CRD that is derived from a bare XRD.
func (d Derivation) Dropped(xrd *v1.CompositeResourceDefinition) (string, error) {
	want, err := d.declared(xrd)
	if err != nil {
		return "", err
	}

	got, err := d.derived(xrd)
	if err != nil {
		return "", err
	}

	added, err := d.derived(bare(xrd))
	if err != nil {
		return "", err
	}

	return cmp.Diff(want, strip(got, added, want)), nil
}

// declared returns the content of the supplied XRD.
func (d Derivation) declared(xrd *v1.CompositeResourceDefinition) (any, error) {
	vs := map[string]any{}

	for _, v := range xrd.Spec.Versions {
		s := map[string]any{}
		if err := json.Unmarshal(v.Schema.OpenAPIV3Schema.Raw, &s); err != nil {
			return nil, errors.Wrapf(err, "cannot unmarshal the schema of version %s", v.Name)
		}

		declared := map[string]any{
			"served":             v.Served,
			"storage":            v.Referenceable,
			"deprecated":         v.Deprecated != nil && *v.Deprecated,
			"deprecationWarning": v.DeprecationWarning,
			"printerColumns":     v.AdditionalPrinterColumns,
			"schema":             withoutUI(s),
		}

		if v.Subresources != nil {
			declared["scale"] = v.Subresources.Scale
		}

		vs[v.Name] = declared
	}

	declared := map[string]any{
		"group":      xrd.Spec.Group,
		"names":      d.names(xrd),
		"conversion": xrd.Spec.Conversion,
		"labels":     xrd.GetLabels(),
		"versions":   vs,
	}

	if m := xrd.Spec.Metadata; m != nil {
		ls := map[string]string{}
		for _, in := range []map[string]string{xrd.GetLabels(), m.Labels} {
			maps.Copy(ls, in)
		}

		declared["labels"] = ls
		declared["annotations"] = m.Annotations
	}

	return plain(declared)
}

// derived returns the content of the CRD that is derived from the supplied XRD, in the same
// form.
func (d Derivation) derived(xrd *v1.CompositeResourceDefinition) (any, error) {
	crd, err := d.derive(xrd.DeepCopy())
	if err != nil {
		return nil, errors.Wrap(err, "cannot derive CRD")
	}

	vs := map[string]any{}

	for _, v := range crd.Spec.Versions {
		derived := map[string]any{
			"served":             v.Served,
			"storage":            v.Storage,
			"deprecated":         v.Deprecated,
			"deprecationWarning": v.DeprecationWarning,
			"printerColumns":     v.AdditionalPrinterColumns,
			"schema":             v.Schema.OpenAPIV3Schema,
		}

		if v.Subresources != nil {
			derived["scale"] = v.Subresources.Scale
		}

		vs[v.Name] = derived
	}

	return plain(map[string]any{
		"group":       crd.Spec.Group,
		"names":       crd.Spec.Names,
		"conversion":  crd.Spec.Conversion,
		"labels":      crd.GetLabels(),
		"annotations": crd.GetAnnotations(),
		"versions":    vs,
	})
}

// bare returns the supplied XRD with only its names.
func bare(xrd *v1.CompositeResourceDefinition) *v1.CompositeResourceDefinition {
	out := xrd.DeepCopy()
	out.SetLabels(nil)
	out.Spec.Metadata = nil

	for _, n := range []*extv1.CustomResourceDefinitionNames{&out.Spec.Names, out.Spec.ClaimNames} {
		if n == nil {
			continue
		}

		n.Categories = nil
		n.ShortNames = nil
	}

	for i := range out.Spec.Versions {
		v := &out.Spec.Versions[i]
		v.AdditionalPrinterColumns = nil
		v.Subresources = nil
		v.Schema = &v1.CompositeResourceValidation{OpenAPIV3Schema: runtime.RawExtension{Raw: []byte(`{"type":"object"}`)}}
	}

	return out
}

// strip removes from got what is in added and isn't in want.
func strip(got, added, want any) any {
	switch g := got.(type) {
	case map[string]any:
		a, _ := added.(map[string]any)
		w, _ := want.(map[string]any)

		for k, v := range a {
			_, wanted := w[k]
			if !wanted && cmp.Equal(g[k], v) {
				delete(g, k)
				continue
			}

			g[k] = strip(g[k], v, w[k])
			if !wanted && empty(g[k]) {
				delete(g, k)
			}
		}

		return g
	case []any:
		a, _ := added.([]any)
		w, _ := want.([]any)

		for _, v := range a {
			if index(w, v) >= 0 {
				continue
			}

			if i := index(g, v); i >= 0 {
				g = append(g[:i:i], g[i+1:]...)
			}
		}

		return g
	default:
		return got
	}
}

func index(in []any, v any) int {
	for i := range in {
		if cmp.Equal(in[i], v) {
			return i
		}
	}

	return -1
}

func empty(v any) bool {
	if v == nil {
		return true
	}

	rv := reflect.ValueOf(v)

	return (rv.Kind() == reflect.Map || rv.Kind() == reflect.Slice) && rv.Len() == 0
}

// withoutUI returns the supplied schema without the keys of catalogs.
func withoutUI(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			if strings.HasPrefix(k, uiPrefix) {
				delete(v, k)
				continue
			}

			v[k] = withoutUI(v[k])
		}

		return v
	case []any:
		for i := range v {
			v[i] = withoutUI(v[i])
		}

		return v
	default:
		return v
	}
}

// plain returns the supplied value as maps, slices and scalars, without nulls and empty
// values at the top two levels, whose keys are ours.
func plain(in map[string]any) (any, error) {
	b, err := stdjson.Marshal(in)
	if err != nil {
		return nil, errors.Wrap(err, "cannot marshal JSON")
	}

	out := map[string]any{}
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, errors.Wrap(err, "cannot unmarshal JSON")
	}

	compact(out)

	vs, _ := out["versions"].(map[string]any)
	for _, v := range vs {
		if m, ok := v.(map[string]any); ok {
			compact(m)
		}
	}

	return out, nil
}

func compact(m map[string]any) {
	for k, v := range m {
		if empty(v) {
			delete(m, k)
		}
	}
}

// sample is an XRD for the tests of the helpers.
const sample = `
apiVersion: apiextensions.crossplane.io/v1
kind: CompositeResourceDefinition
metadata:
  name: xnotes.example.org
spec:
  group: example.org
  defaultCompositeDeletePolicy: Foreground
  names: {kind: XNote, plural: xnotes}
  claimNames: {kind: Note, plural: notes, shortNames: [nt], categories: [paper]}
  versions:
  - name: v1alpha1
    served: true
    referenceable: true
    additionalPrinterColumns:
    - {name: PHASE, type: string, jsonPath: .status.phase}
    schema:
      openAPIV3Schema:
        type: object
        description: A note.
        x-kubernetes-validations:
        - {rule: "self.metadata.name.matches('^[a-z]')", message: must start with a letter}
        required: [spec]
        properties:
          metadata:
            type: object
            properties:
              name: {type: string, maxLength: 40}
          spec:
            type: object
            required: [message]
            x-kubernetes-validations:
            - {rule: "!has(self.copies) || self.copies < 10 || self.message != 'long'", message: too many}
            properties:
              message: {type: string, minLength: 1, x-ui-order: 1}
              copies: {type: integer, minimum: 1, default: 1}
              color: {type: string, enum: [Red, Blue], default: Red}
              tags: {type: array, x-kubernetes-list-type: set, maxItems: 5, items: {type: string, maxLength: 20}}
              page:
                type: object
                default: {}
                properties:
                  size: {type: string, default: A4, pattern: "^A[0-9]$"}
          status:
            type: object
            properties:
              phase: {type: string}
`

func TestDropped(t *testing.T) {
	cases := map[string]struct {
		reason string
		edit   func(xrd, schema *unstructured.Unstructured)
		kind   string
		want   []string // Parts of the difference. None means no difference.
	}{
		"ClaimComplete": {
			reason: "A claim's CRD should have everything in the sample.",
			kind:   "Claim",
		},
		"CompositeComplete": {
			reason: "A composite's CRD should have everything in the sample.",
			kind:   "Composite",
		},
		"RootTitle": {
			reason: "A title of the root is dropped.",
			kind:   "Claim",
			edit:   func(_, s *unstructured.Unstructured) { set(s, "A note", "title") },
			want:   []string{`-`, `"title":`, `"A note"`},
		},
		"SpecDefault": {
			reason: "A default of the spec is dropped.",
			kind:   "Composite",
			edit:   func(_, s *unstructured.Unstructured) { set(s, map[string]any{}, "properties", "spec", "default") },
			want:   []string{`"default":`},
		},
		"NamePattern": {
			reason: "A pattern of the name is dropped.",
			kind:   "Claim",
			edit: func(_, s *unstructured.Unstructured) {
				set(s, "^[a-z]", "properties", "metadata", "properties", "name", "pattern")
			},
			want: []string{`"pattern":`},
		},
		"LongName": {
			reason: "A name may not be longer than 63 characters.",
			kind:   "Claim",
			edit: func(_, s *unstructured.Unstructured) {
				set(s, int64(100), "properties", "metadata", "properties", "name", "maxLength")
			},
			want: []string{`"maxLength":`, `100`, `63`},
		},
		"ReservedSpecField": {
			reason: "Crossplane overwrites a field that has a reserved name.",
			kind:   "Claim",
			edit: func(_, s *unstructured.Unstructured) {
				set(s, map[string]any{"type": "string"}, "properties", "spec", "properties", "resourceRef")
			},
			want: []string{`"resourceRef":`},
		},
		"ReservedStatusField": {
			reason: "Crossplane overwrites our conditions with its own.",
			kind:   "Composite",
			edit: func(_, s *unstructured.Unstructured) {
				set(s, map[string]any{"type": "array", "items": map[string]any{"type": "string"}}, "properties", "status", "properties", "conditions")
			},
			want: []string{`"conditions":`},
		},
		"UnknownKey": {
			reason: "Kubernetes drops a misspelled key.",
			kind:   "Claim",
			edit: func(_, s *unstructured.Unstructured) {
				set(s, int64(3), "properties", "spec", "properties", "message", "maxlength")
			},
			want: []string{`"maxlength":`},
		},
		"ReadyColumn": {
			reason: "Crossplane adds a READY column, so there would be two.",
			kind:   "Composite",
			edit: func(xrd, _ *unstructured.Unstructured) {
				vs, _, _ := unstructured.NestedSlice(xrd.Object, "spec", "versions")
				vs[0].(map[string]any)["additionalPrinterColumns"] = []any{map[string]any{
					"name": "READY", "type": "string", "jsonPath": ".status.conditions[?(@.type=='Ready')].status",
				}}
				set(xrd, vs, "spec", "versions")
			},
			want: []string{`"printerColumns":`, `+`, `"READY"`},
		},
		"ClaimCategory": {
			reason: "Crossplane adds the category claim, so it would be there twice.",
			kind:   "Claim",
			edit: func(xrd, _ *unstructured.Unstructured) {
				set(xrd, []any{"claim"}, "spec", "claimNames", "categories")
			},
			want: []string{`"categories":`, `+`, `"claim"`},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			edit := tc.edit
			if edit == nil {
				edit = func(_, _ *unstructured.Unstructured) {}
			}

			got, err := derivations()[tc.kind].Dropped(sampleXRD(t, edit))
			if err != nil {
				t.Fatalf("\n%s\nDropped(...): %v", tc.reason, err)
			}

			if len(tc.want) == 0 && got != "" {
				t.Errorf("\n%s\nDropped(...): want no difference, got:\n%s", tc.reason, got)
			}

			for _, w := range tc.want {
				if !strings.Contains(got, w) {
					t.Errorf("\n%s\nDropped(...): want %s in difference, got:\n%s", tc.reason, w, got)
				}
			}
		})
	}
}

func TestCreate(t *testing.T) {
	api, err := DerivedAPI(sampleXRD(t, func(_, _ *unstructured.Unstructured) {}))
	if err != nil {
		t.Fatal(err)
	}

	const head = "apiVersion: example.org/v1alpha1\nkind: Note\nmetadata: {name: hi, namespace: default}\n"

	cases := map[string]struct {
		reason string
		obj    string
		want   string         // Part of the error.
		spec   map[string]any // After defaulting, if there's no error.
	}{
		"Defaults": {
			reason: "Defaults of the sample and of Crossplane should be set, and integers accepted.",
			obj:    head + "spec: {message: hi, copies: 3}",
			spec: map[string]any{
				"message":               "hi",
				"copies":                int64(3),
				"color":                 "Red",
				"page":                  map[string]any{"size": "A4"},
				"compositeDeletePolicy": "Foreground",
			},
		},
		"UnknownField": {
			reason: "An unknown field should be refused.",
			obj:    head + "spec: {message: hi, mesage: hi}",
			want:   "unknown fields: spec.mesage",
		},
		"UnknownMetadata": {
			reason: "An unknown field of the metadata should be refused.",
			obj:    "apiVersion: example.org/v1alpha1\nkind: Note\nmetadata: {name: hi, namespace: default, label: {}}\nspec: {message: hi}",
			want:   "unknown fields: metadata.label",
		},
		"MissingField": {
			reason: "A missing field should be refused.",
			obj:    head + "spec: {}",
			want:   "spec.message: Required value",
		},
		"Enum": {
			reason: "A value that's not in the enum should be refused.",
			obj:    head + "spec: {message: hi, color: Pink}",
			want:   `spec.color: Unsupported value: "Pink"`,
		},
		"Pattern": {
			reason: "A value that doesn't match the pattern should be refused.",
			obj:    head + "spec: {message: hi, page: {size: B5}}",
			want:   "spec.page.size: Invalid value",
		},
		"Set": {
			reason: "A set with duplicates should be refused.",
			obj:    head + "spec: {message: hi, tags: [a, a]}",
			want:   `spec.tags[1]: Duplicate value: "a"`,
		},
		"SpecRule": {
			reason: "A value that violates a rule of the spec should be refused.",
			obj:    head + "spec: {message: long, copies: 10}",
			want:   "too many",
		},
		"RootRule": {
			reason: "A value that violates a rule of the root should be refused.",
			obj:    "apiVersion: example.org/v1alpha1\nkind: Note\nmetadata: {name: 1st, namespace: default}\nspec: {message: hi}",
			want:   "must start with a letter",
		},
		"BadName": {
			reason: "A name that isn't a DNS subdomain should be refused.",
			obj:    "apiVersion: example.org/v1alpha1\nkind: Note\nmetadata: {name: Hi, namespace: default}\nspec: {message: hi}",
			want:   "metadata.name: Invalid value",
		},
		"ClusterScopedClaim": {
			reason: "A claim without a namespace should be refused.",
			obj:    "apiVersion: example.org/v1alpha1\nkind: Note\nmetadata: {name: hi}\nspec: {message: hi}",
			want:   "metadata.namespace: Required value",
		},
		"UnknownKind": {
			reason: "A kind that no CRD serves should be refused.",
			obj:    "apiVersion: example.org/v1\nkind: Note\nmetadata: {name: hi}\nspec: {message: hi}",
			want:   "no CRD serves",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			us, err := Decode([]byte(tc.obj))
			if err != nil {
				t.Fatal(err)
			}

			err = api.Create(t.Context(), us[0])
			if tc.want != "" {
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("\n%s\nCreate(...): want error %q, got %v", tc.reason, tc.want, err)
				}

				return
			}

			if err != nil {
				t.Fatalf("\n%s\nCreate(...): %v", tc.reason, err)
			}

			if diff := cmp.Diff(tc.spec, us[0].Object["spec"]); diff != "" {
				t.Errorf("\n%s\nCreate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestValidateCRD(t *testing.T) {
	cases := map[string]struct {
		reason string
		edit   func(xrd, schema *unstructured.Unstructured)
		want   string
	}{
		"Valid": {
			reason: "The sample's CRDs should be valid.",
			edit:   func(_, _ *unstructured.Unstructured) {},
		},
		"BadDefault": {
			reason: "A default that's not in the enum should be refused.",
			edit: func(_, s *unstructured.Unstructured) {
				set(s, "Pink", "properties", "spec", "properties", "color", "default")
			},
			want: "default: Unsupported value",
		},
		"RequiredInEmptyDefault": {
			reason: "A default without a required field should be refused, even if that field has a default.",
			edit: func(_, s *unstructured.Unstructured) {
				set(s, []any{"size"}, "properties", "spec", "properties", "page", "required")
			},
			want: "default.size: Required value",
		},
		"BadRule": {
			reason: "A rule that doesn't compile should be refused.",
			edit: func(_, s *unstructured.Unstructured) {
				set(s, []any{map[string]any{"rule": "self.nope == 1"}}, "properties", "spec", "x-kubernetes-validations")
			},
			want: "undefined field 'nope'",
		},
		"ExpensiveRule": {
			reason: "A rule that may cost too much should be refused.",
			edit: func(_, s *unstructured.Unstructured) {
				set(s, map[string]any{"type": "array", "items": map[string]any{"type": "string"}}, "properties", "spec", "properties", "tags")
				set(s, []any{map[string]any{"rule": "!has(self.tags) || self.tags.all(a, self.tags.exists_one(b, a == b))"}}, "properties", "spec", "x-kubernetes-validations")
			},
			want: "estimated rule cost exceeds budget",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			for kind, d := range derivations() {
				crd, err := d.derive(sampleXRD(t, tc.edit))
				if err != nil {
					t.Fatal(err)
				}

				err = ValidateCRD(t.Context(), crd)
				if tc.want == "" && err != nil {
					t.Errorf("\n%s\nValidateCRD(%s): %v", tc.reason, kind, err)
				}

				if tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
					t.Errorf("\n%s\nValidateCRD(%s): want error %q, got %v", tc.reason, kind, tc.want, err)
				}
			}
		})
	}
}

// sampleXRD returns the sample, edited.
func sampleXRD(t *testing.T, edit func(xrd, schema *unstructured.Unstructured)) *v1.CompositeResourceDefinition {
	t.Helper()

	us, err := Decode([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}

	vs, _, _ := unstructured.NestedSlice(us[0].Object, "spec", "versions")
	s, _, _ := unstructured.NestedMap(vs[0].(map[string]any), "schema", "openAPIV3Schema")

	schema := &unstructured.Unstructured{Object: s}
	edit(us[0], schema)

	vs, _, _ = unstructured.NestedSlice(us[0].Object, "spec", "versions")
	_ = unstructured.SetNestedMap(vs[0].(map[string]any), schema.Object, "schema", "openAPIV3Schema")
	set(us[0], vs, "spec", "versions")

	b, err := yaml.Marshal(us[0].Object)
	if err != nil {
		t.Fatal(err)
	}

	xrd, err := ParseXRD(b)
	if err != nil {
		t.Fatal(err)
	}

	return xrd
}

func set(u *unstructured.Unstructured, v any, path ...string) {
	if err := unstructured.SetNestedField(u.Object, v, path...); err != nil {
		panic(err)
	}
}
