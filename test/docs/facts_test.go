package docs

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/modules"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// states requires facts in a document.
func states(t *testing.T, document string, facts ...string) {
	t.Helper()
	text := strings.Join(strings.Fields(examples.Read(t, document)), " ")
	for _, f := range facts {
		if !strings.Contains(text, f) {
			t.Errorf("%s does not state: %s", document, f)
		}
	}
}

// firstPass of an example, with nothing observed.
func firstPass(t *testing.T, name string) *compose.Assembly {
	t.Helper()
	p, err := render.First(t.Context(), examples.Get(name).Request(t))
	if err != nil {
		t.Fatal(err)
	}
	return p.Assembly
}

// parts of the platform of some examples.
func parts(t *testing.T, names ...string) []string {
	t.Helper()
	all := make(map[string]bool)
	for _, name := range names {
		for _, p := range firstPass(t, name).Parts {
			if len(p.Decisions) > 0 {
				all[p.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// TestParts compares the table of parts with the code.
func TestParts(t *testing.T) {
	for _, document := range []string{readme, readmeFrench} {
		for _, c := range function.ConditionTypes() {
			if part, ok := strings.CutSuffix(c, "Ready"); ok {
				states(t, document, "| "+part+" |")
			}
		}
	}
}

// TestWaits compares the table of what resources wait for with the first pass.
func TestWaits(t *testing.T) {
	facts := make(map[string]bool)
	for _, name := range []string{"minimal", "seafarer-cluster", "irsa"} {
		for _, s := range firstPass(t, name).Withheld() {
			for _, what := range s.WaitsFor {
				facts["| "+what+" |"] = true
			}
		}
	}
	states(t, "docs/lifecycle.md", slices.Sorted(maps.Keys(facts))...)
}

// TestVersions compares the versions in documents with the code and the package.
func TestVersions(t *testing.T) {
	s := compat.KubernetesVersions()
	lowest, highest := s[0], s[len(s)-1]
	defaults := spec(t, "minimal")
	config := examples.Read(t, "apis/crossplane.yaml")
	for document, to := range map[string]string{"docs/operations.md": "to", "docs/operations.fr.md": "à", readme: "to", readmeFrench: "à"} {
		states(t, document, fmt.Sprintf("%s %s %s", lowest, to, highest), "`"+compat.SupportedCharts+"`", defaults.Karpenter.Version, defaults.KubernetesVersion)
	}
	crossplane := regexp.MustCompile(`crossplane:\n +version: "([^"]+)"`).FindStringSubmatch(config)
	checked := func(module string) string { return strings.Join(modules.Releases(module), ", ") }
	facts := []string{
		fmt.Sprintf("| Crossplane | `%s` | | %s |", crossplane[1], checked("github.com/crossplane/crossplane/v2")),
		"| | " + checked("github.com/aws/karpenter-provider-aws") + " |",
	}
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+/(provider-[a-z]+)(?:/v\d+)?) (v\S+)$`).FindAllStringSubmatch(examples.Read(t, "go.mod"), -1) {
		constraint := regexp.MustCompile(m[2] + `\S*\n +version: "([^"]+)"`).FindStringSubmatch(config)
		if constraint == nil {
			t.Fatalf("the Configuration doesn't depend on %s", m[2])
		}
		facts = append(facts, fmt.Sprintf("| %s | `%s` | %s | %s |", m[2], constraint[1], m[3], checked(m[1])))
	}
	states(t, "docs/operations.md", facts...)
	states(t, "docs/operations.fr.md", facts...)
}

// spec of an example, with its defaults.
func spec(t *testing.T, name string) v1alpha1.SeafarerClusterSpec {
	t.Helper()
	xr := examples.Get(name).Request(t).GetObserved().GetComposite().GetResource()
	var s v1alpha1.SeafarerClusterSpec
	if err := fieldpath.Pave(xr.AsMap()).GetValueInto("spec", &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// kinds of an example's composed resources, once it's complete, with their counts.
func kinds(t *testing.T, name string) map[string]int {
	t.Helper()
	ks := make(map[string]int)
	for _, r := range examples.Get(name).Steady(t).GetObserved().GetResources() {
		f := r.GetResource().GetFields()
		group, _, _ := strings.Cut(f["apiVersion"].GetStringValue(), "/")
		ks[group]++
		ks[f["kind"].GetStringValue()]++
	}
	return ks
}

// TestSmallestClaim compares the README with the composed resources of the smallest claim.
func TestSmallestClaim(t *testing.T) {
	ks, s := kinds(t, "minimal"), spec(t, "minimal")
	want := map[string]int{"Subnet": 2 * 3, "NATGateway": 1, "Addon": 5, "nodes": 2, "pools": 1}
	got := map[string]int{"Subnet": ks["Subnet"], "NATGateway": ks["NATGateway"], "Addon": ks["Addon"], "nodes": int(s.SystemNodes.DesiredSize), "pools": len(s.Karpenter.NodePools)}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("resources of the smallest claim: -documents, +composed:\n%s", diff)
	}
	states(t, readme, "three zones, one NAT gateway, Kubernetes "+s.KubernetesVersion+" with its Secrets encrypted, two system nodes, five add-ons, and Karpenter with one NodePool")
	states(t, readmeFrench, "trois zones, une passerelle NAT, Kubernetes "+s.KubernetesVersion+" avec ses Secrets chiffrés, deux nœuds système, cinq modules complémentaires, et Karpenter avec un NodePool")
}

// TestPasses compares the README with the pass in which the last resource is created.
func TestPasses(t *testing.T) {
	last := 0
	for _, m := range regexp.MustCompile(`pass (\d+)`).FindAllStringSubmatch(examples.Read(t, "example/minimal/passes.txt"), -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		last = max(last, n)
	}
	if last != 3 {
		t.Errorf("got %d passes, want three as documents state", last)
	}
	states(t, readme, "within three passes")
	states(t, readmeFrench, "en trois passages")
}

// hoursPerMonth in AWS' conversion of prices.
const hoursPerMonth = 730

// TestCosts adds up the README's prices for the resources of the smallest claim. EC2's
// price is in Karpenter's own list.
func TestCosts(t *testing.T) {
	s := spec(t, "minimal").SystemNodes
	if k := kinds(t, "minimal"); k["NATGateway"] != 1 || k["EIP"] != 1 || k["Cluster"] != 1 {
		t.Errorf("got %v, want one cluster, NAT gateway and address, whose prices documents state", k)
	}
	nodes := fmt.Sprintf("%d × %s", s.DesiredSize, s.InstanceTypes[0])
	price := strconv.FormatFloat(float64(s.DesiredSize)*ec2Price(t, s.InstanceTypes[0]), 'f', 4, 64)
	for _, document := range []string{readme, readmeFrench} {
		rows := regexp.MustCompile(`(?m)^\| (\**[^|]+\**) \| \**(\d\.\d{4})\** \| ([^|]+) \|$`).FindAllStringSubmatch(examples.Read(t, document), -1)
		sum, total := 0.0, 0.0
		found := false
		for i, r := range rows {
			p, err := strconv.ParseFloat(r[2], 64)
			if err != nil {
				t.Fatal(err)
			}
			if i == len(rows)-1 {
				total = p
				break
			}
			sum += p
			found = found || strings.HasPrefix(r[1], nodes) && r[2] == price
		}
		if want := fmt.Sprintf("%.4f", sum); want != fmt.Sprintf("%.4f", total) {
			t.Errorf("%s: want the total %s, got %.4f", document, want, total)
		}
		if !found {
			t.Errorf("%s does not state %s USD for %s", document, price, nodes)
		}
		states(t, document, fmt.Sprintf("%.0f USD", sum*hoursPerMonth))
	}
}

// ec2Price of an instance type in us-east-1, from the list in Karpenter's module.
func ec2Price(t *testing.T, instanceType string) float64 {
	t.Helper()
	m, err := modules.Find(t.Context(), "", "github.com/aws/karpenter-provider-aws")
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join(m.Dir, "pkg", "providers", "pricing", "zz_generated.pricing_aws.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, region, _ := strings.Cut(string(list), "\t\"us-east-1\": {")
	price := regexp.MustCompile(regexp.QuoteMeta(`"`+instanceType+`": `) + `([\d.]+)`).FindStringSubmatch(region)
	if price == nil {
		t.Fatalf("cannot find the price of %s", instanceType)
	}
	p, err := strconv.ParseFloat(price[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	date := regexp.MustCompile(`generated at (\S+?)T`).FindStringSubmatch(string(list))[1]
	states(t, readme, "Karpenter "+m.Version+", "+date)
	states(t, readmeFrench, "Karpenter "+m.Version+", "+date)
	return p
}

// services in IAM actions, by the API group of their kinds.
var services = map[string]string{"cloudwatchevents": "events", "cloudwatchlogs": "logs"}

// TestProviderPolicy requires exactly the services of all composed kinds.
func TestProviderPolicy(t *testing.T) {
	want := map[string]bool{"sts:GetCallerIdentity": true}
	for _, e := range examples.All(t) {
		for group := range kinds(t, e.Name) {
			if service, ok := strings.CutSuffix(group, ".aws.m.upbound.io"); ok {
				if s := services[service]; s != "" {
					service = s
				}
				want[service+":*"] = true
			}
		}
	}
	if diff := gocmp.Diff(slices.Sorted(maps.Keys(want)), policyActions(t)); diff != "" {
		t.Errorf("%s: -services of the kinds, +policy:\n%s", policyPath, diff)
	}
}

// TestLogMessages compares the messages that operations explains with those in the code.
func TestLogMessages(t *testing.T) {
	logged := make(map[string]bool)
	files, err := filepath.Glob("internal/serve/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(`log\.(?:Debug|Warn|Error)\("([^"]+)"`).FindAllStringSubmatch(examples.Read(t, f), -1) {
			logged[m[1]] = true
		}
	}
	for page, title := range map[string]string{"docs/operations.md": "Logs", "docs/operations.fr.md": "Journaux"} {
		var explained []string
		for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(section(t, page, title), -1) {
			explained = append(explained, m[1])
		}
		slices.Sort(explained)
		if diff := gocmp.Diff(slices.Sorted(maps.Keys(logged)), explained); diff != "" {
			t.Errorf("%s: -logged, +explained:\n%s", page, diff)
		}
	}
}

// TestContributingIndex lists every package.
func TestContributingIndex(t *testing.T) {
	dirs, err := filepath.Glob("internal/*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("cannot find packages: %v", err)
	}
	text := examples.Read(t, contributing)
	for _, d := range dirs {
		if !strings.Contains(text, "("+filepath.ToSlash(d)+")") {
			t.Errorf("%s does not list %s", contributing, d)
		}
	}
}
