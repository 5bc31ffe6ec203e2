package lab

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/simulate"
)

// withAWS runs TestAWS, which is too slow to run each time.
var withAWS = flag.Bool("aws", false, "run TestAWS, and nothing else, in a lab with provider-aws and an emulator of AWS")

// restrictToAWS runs TestAWS only, because other tests require simulated providers.
func restrictToAWS() error {
	if run := flag.Lookup("test.run"); !*withAWS || strings.HasPrefix(run.Value.String(), "TestAWS") {
		return nil
	}
	return flag.Set("test.run", "^TestAWS$")
}

// Timeouts with the real provider. It polls every pollAWS, and retries a failure after
// up to a minute.
const (
	settleTimeoutAWS = 15 * time.Minute
	repairTimeout    = 6 * time.Minute
)

// The real provider creates a claim's resources in an emulator of AWS, repairs drift,
// and deletes them.
func TestAWS(t *testing.T) {
	if !*withAWS {
		t.Skip("requires provider-aws, which takes half an hour to build: make e2e-aws")
	}
	t.Run("Foreign", testForeignInAWS)
	t.Run("Seed", func(t *testing.T) {
		a := createInAWS(t, example(t, "seafarer-cluster"), "seed.py")
		a.compareWithSimulation()
		a.restartProvider()
		a.drift()
		a.editClaim()
		a.deleteAndCompare()
	})
	t.Run("Minimal", func(t *testing.T) {
		a := createInAWS(t, example(t, "minimal"), "minimal.py")
		a.compareWithSimulation()
		a.twin()
		a.deleteAndCompare()
	})
	t.Run("Faults", testFaultsInAWS)
	checkNoViolations(t)
}

// checkNoViolations checks that AWS's definitions of its APIs allow all requests.
func checkNoViolations(t *testing.T) {
	t.Helper()
	vs, err := shared.AWS.Violations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(vs) > 0 {
		t.Errorf("got requests that AWS refuses, want none:\n%s", strings.Join(vs, "\n"))
	}
}

// An awsPlatform is a platform whose resources exist in the emulator.
type awsPlatform struct {
	*platform

	region string

	// checks is the script that checks the resources with AWS's SDK.
	checks string

	// before is the account before the platform was created.
	before map[string][]string
}

// createInAWS creates a platform, runs its checks, and waits until provider-aws no
// longer writes.
func createInAWS(t *testing.T, claim *unstructured.Unstructured, checks string) *awsPlatform {
	t.Helper()
	region, _, _ := unstructured.NestedString(claim.Object, "spec", "region") // The example has one.
	a := &awsPlatform{platform: &platform{t: t, lab: shared, claim: claim, timeout: settleTimeoutAWS}, region: region, checks: checks}
	a.before = a.account()
	if _, err := shared.AWS.AddAPIServer(t.Context(), claim.GetNamespace()); err != nil {
		t.Fatal(err)
	}
	a.apply()
	a.waitSettled()
	a.checkStatus()
	a.runChecks(checks)
	a.waitNoWrites()
	return a
}

func (a *awsPlatform) account() map[string][]string {
	a.t.Helper()
	all, err := shared.AWS.Account(context.Background(), a.region)
	if err != nil {
		a.t.Fatal(err)
	}
	return all
}

// runChecks repeats the checks of a script until they pass.
func (a *awsPlatform) runChecks(script string) {
	a.t.Helper()
	start := time.Now()
	name := a.composed()["cluster"].GetAnnotations()[annotationExternal]
	a.within(repairTimeout, func(ctx context.Context) error {
		out, err := shared.AWS.Python(ctx, a.region, []string{"CLUSTER=" + name}, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", script)
		return errors.Wrap(err, out)
	})
	a.t.Logf("%s: passed after %s", script, time.Since(start).Round(time.Second))
}

// waitNoWrites waits until provider-aws no longer writes.
func (a *awsPlatform) waitNoWrites() {
	a.t.Helper()
	a.within(repairTimeout, func(ctx context.Context) error {
		since := len(a.writes(ctx, 0))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(3 * pollAWS):
		}
		if ws := a.writes(ctx, since); len(ws) > 0 {
			return errors.Errorf("got writes of the provider, want none: %s", strings.Join(ws, "\n"))
		}
		return a.isReady(ctx)
	})
}

// writes returns the writes to AWS from an index on.
func (a *awsPlatform) writes(ctx context.Context, since int) []string {
	a.t.Helper()
	ws, err := shared.AWS.Writes(ctx, since)
	if err != nil {
		a.t.Fatal(err)
	}
	out := make([]string, 0, len(ws))
	for _, w := range ws {
		out = append(out, w.String())
	}
	return out
}

// compareWithSimulation checks that each field of status.atProvider that
// internal/simulate returns exists and matches.
func (a *awsPlatform) compareWithSimulation() {
	a.t.Helper()
	actual := a.composed()
	version, _, _ := unstructured.NestedString(actual["cluster"].Object, "status", "atProvider", "version") // Empty if it has none.
	w := simulate.World{Partition: "aws", Region: a.region, Account: simulate.Account, KubernetesVersion: version}
	// References are by object name, AWS has the external name.
	var names []string
	for _, o := range actual {
		if n := o.GetAnnotations()[annotationExternal]; n != "" {
			names = append(names, o.GetName(), n)
		}
	}
	known := strings.NewReplacer(names...)
	for k, o := range a.rendered() {
		s, err := structpb.NewStruct(o.Object)
		if err != nil {
			a.t.Fatal(err)
		}
		want := w.Exist(k, s, nil).GetFields()["status"].GetStructValue().GetFields()["atProvider"].AsInterface()
		got, _, _ := unstructured.NestedFieldNoCopy(actual[k].Object, "status", "atProvider") // Nil if there is none.
		for _, d := range statusDiff(known, want, got, "status.atProvider") {
			a.t.Errorf("%s: %s", k, d)
		}
	}
}

// generated matches values that AWS or the lab generates: certificates, UUIDs, ids,
// URLs and addresses.
var generated = regexp.MustCompile(`LS0tLS1CRUdJ[0-9A-Za-z+/=]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-fA-F]{8,}|https?://[^/]+|(\d+\.){3}\d+`)

// statusDiff returns the differences, except for generated values and more fields in
// got.
func statusDiff(known *strings.Replacer, want, got any, path string) []string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s: got %v, want fields", path, got)}
		}
		var out []string
		for _, k := range sorted(w) {
			out = append(out, statusDiff(known, w[k], g[k], path+"."+k)...)
		}
		return out
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) < len(w) {
			return []string{fmt.Sprintf("%s: got %v, want a list", path, got)}
		}
		var out []string
		for i := range w {
			out = append(out, statusDiff(known, w[i], g[i], fmt.Sprintf("%s.%d", path, i))...)
		}
		return out
	case string:
		g, ok := got.(string)
		if !ok || generated.ReplaceAllString(known.Replace(w), "…") != generated.ReplaceAllString(g, "…") {
			return []string{fmt.Sprintf("%s: got %v, want %q", path, got, w)}
		}
	case nil:
	default:
		if fmt.Sprintf("%v", want) != fmt.Sprintf("%v", got) {
			return []string{fmt.Sprintf("%s: got %v, want %v", path, got, want)}
		}
	}
	return nil
}

// restartProvider checks that a restarted provider writes nothing.
func (a *awsPlatform) restartProvider() {
	a.t.Helper()
	before, since := a.account(), len(a.writes(a.t.Context(), 0))
	if err := shared.RestartProviderAWS(); err != nil {
		a.t.Fatal(err)
	}
	time.Sleep(3 * pollAWS) // For it to poll everything.
	a.waitNoWrites()
	if ws := a.writes(a.t.Context(), since); len(ws) > 0 {
		a.t.Errorf("restarted provider: got writes, want none: %s", strings.Join(ws, "\n"))
	}
	a.unchanged(before)
}

// drift checks that changed and deleted resources are restored.
func (a *awsPlatform) drift() {
	a.t.Helper()
	if out, err := shared.AWS.Python(a.t.Context(), a.region, []string{"CLUSTER=" + a.composed()["cluster"].GetAnnotations()[annotationExternal]}, "drift.py"); err != nil {
		a.t.Fatal(err, out)
	}
	a.runChecks(a.checks)
	a.waitNoWrites()
}

// editClaim upgrades, adds nodes, and changes NAT mode and tags. No object is replaced.
func (a *awsPlatform) editClaim() {
	a.t.Helper()
	before := a.uids()
	a.set("1.36", "spec", "kubernetesVersion")
	a.set(int64(3), "spec", "systemNodes", "maxSize")
	a.set("PerZone", "spec", "network", "natGateway")
	a.edit(map[string]any{"Blueprint": "Seafarer-cluster", "team": "harbor"}, "spec", "tags")
	a.waitSettled()
	a.runChecks("edited.py")
	a.checkRetained(before)
	a.waitNoWrites()
}

// deleteAndCompare deletes the claim, and checks that the account is as before.
func (a *awsPlatform) deleteAndCompare() {
	a.t.Helper()
	a.delete()
	a.waitDeleted()
	a.unchanged(a.before)
	if left := shared.AWS.Leaked(); len(left) > 0 {
		a.t.Errorf("nodes whose cluster was deleted before them: %v", left)
	}
}

// unchanged checks that the account is as before.
func (a *awsPlatform) unchanged(before map[string][]string) {
	a.t.Helper()
	after := a.account()
	n := 0
	for _, kind := range slices.Sorted(maps.Keys(after)) {
		n += len(after[kind])
		if d := differences(set(before[kind]), set(after[kind])); d != "" {
			a.t.Errorf("%s of the account changed: %s", kind, d)
		}
	}
	a.t.Logf("the account has %d resources of %d kinds", n, len(after))
}

func set(ids []string) map[string]string {
	m := make(map[string]string, len(ids))
	for _, id := range ids {
		m[id] = "present"
	}
	return m
}

// Our provider-aws has a controller for each composed kind.
func TestControllers(t *testing.T) {
	main, err := os.ReadFile(filepath.Join(providerAWSModule, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	names, err := activated(filepath.Join(rootModule, "apis", "activation.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range names {
		_, group, _ := strings.Cut(name, ".")
		service, ok := strings.CutSuffix(group, ".aws.m.upbound.io")
		if !ok {
			continue
		}
		n++
		crd, err := shared.Get(t.Context(), object(`{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: `+name+`}}`))
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := unstructured.NestedString(crd.Object, "spec", "names", "kind") // The API server has validated it.
		if !strings.Contains(string(main), "/controller/namespaced/"+service+"/"+strings.ToLower(kind)+`"`) {
			t.Errorf("%s: got no controller for %s of %s, want one", filepath.Join(providerAWSModule, "main.go"), kind, group)
		}
	}
	if n == 0 {
		t.Error("got no kind of AWS, want some")
	}
}
