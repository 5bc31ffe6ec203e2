package docs

import (
	"bufio"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/cli"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/crds"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// operationsPages are the pages for operators, in each language.
var operationsPages = []string{"docs/operations.md", "docs/operations.fr.md"}

// crossplaneConditions are conditions that Crossplane sets. The pages explain them, too.
var crossplaneConditions = []string{"Ready", "Responsive", "Synced"}

// providerReasons are reasons of providers' conditions, which the function only reads.
var providerReasons = []string{"AsyncCreateFailure"}

// rowPattern matches the first two cells of a row, codePattern a name in a cell.
var (
	rowPattern  = regexp.MustCompile(`(?m)^\|([^|]*)\|([^|]*)\|`)
	codePattern = regexp.MustCompile("`([A-Za-z]+)`")
)

// TestOperationsExplainConditions compares the conditions and reasons that the pages
// explain with those in the code.
func TestOperationsExplainConditions(t *testing.T) {
	want := append(function.ConditionTypes(), crossplaneConditions...)
	slices.Sort(want)
	for _, page := range operationsPages {
		explained := make(map[string]bool)
		reasoned := make(map[string]bool)
		for _, row := range rowPattern.FindAllStringSubmatch(section(t, page, "Conditions"), -1) {
			for _, m := range codePattern.FindAllStringSubmatch(row[1], -1) {
				explained[m[1]] = true
			}
			for _, m := range codePattern.FindAllStringSubmatch(row[2], -1) {
				reasoned[m[1]] = true
			}
		}
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(explained))); diff != "" {
			t.Errorf("%s explains other conditions than the code has: -code, +explained:\n%s", page, diff)
		}
		if diff := cmp.Diff(reasons(t), slices.Sorted(maps.Keys(reasoned))); diff != "" {
			t.Errorf("%s explains other reasons than the code has: -code, +explained:\n%s", page, diff)
		}
	}
}

// section of a page, up to the next of its level.
func section(t *testing.T, page, title string) string {
	t.Helper()
	_, rest, ok := strings.Cut(examples.Read(t, page), "\n## "+title+"\n")
	if !ok {
		t.Fatalf("%s has no section %s", page, title)
	}
	s, _, _ := strings.Cut(rest, "\n## ")
	return s
}

// reasons of conditions: constants whose names begin with Reason.
func reasons(t *testing.T) []string {
	t.Helper()
	name := regexp.MustCompile(`^([Rr]eason|Step)[A-Z]`)
	all := make(map[string]bool)
	for _, pattern := range []string{"*.go", "internal/*/*.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				s, ok := n.(*ast.ValueSpec)
				if !ok {
					return true
				}
				for i, v := range s.Values {
					if l, ok := v.(*ast.BasicLit); ok && name.MatchString(s.Names[i].Name) {
						r, err := strconv.Unquote(l.Value)
						if err != nil {
							t.Fatal(err)
						}
						all[r] = !slices.Contains(providerReasons, r)
					}
				}
				return true
			})
		}
	}
	maps.DeleteFunc(all, func(_ string, ours bool) bool { return !ours })
	if len(all) == 0 {
		t.Fatal("there are no reasons")
	}
	return slices.Sorted(maps.Keys(all))
}

// deployed are the objects in a file of deploy.
func deployed(t *testing.T, file string) []*fieldpath.Paved {
	t.Helper()
	r := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(examples.Read(t, filepath.Join("deploy", file)))))
	var os []*fieldpath.Paved
	for {
		doc, err := r.Read()
		if errors.Is(err, io.EOF) {
			return os
		}
		if err != nil {
			t.Fatal(err)
		}
		var o map[string]any
		if err := yaml.UnmarshalStrict(doc, &o); err != nil {
			t.Fatal(err)
		}
		os = append(os, fieldpath.Pave(o))
	}
}

// TestDeployRuntime validates the runtime configuration by its CRD, and the function's
// arguments and limits.
func TestDeployRuntime(t *testing.T) {
	for _, o := range deployed(t, "runtime.yaml") {
		for _, err := range crds.Validate(t.Context(), o.UnstructuredContent()) {
			t.Error(err)
		}
	}
	d := deployment(t)
	pod := d.Template.Spec
	c := &cli.CLI{}
	k, err := kong.New(c)
	if err != nil {
		t.Fatal(err)
	}
	function := pod.Containers[0]
	if _, err := k.Parse(function.Args); err != nil {
		t.Errorf("the function rejects its arguments: %v", err)
	}
	if d := time.Duration(*pod.TerminationGracePeriodSeconds) * time.Second; d <= c.Serve.DrainTimeout {
		t.Errorf("terminationGracePeriodSeconds: want more than --drain-timeout %s, got %s", c.Serve.DrainTimeout, d)
	}
	limit, soft := function.Resources.Limits.Memory(), apiresource.MustParse(strings.TrimSuffix(function.Env[0].Value, "B"))
	if function.Env[0].Name != "GOMEMLIMIT" || soft.Cmp(*limit) >= 0 {
		t.Errorf("GOMEMLIMIT: want less than the limit %s, got %v", limit, function.Env[0])
	}
	for path, probe := range map[string]*corev1.Probe{"/readyz": function.ReadinessProbe, "/healthz": function.LivenessProbe} {
		if probe.HTTPGet.Path != path || ":"+probe.HTTPGet.Port.String() != c.Serve.MetricsAddress {
			t.Errorf("want a probe of %s on %s, got %v", path, c.Serve.MetricsAddress, probe.HTTPGet)
		}
	}
	if *pod.AutomountServiceAccountToken || !*pod.SecurityContext.RunAsNonRoot || !*function.SecurityContext.ReadOnlyRootFilesystem || *function.SecurityContext.AllowPrivilegeEscalation {
		t.Error("want no token, no root, and a read-only file system")
	}
}

// deployment of the function that Crossplane creates.
func deployment(t *testing.T) appsv1.DeploymentSpec {
	t.Helper()
	var d appsv1.DeploymentSpec
	if err := deployed(t, "runtime.yaml")[0].GetValueInto("spec.deploymentTemplate.spec", &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDeployPolicies decodes the policies strictly. They select the pods of the function
// by the label that Crossplane sets.
func TestDeployPolicies(t *testing.T) {
	spread := deployment(t).Template.Spec.TopologySpreadConstraints
	want := spread[0].LabelSelector.MatchLabels
	for _, c := range spread {
		if diff := cmp.Diff(want, c.LabelSelector.MatchLabels); diff != "" {
			t.Errorf("%s: its selector: -want, +got:\n%s", c.TopologyKey, diff)
		}
	}
	pdb := &policyv1.PodDisruptionBudget{}
	if err := yaml.UnmarshalStrict([]byte(examples.Read(t, "deploy/disruption.yaml")), pdb); err != nil {
		t.Error(err)
	} else if diff := cmp.Diff(want, pdb.Spec.Selector.MatchLabels); diff != "" {
		t.Errorf("PodDisruptionBudget: its selector: -want, +got:\n%s", diff)
	}
	np := &networkingv1.NetworkPolicy{}
	if err := yaml.UnmarshalStrict([]byte(examples.Read(t, "deploy/network.yaml")), np); err != nil {
		t.Error(err)
	} else if diff := cmp.Diff(want, np.Spec.PodSelector.MatchLabels); diff != "" {
		t.Errorf("NetworkPolicy: its selector: -want, +got:\n%s", diff)
	}
	if len(np.Spec.PolicyTypes) != 2 || len(np.Spec.Egress) != 0 {
		t.Errorf("NetworkPolicy: want no egress, got %v", np.Spec)
	}
}
