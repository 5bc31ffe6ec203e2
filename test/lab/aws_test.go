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

// withAWS asks for what takes too long to be done each time.
var withAWS = flag.Bool("aws", false, "run TestAWS, and nothing else, in a lab with provider-aws and an emulator of AWS")

// onlyAWS runs in a lab with AWS: all other tests count on the stand-in.
func onlyAWS() error {
	if run := flag.Lookup("test.run"); !*withAWS || strings.HasPrefix(run.Value.String(), "TestAWS") {
		return nil
	}
	return flag.Set("test.run", "^TestAWS$")
}

// How long things may take with the real provider. It looks at what it has made
// every pollAWS, and after a failure waits for up to a minute.
const (
	settlesAWS = 15 * time.Minute
	repairs    = 6 * time.Minute
)

// The real provider makes what a claim asks for in an emulator of AWS, mends it,
// and takes it away again.
func TestAWS(t *testing.T) {
	if !*withAWS {
		t.Skip("it needs provider-aws, which takes half an hour to build: make e2e-aws")
	}
	t.Run("Seed", func(t *testing.T) {
		a := makeAWS(t, example(t, "seafarer-cluster"), "seed.py")
		a.asSimulated()
		a.restarted()
		a.drifted()
		a.edited()
		a.goes()
	})
	t.Run("Minimal", func(t *testing.T) {
		a := makeAWS(t, example(t, "minimal"), "minimal.py")
		a.asSimulated()
		a.goes()
	})
	t.Run("Faults", testFaultsInAWS)
}

// inAWS is a platform whose resources are really there.
type inAWS struct {
	*platform

	region string

	// looks is the script of a stranger who knows what should be there.
	looks string

	// before the platform was claimed: the account.
	before map[string][]string
}

// makeAWS makes what is claimed. It's made of what it should be, and nothing is
// done to it any more once it's there.
func makeAWS(t *testing.T, claim *unstructured.Unstructured, looks string) *inAWS {
	t.Helper()
	region, _, _ := unstructured.NestedString(claim.Object, "spec", "region") // The example has one.
	a := &inAWS{platform: &platform{t: t, lab: shared, claim: claim, patience: settlesAWS}, region: region, looks: looks}
	a.before = a.account()
	if _, err := shared.AWS.Offer(t.Context(), claim.GetNamespace()); err != nil {
		t.Fatal(err)
	}
	a.apply()
	a.settled()
	a.tells()
	a.sees(looks)
	a.quiet()
	return a
}

func (a *inAWS) account() map[string][]string {
	a.t.Helper()
	all, err := shared.AWS.Account(context.Background(), a.region)
	if err != nil {
		a.t.Fatal(err)
	}
	return all
}

// sees what a script wants to see, in the end.
func (a *inAWS) sees(script string) {
	a.t.Helper()
	start := time.Now()
	name := a.composed()["cluster"].GetAnnotations()[annotationExternal]
	a.within(repairs, func(ctx context.Context) error {
		out, err := shared.AWS.Python(ctx, a.region, []string{"CLUSTER=" + name}, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", script)
		return errors.Wrap(err, out)
	})
	a.t.Logf("%s: as it should be after %s", script, time.Since(start).Round(time.Second))
}

// quiet fails if the provider does not stop to change what is as it should be.
func (a *inAWS) quiet() {
	a.t.Helper()
	a.within(repairs, func(ctx context.Context) error {
		since := len(a.writes(ctx, 0))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(3 * pollAWS):
		}
		if ws := a.writes(ctx, since); len(ws) > 0 {
			return errors.Errorf("the provider goes on to write: %s", strings.Join(ws, "\n"))
		}
		return a.isReady(ctx)
	})
}

// writes to AWS, from a number on.
func (a *inAWS) writes(ctx context.Context, since int) []string {
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

// asSimulated compares what the providers tell with what internal/simulate says
// they would: each field that is simulated must be there, and look alike.
func (a *inAWS) asSimulated() {
	a.t.Helper()
	is := a.composed()
	version, _, _ := unstructured.NestedString(is["cluster"].Object, "status", "atProvider", "version") // Then it tells none.
	w := simulate.World{Partition: "aws", Region: a.region, Account: simulate.Account, KubernetesVersion: version}
	// A reference stands for what AWS calls the resource.
	var names []string
	for _, o := range is {
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
		got, _, _ := unstructured.NestedFieldNoCopy(is[k].Object, "status", "atProvider") // Then there is none.
		for _, d := range unlike(known, want, got, "status.atProvider") {
			a.t.Errorf("%s: %s", k, d)
		}
	}
}

// made are what AWS makes up, and what the lab does: certificates, UUIDs, ids,
// URLs and addresses.
var made = regexp.MustCompile(`LS0tLS1CRUdJ[0-9A-Za-z+/=]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-fA-F]{8,}|https?://[^/]+|(\d+\.){3}\d+`)

// unlike tells what is not there or doesn't look alike.
func unlike(known *strings.Replacer, want, got any, path string) []string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s: want fields, got %v", path, got)}
		}
		var out []string
		for _, k := range sorted(w) {
			out = append(out, unlike(known, w[k], g[k], path+"."+k)...)
		}
		return out
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) < len(w) {
			return []string{fmt.Sprintf("%s: want a list, got %v", path, got)}
		}
		var out []string
		for i := range w {
			out = append(out, unlike(known, w[i], g[i], fmt.Sprintf("%s.%d", path, i))...)
		}
		return out
	case string:
		g, ok := got.(string)
		if !ok || made.ReplaceAllString(known.Replace(w), "…") != made.ReplaceAllString(g, "…") {
			return []string{fmt.Sprintf("%s: want %q, got %v", path, w, got)}
		}
	case nil:
	default:
		if fmt.Sprintf("%v", want) != fmt.Sprintf("%v", got) {
			return []string{fmt.Sprintf("%s: want %v, got %v", path, want, got)}
		}
	}
	return nil
}

// restarted providers know what they have made.
func (a *inAWS) restarted() {
	a.t.Helper()
	was, since := a.account(), len(a.writes(a.t.Context(), 0))
	if err := shared.RestartProviderAWS(); err != nil {
		a.t.Fatal(err)
	}
	time.Sleep(3 * pollAWS) // For it to look at everything.
	a.quiet()
	if ws := a.writes(a.t.Context(), since); len(ws) > 0 {
		a.t.Errorf("a provider that was restarted writes: %s", strings.Join(ws, "\n"))
	}
	a.unchanged(was)
}

// drifted resources are mended, and those that are gone made again.
func (a *inAWS) drifted() {
	a.t.Helper()
	if out, err := shared.AWS.Python(a.t.Context(), a.region, []string{"CLUSTER=" + a.composed()["cluster"].GetAnnotations()[annotationExternal]}, "drift.py"); err != nil {
		a.t.Fatal(err, out)
	}
	a.sees(a.looks)
	a.quiet()
}

// edited claims: an upgrade, more nodes, another NAT mode and a tag. No object is
// made anew.
func (a *inAWS) edited() {
	a.t.Helper()
	was := a.uids()
	a.set("1.36", "spec", "kubernetesVersion")
	a.set(int64(3), "spec", "systemNodes", "maxSize")
	a.set("PerZone", "spec", "network", "natGateway")
	a.edit(map[string]any{"Blueprint": "Seafarer-cluster", "team": "harbor"}, "spec", "tags")
	a.settled()
	a.sees("edited.py")
	a.keeps(was)
	a.quiet()
}

// goes with its claim, and leaves the account as it was.
func (a *inAWS) goes() {
	a.t.Helper()
	a.delete()
	a.gone()
	a.unchanged(a.before)
	if left := shared.AWS.Leaked(); len(left) > 0 {
		a.t.Errorf("nodes whose cluster went before they did: %v", left)
	}
}

// unchanged fails unless the account is as it was.
func (a *inAWS) unchanged(was map[string][]string) {
	a.t.Helper()
	is := a.account()
	n := 0
	for _, kind := range slices.Sorted(maps.Keys(is)) {
		n += len(is[kind])
		if d := differences(set(was[kind]), set(is[kind])); d != "" {
			a.t.Errorf("%s in the account are not as they were: %s", kind, d)
		}
	}
	a.t.Logf("the account has %d things of %d kinds", n, len(is))
}

func set(ids []string) map[string]string {
	m := make(map[string]string, len(ids))
	for _, id := range ids {
		m[id] = "there"
	}
	return m
}

// TestControllers is that our provider-aws has a controller for each kind that is
// composed. Without one, nothing would become of it.
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
			t.Errorf("%s has no controller for %s of %s: add it", filepath.Join(providerAWSModule, "main.go"), kind, group)
		}
	}
	if n == 0 {
		t.Error("nothing of AWS is composed")
	}
}
