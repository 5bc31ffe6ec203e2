package docs

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis"
	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/modules"
)

const (
	readme       = "README.md"
	readmeFrench = "README.fr.md"

	// testCommand runs all tests, this one included.
	testCommand = "bash test/run"
	testScript  = "test/run"
	ciScript    = ".ci/run"

	// commandTimeout leaves time to build the function for the first time.
	commandTimeout = 10 * time.Minute
)

// Fenced blocks of Markdown, code within lines, and links that are no URLs.
var (
	spanPattern  = regexp.MustCompile("`[^`\n]*`")
	blockPattern = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")
	linkPattern  = regexp.MustCompile(`\]\(([^):#]+)(?:#[^)]*)?\)`)
)

// blocks of a document in some language.
func blocks(tb testing.TB, document, language string) []string {
	tb.Helper()
	var bs []string
	for _, m := range blockPattern.FindAllStringSubmatch(examples.Read(tb, document), -1) {
		if m[1] == language {
			bs = append(bs, m[2])
		}
	}
	if len(bs) == 0 {
		tb.Fatalf("%s has no block of %s", document, language)
	}
	return bs
}

func read(tb testing.TB, path string) string {
	tb.Helper()
	b, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// TestReadmeCommands runs every line that a reader is told to run. What test/run
// runs is left to it: to run it from here would never end.
func TestReadmeCommands(t *testing.T) {
	bs := blocks(t, readme, "shell")
	if diff := gocmp.Diff(bs, blocks(t, readmeFrench, "shell")); diff != "" {
		t.Errorf("%s and %s tell to run other commands: -English, +French:\n%s", readme, readmeFrench, diff)
	}
	for line := range strings.Lines(strings.Join(bs, "")) {
		line = strings.TrimSpace(line)
		t.Run(line, func(t *testing.T) {
			if line == testCommand || isStep(t, line) {
				return
			}
			ctx, cancel := context.WithTimeout(t.Context(), commandTimeout)
			defer cancel()
			var stdout, stderr bytes.Buffer
			cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", line)
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); err != nil {
				t.Fatalf("%s: %v\n%s", line, err, &stderr)
			}
			if stdout.Len() == 0 {
				t.Errorf("%s prints nothing", line)
			}
		})
	}
}

// isStep tells whether a command is a step of test/run, or what a step is for.
func isStep(tb testing.TB, command string) bool {
	tb.Helper()
	for line := range strings.Lines(examples.Read(tb, testScript)) {
		line = strings.TrimSpace(line)
		if line == command || line == "run "+command {
			return true
		}
	}
	return false
}

// TestReadmeTestCommand tells whether the command that runs all tests is there to
// be run, and is the one that CI runs.
func TestReadmeTestCommand(t *testing.T) {
	if !slices.Contains(blocks(t, readme, "shell"), testCommand+"\n") {
		t.Errorf("%s does not tell to run %s", readme, testCommand)
	}
	for _, path := range []string{testScript, ciScript} {
		fi, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if fi.Mode()&0o111 == 0 {
			t.Errorf("%s cannot be executed", path)
		}
	}
	if !strings.Contains(examples.Read(t, ciScript), "\nexec "+testCommand+"\n") {
		t.Errorf("%s does not run %s", ciScript, testCommand)
	}
}

// manifests of a kind in the YAML blocks of a document.
func manifests(tb testing.TB, document, kind string) []string {
	tb.Helper()
	var ms []string
	for _, b := range blocks(tb, document, "yaml") {
		var m struct {
			Kind string `json:"kind"`
		}
		if err := yaml.UnmarshalStrict([]byte(b), &map[string]any{}); err != nil {
			tb.Errorf("%s: %v\n%s", document, err, b)
		}
		if err := yaml.Unmarshal([]byte(b), &m); err == nil && m.Kind == kind {
			ms = append(ms, b)
		}
	}
	if len(ms) == 0 {
		tb.Fatalf("%s has no %s", document, kind)
	}
	return ms
}

// TestReadmeManifests renders the claims of a document. Behind the fences of the
// document they get the answer that the document shows.
func TestReadmeManifests(t *testing.T) {
	for _, document := range []string{readme, readmeFrench} {
		t.Run(document, func(t *testing.T) {
			shown := strings.Join(blocks(t, document, "text"), "")
			for _, claim := range manifests(t, document, v1alpha1.ClaimKind) {
				f := render.Files{Claim: "-"}
				if err := rendered(t, f, claim); err != nil {
					t.Errorf("render: %v", err)
				}
				for _, fences := range manifests(t, document, "Fences") {
					f.Composition = compositionWith(t, fences)
					err := rendered(t, f, claim)
					if err == nil || !strings.Contains(shown, err.Error()) {
						t.Errorf("render with fences: want an error that is shown, got: %v", err)
					}
				}
			}
		})
	}
}

// rendered is what is wrong with a claim, if anything.
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

// TestReadmeLinks tells whether everything that a document points at is there.
func TestReadmeLinks(t *testing.T) {
	docs, err := filepath.Glob("docs/*.md")
	if err != nil || len(docs) == 0 {
		t.Fatalf("cannot find documents: %v", err)
	}
	for _, document := range append(docs, readme, readmeFrench) {
		for _, m := range linkPattern.FindAllStringSubmatch(spanPattern.ReplaceAllString(examples.Read(t, document), ""), -1) {
			if !examples.Exists(filepath.Join(filepath.Dir(document), m[1])) {
				t.Errorf("%s points at %s, which does not exist", document, m[1])
			}
		}
	}
}

// TestReadmeFacts tells whether a document knows what the code says: each part
// and its condition, what is waited for, and the versions that are supported.
func TestReadmeFacts(t *testing.T) {
	facts := make(map[string]bool)
	for _, name := range []string{"minimal", "seafarer-cluster", "irsa"} {
		a, _, err := function.Assemble(t.Context(), examples.Get(name).Request(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range a.Parts {
			facts["| "+p.Name+" |"] = true
			facts["`"+p.ConditionType()+"`"] = true
		}
		for _, s := range a.Withheld() {
			for _, what := range s.WaitsFor {
				facts["| "+what+" |"] = true
			}
		}
	}
	vs := compat.KubernetesVersions()
	facts[fmt.Sprintf("%s to %s", vs[0], vs[len(vs)-1])] = true
	facts["`"+compat.SupportedCharts+"`"] = true
	for _, p := range providers(t) {
		facts[fmt.Sprintf("| %s | `%s`; compiled with %s, checked against %s |", p.name, p.supported, p.compiled, strings.Join(p.checked, ", "))] = true
	}
	text := examples.Read(t, readme)
	for _, f := range slices.Sorted(maps.Keys(facts)) {
		if !strings.Contains(text, f) {
			t.Errorf("%s does not say: %s", readme, f)
		}
	}
}

// A provider: what the Configuration depends on, what is compiled in, and whose
// CRDs tests validate against.
type provider struct {
	name, supported, compiled string
	checked                   []string
}

// providers in go.mod, each once.
func providers(t *testing.T) []provider {
	t.Helper()
	var ps []provider
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+/(provider-[a-z]+)(?:/v\d+)?) (v\S+)$`).FindAllStringSubmatch(examples.Read(t, "go.mod"), -1) {
		supported := regexp.MustCompile(m[2] + `\S*\n +version: "([^"]+)"`).FindStringSubmatch(examples.Read(t, "apis/crossplane.yaml"))
		if supported == nil {
			t.Fatalf("the Configuration doesn't depend on %s", m[2])
		}
		ps = append(ps, provider{name: m[2], supported: supported[1], compiled: m[3], checked: modules.Releases(m[1])})
	}
	return ps
}
