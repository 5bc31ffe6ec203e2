package docs

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis"
	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	crdschema "github.com/seafarer-cloud/function-seafarer-cluster/internal/schema"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// TestManifests validates every block of YAML: claims and parts of them by rendering,
// fences by rendering the smallest claim, other objects by their CRDs.
func TestManifests(t *testing.T) {
	minimal := examples.Read(t, examples.Get("minimal").Claim())
	for _, b := range blocksOf(t, manifest) {
		var obj map[string]any
		if err := yaml.UnmarshalStrict([]byte(b.code), &obj); err != nil {
			t.Errorf("%s: %v\n%s", b.document, err, b.code)
			continue
		}
		var err error
		switch obj["kind"] {
		case v1alpha1.ClaimKind:
			err = rendered(t, render.Files{Claim: "-"}, b.code)
		case nil:
			err = rendered(t, render.Files{Claim: "-"}, merged(t, minimal, obj))
		case "Fences":
			f := render.Files{Claim: examples.Get("fenced").Claim(), Composition: compositionWith(t, b.code)}
			if err = rendered(t, f, ""); err != nil && strings.HasPrefix(err.Error(), "spec.") {
				err = nil // The claim violates a fence, so the fences are valid.
			}
		default:
			err = validCRD(t, obj)
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", b.document, err, b.code)
		}
	}
}

// merged is a claim with a part of another.
func merged(t *testing.T, claim string, part map[string]any) string {
	t.Helper()
	var obj map[string]any
	if err := yaml.Unmarshal([]byte(claim), &obj); err != nil {
		t.Fatal(err)
	}
	spec, _ := obj["spec"].(map[string]any)
	more, _ := part["spec"].(map[string]any)
	if spec == nil || more == nil || len(part) != 1 {
		t.Fatalf("want a part of a claim, with nothing but spec, got %v", part)
	}
	maps.Copy(spec, more)
	b, err := yaml.Marshal(obj)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// validCRD validates an object with the CRD of its kind.
func validCRD(t *testing.T, obj map[string]any) error {
	t.Helper()
	apiVersion, _ := obj["apiVersion"].(string)
	kind, _ := obj["kind"].(string)
	gvk := schema.FromAPIVersionAndKind(apiVersion, kind)
	path, err := crdFile(strings.ToLower(kind) + "s." + gvk.Group)
	if err != nil {
		return err
	}
	r, _, err := readCRD(path)
	if err != nil {
		return err
	}
	s, err := crdschema.New(r.schema)
	if err != nil {
		return err
	}
	return s.Validate(t.Context(), obj).ToAggregate()
}

// rendered returns the error of a claim, if any.
func rendered(t *testing.T, f render.Files, claim string) error {
	t.Helper()
	req, err := f.Request(strings.NewReader(claim))
	if err == nil {
		_, err = render.First(t.Context(), req)
	}
	return err
}

// compositionWith fences, in a file.
func compositionWith(t *testing.T, fences string) string {
	t.Helper()
	var input, composition map[string]any
	for from, to := range map[string]*map[string]any{fences: &input, string(apis.Composition): &composition} {
		if err := yaml.Unmarshal([]byte(from), to); err != nil {
			t.Fatal(err)
		}
	}
	if err := fieldpath.Pave(composition).SetValue("spec.pipeline[0].input", input); err != nil {
		t.Fatal(err)
	}
	b, err := yaml.Marshal(composition)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "composition.yaml")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTextBlocks compares a block of text after fences with the error of the smallest claim
// with those fences. TestShellBlocks compares those after commands.
func TestTextBlocks(t *testing.T) {
	compared := 0
	for _, document := range documents(t) {
		bs := blocks(t, document)
		for i, b := range bs {
			if b.language != text || i > 0 && bs[i-1].language == shell {
				continue
			}
			if i == 0 || !strings.Contains(bs[i-1].code, "kind: Fences\n") {
				t.Errorf("%s: no test covers this block: put it after a command or fences:\n%s", document, b.code)
				continue
			}
			compared++
			err := rendered(t, render.Files{Claim: examples.Get("minimal").Claim(), Composition: compositionWith(t, bs[i-1].code)}, "")
			if err == nil || err.Error()+"\n" != b.code {
				t.Errorf("%s: want the error %q, got %v", document, b.code, err)
			}
		}
	}
	if compared == 0 {
		t.Error("no block shows an error")
	}
}

// Lines of a flowchart in Mermaid.
var (
	nodePattern = `(\w+)(?:\["[^"\]]*"\]|\[\w+\])?`
	edgeLine    = regexp.MustCompile(`^` + nodePattern + ` (?:-->|==>)(?:\|[^|]+\|)? ` + nodePattern + `$`)
	graphLine   = regexp.MustCompile(`^(?:flowchart LR|subgraph \w+\["[^"]+"\]|end)$`)
)

// edges of a diagram, and the unknown lines.
func edges(b block) (es, unknown []string) {
	for line := range strings.Lines(b.code) {
		line = strings.TrimSpace(line)
		switch m := edgeLine.FindStringSubmatch(line); {
		case m != nil:
			es = append(es, m[1]+" "+m[2])
		case !graphLine.MatchString(line):
			unknown = append(unknown, line)
		}
	}
	return es, unknown
}

// TestDiagrams checks that diagrams are valid, and the same in each language.
func TestDiagrams(t *testing.T) {
	drawn := make(map[string][]string)
	for _, b := range blocksOf(t, diagram) {
		es, unknown := edges(b)
		if len(unknown) > 0 || strings.Count(b.code, "subgraph") != strings.Count(b.code, "    end\n") {
			t.Errorf("%s: unknown lines in the flowchart: %q", b.document, unknown)
		}
		drawn[b.document] = append(drawn[b.document], es...)
	}
	for french, es := range drawn {
		english, ok := strings.CutSuffix(french, ".fr.md")
		if !ok {
			continue
		}
		if diff := gocmp.Diff(drawn[english+".md"], es); diff != "" {
			t.Errorf("%s: diagrams: -English, +French:\n%s", french, diff)
		}
	}
	for _, part := range parts(t, "minimal") {
		if !slices.ContainsFunc(drawn[readme], func(e string) bool { return strings.Contains(e, part) }) {
			t.Errorf("%s: no diagram has the part %s", readme, part)
		}
	}
}
