package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

var minimal = examples.Path("example", "minimal", "claim.yaml")

// TestRenderJSON prints all desired resources as a list that kubectl accepts.
func TestRenderJSON(t *testing.T) {
	var list struct {
		APIVersion string           `json:"apiVersion"`
		Kind       string           `json:"kind"`
		Items      []map[string]any `json:"items"`
	}
	if err := json.Unmarshal([]byte(rendered(t, RenderCmd{Claim: minimal, Output: "json"}, nil)), &list); err != nil {
		t.Fatalf("render: want JSON: %v", err)
	}
	if diff := cmp.Diff([]string{"v1", "List"}, []string{list.APIVersion, list.Kind}); diff != "" {
		t.Errorf("render: want a list: -want, +got:\n%s", diff)
	}
	want := examples.Desired(examples.Run(t, examples.Get("minimal").Request(t)))
	got := make(map[string]any)
	for _, o := range list.Items {
		annotations := o["metadata"].(map[string]any)["annotations"].(map[string]any)
		name := annotations["crossplane.io/composition-resource-name"].(string)
		if delete(annotations, "crossplane.io/composition-resource-name"); len(annotations) == 0 {
			delete(o["metadata"].(map[string]any), "annotations")
		}
		got[name] = o
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("render: -want, +got:\n%s", diff)
	}
}

// TestRenderYAML prints the same objects as -o json.
func TestRenderYAML(t *testing.T) {
	var want, got []any
	for doc := range strings.SplitSeq(rendered(t, RenderCmd{Claim: minimal, Output: "yaml"}, nil), "---\n") {
		var o map[string]any
		if err := yaml.UnmarshalStrict([]byte(doc), &o); err != nil {
			t.Fatalf("render: want YAML: %v", err)
		}
		if o != nil {
			got = append(got, o)
		}
	}
	var list map[string]any
	if err := json.Unmarshal([]byte(rendered(t, RenderCmd{Claim: minimal, Output: "json"}, nil)), &list); err != nil {
		t.Fatal(err)
	}
	want = list["items"].([]any)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("render: -want JSON, +got YAML:\n%s", diff)
	}
}

// TestRenderTable has a row for each resource, desired or waiting, with its kind, and with
// its name if it's desired.
func TestRenderTable(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(rendered(t, RenderCmd{Claim: minimal, Output: "table"}, nil)), "\n")
	if diff := cmp.Diff([]string{"PART", "RESOURCE", "KIND", "NAME", "STATE"}, strings.Fields(lines[0])); diff != "" {
		t.Errorf("render: header: -want, +got:\n%s", diff)
	}
	var want, got [][]string
	for _, l := range lines[1:] {
		got = append(got, strings.Fields(l))
	}
	for _, r := range rowsOf(t, RenderCmd{Claim: minimal}) {
		want = append(want, strings.Fields(strings.Join([]string{r.part, r.key, r.kind, r.name, r.state}, " ")))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("render: -want, +got:\n%s", diff)
	}
}

// TestRenderTree has a branch for each part and a leaf for each resource.
func TestRenderTree(t *testing.T) {
	var got []string
	for l := range strings.Lines(rendered(t, RenderCmd{Claim: minimal, Output: "tree"}, nil)) {
		got = append(got, strings.TrimSpace(strings.TrimLeft(l, "┌│├└╰╭─┬ ")))
	}
	var want []string
	part := ""
	for _, r := range rowsOf(t, RenderCmd{Claim: minimal}) {
		if r.part != part {
			part = r.part
			want = append(want, part)
		}
		want = append(want, r.key+" ("+r.kind+", "+r.state+")")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("render: -want, +got:\n%s", diff)
	}
}

// TestRenderHints has a line for each waiting resource.
func TestRenderHints(t *testing.T) {
	var out, hints bytes.Buffer
	c := RenderCmd{Claim: minimal, Output: "yaml"}
	if err := c.run(context.Background(), nil, &out, &hints); err != nil {
		t.Fatalf("render: %v", err)
	}
	var want, got []string
	for _, r := range rowsOf(t, RenderCmd{Claim: minimal}) {
		if r.state == stateWaiting {
			want = append(want, strings.Replace(r.key, " usages", " Usages", 1))
		}
	}
	for l := range strings.Lines(hints.String()) {
		key, _, _ := strings.Cut(strings.Replace(l, " wait for ", " waits for ", 1), " waits for ")
		got = append(got, key)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("render: -want, +got:\n%s", diff)
	}
}

// TestRenderObserved shows a complete platform as ready: the objects of a control plane are
// in one file or in many.
func TestRenderObserved(t *testing.T) {
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			steady := e.Steady(t)
			one, many, list := t.TempDir(), t.TempDir(), t.TempDir()
			var all []byte
			var items []any
			for name, r := range steady.GetObserved().GetResources() {
				o := render.Named(name, r.GetResource())
				items = append(items, o)
				b, err := yaml.Marshal(o)
				if err != nil {
					t.Fatal(err)
				}
				all = append(append(all, "---\n"...), b...)
				if err := os.WriteFile(filepath.Join(many, name+".yaml"), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(one, "all.yaml"), all, 0o600); err != nil {
				t.Fatal(err)
			}
			// The output of kubectl get.
			b, err := yaml.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": items})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(list, "list.yaml"), b, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, dir := range []string{one, many, list} {
				c := RenderCmd{Claim: e.Claim(), Observed: dir}
				if f := filepath.Join(e.Dir, "composition.yaml"); examples.Exists(f) {
					c.Composition = f
				}
				for _, r := range rowsOf(t, c) {
					if r.state != stateReady {
						t.Errorf("render --observed: %s is %s, want ready", r.key, r.state)
					}
				}
			}
		})
	}
}

// TestRenderSimulate ends, and shows the pass of each resource.
func TestRenderSimulate(t *testing.T) {
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			c := RenderCmd{Claim: e.Claim(), Simulate: true}
			if f := filepath.Join(e.Dir, "composition.yaml"); examples.Exists(f) {
				c.Composition = f
			}
			var out, hints bytes.Buffer
			c.Output = "table"
			if err := c.run(context.Background(), nil, &out, &hints); err != nil {
				t.Fatalf("render --simulate: %v", err)
			}
			if hints.Len() > 0 {
				t.Errorf("render --simulate: want nothing waiting after the last pass, got:\n%s", &hints)
			}
			for _, r := range rowsOf(t, c) {
				if !strings.HasPrefix(r.state, "pass ") {
					t.Errorf("render --simulate: %s: got %q, want a pass", r.key, r.state)
				}
			}
		})
	}
}

// TestRenderStandardInput reads a claim from standard input for a dash.
func TestRenderStandardInput(t *testing.T) {
	b, err := os.ReadFile(minimal)
	if err != nil {
		t.Fatal(err)
	}
	want := rendered(t, RenderCmd{Claim: minimal, Output: "yaml"}, nil)
	got := rendered(t, RenderCmd{Claim: "-", Output: "yaml"}, bytes.NewReader(b))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("render -: -want as from a file, +got:\n%s", diff)
	}
}

// TestRenderComposition uses the fences of another Composition.
func TestRenderComposition(t *testing.T) {
	cases := map[string]struct {
		reason      string
		composition string
		err         string
	}{
		"Fence": {
			reason:      "The claim should violate the fences of the Composition.",
			composition: composition(`[{step: compose, input: {apiVersion: seafarer-cluster.fn.platform.seafarer.cloud/v1beta1, kind: Fences, allowedRegions: [us-east-1]}}]`),
			err:         `claim.yaml:8:3: spec.region: Invalid value: "eu-west-3": the platform team allows only us-east-1`,
		},
		"NoInput": {
			reason:      "A step without input should have no fences.",
			composition: composition(`[{step: compose}]`),
		},
		"TwoSteps": {
			reason:      "A pipeline with several functions should be refused.",
			composition: composition(`[{step: a}, {step: b}]`),
			err:         "cannot render a pipeline of 2 steps: give a Composition whose only step is this function",
		},
		"AnotherKind": {
			reason:      "A file that isn't a Composition should be refused.",
			composition: `{apiVersion: v1, kind: ConfigMap}`,
			err:         "cannot read Composition: give one object of kind Composition",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			f := filepath.Join(t.TempDir(), "composition.yaml")
			if err := os.WriteFile(f, []byte(tc.composition), 0o600); err != nil {
				t.Fatal(err)
			}
			c := RenderCmd{Claim: minimal, Output: "yaml", Composition: f}
			err := c.run(context.Background(), nil, io.Discard, io.Discard)
			got := strings.NewReplacer(filepath.Dir(f)+"/", "", filepath.Dir(minimal)+"/", "").Replace(message(err))
			if diff := cmp.Diff(tc.err, got); diff != "" {
				t.Errorf("%s\nrender --composition: -want err, +got err:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestRenderErrors checks the errors of invalid files.
func TestRenderErrors(t *testing.T) {
	const (
		head = "apiVersion: platform.seafarer.cloud/v1alpha1\nkind: SeafarerCluster\n"
		body = "metadata: {name: a}\nspec: {region: eu-west-3}\n"
	)
	cases := map[string]struct {
		reason   string
		claim    string
		observed string
		err      string
	}{
		"Empty": {
			reason: "An empty file should be reported as empty.",
			err:    "cannot render 0 objects at once: give one SeafarerCluster",
		},
		"Two": {
			reason: "Several claims should be refused.",
			claim:  head + body + "---\n" + head + body,
			err:    "cannot render 2 objects at once: give one SeafarerCluster",
		},
		"AnotherKind": {
			reason: "An object of another kind should be refused.",
			claim:  "apiVersion: platform.seafarer.cloud/v1alpha1\nkind: Database\n",
			err:    "cannot render an object of kind \"Database\": give a SeafarerCluster",
		},
		"NoName": {
			reason: "A claim without a name should be refused, because resources are named after it.",
			claim:  head + "spec: {region: eu-west-3}\n",
			err:    "cannot render a SeafarerCluster without metadata.name: set it",
		},
		"DuplicateKey": {
			reason: "A duplicate key should be refused, as in kubectl.",
			claim:  head + body + "kind: XSeafarerCluster\n",
			err:    "<stdin>:5:1: cannot parse YAML: key \"kind\" is already in line 2: remove one",
		},
		"NotYAML": {
			reason: "The line of a syntax error should count from the start of the file.",
			claim:  "---\n# A comment.\n---\n" + head + " metadata: {name: a}\n",
			err:    "<stdin>:6: cannot parse YAML: mapping values are not allowed in this context",
		},
		"Invalid": {
			reason: "Each error should have a line, with its position.",
			claim:  head + "metadata: {name: a}\nspec:\n  region: eu-west-9\n  network:\n    cidr: 10.0.0.1/16\n  tags: {\"a\\nb\": \"\"}\n",
			err: "<stdin>:5:3: spec.region: Unsupported value: \"eu-west-9\": supported values: \"" + strings.Join(aws.Regions(), `", "`) + "\"\n" +
				"<stdin>:8:10: spec.tags[a b]: Invalid value: \"\": AWS allows letters, digits, spaces and _ . : / = + - @ in keys and values",
		},
		"ObservedNothing": {
			reason:   "A folder without files should be refused: it's probably the wrong one.",
			claim:    head + body,
			observed: "-",
			err:      "cannot find observed resources: no *.yaml in DIR",
		},
		"ObservedNotComposed": {
			reason:   "An object that Crossplane did not compose should be refused.",
			claim:    head + body,
			observed: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
			err:      "cannot read DIR/observed.yaml: a ConfigMap has no annotation crossplane.io/composition-resource-name",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := RenderCmd{Claim: "-", Output: "yaml"}
			if tc.observed != "" {
				c.Observed = t.TempDir()
			}
			if tc.observed != "" && tc.observed != "-" {
				if err := os.WriteFile(filepath.Join(c.Observed, "observed.yaml"), []byte(tc.observed), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			err := c.run(context.Background(), strings.NewReader(tc.claim), io.Discard, io.Discard)
			if diff := cmp.Diff(strings.ReplaceAll(tc.err, "DIR", c.Observed), message(err)); diff != "" {
				t.Errorf("%s\nrender: -want err, +got err:\n%s", tc.reason, diff)
			}
		})
	}
}

// rendered is the output of a command.
func rendered(t *testing.T, c RenderCmd, in io.Reader) string {
	t.Helper()
	var out bytes.Buffer
	if err := c.run(context.Background(), in, &out, io.Discard); err != nil {
		t.Fatalf("render: %v", err)
	}
	return out.String()
}

// rowsOf a command's output.
func rowsOf(t *testing.T, c RenderCmd) []row {
	t.Helper()
	req, err := c.files().Request(nil)
	if err != nil {
		t.Fatal(err)
	}
	passes, err := c.passes(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return rows(passes)
}

// composition with a pipeline, as YAML.
func composition(pipeline string) string {
	return "apiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nspec:\n  compositeTypeRef: {apiVersion: platform.seafarer.cloud/v1alpha1, kind: XSeafarerCluster}\n  pipeline: " + pipeline + "\n"
}

// message of an error, if there is one.
func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
