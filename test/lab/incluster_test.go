package lab

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/modules"
)

// drained is how long it takes pods to leave a node in tests.
const drained = 3 * time.Second

var (
	configMaps      = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	serviceAccounts = schema.GroupVersionResource{Version: "v1", Resource: "serviceaccounts"}
	usageKind       = schema.GroupVersionKind{Group: "protection.crossplane.io", Version: "v1beta1", Kind: "Usage"}
)

// What runs is among what composed objects are checked against.
func TestProvidersAreWhatIsTestedWith(t *testing.T) {
	runs := map[string]string{"github.com/crossplane/crossplane/v2": crossplaneModule}
	for _, p := range providers {
		runs[p.module] = p.folder
	}
	for module, folder := range runs {
		v, err := moduleVersion(t.Context(), folder, module)
		if err != nil {
			t.Fatal(err)
		}
		if checked := modules.Releases(module); !slices.Contains(checked, v) {
			t.Errorf("%s: %s runs, objects are checked against %v", module, v, checked)
		}
	}
}

// With real providers for Helm and Kubernetes, Karpenter's real charts and
// definitions, and an API server for each EKS cluster, a platform becomes ready,
// and what is in its cluster is what the claim says.
func TestInCluster(t *testing.T) {
	t.Parallel()
	l := another(t, Options{InCluster: true, CoreArgs: Patient})
	l.EKS.SetDrain(drained)

	// They wait for most of the time, each for what is in a cluster of its own.
	for name, test := range map[string]func(*testing.T, *Lab){"Minimal": testMinimalInCluster, "SeafarerCluster": testSeafarerInCluster, "ClusterLost": testClusterLost} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, l)
		})
	}
}

func testMinimalInCluster(t *testing.T, l *Lab) {
	t.Helper()
	p := &platform{t: t, lab: l, claim: example(t, "minimal")}
	// What a node is launched with, it keeps.
	p.set([]any{map[string]any{"name": "default", "terminationGracePeriod": stubborn.String()}}, "spec", "karpenter", "nodePools")
	p.apply()
	p.settled()
	p.tells()
	steps := []struct {
		name string
		test func()
	}{
		{name: "ChartsAreInstalled", test: func() {
			p.installed("kube-system", map[string]string{"AWS_REGION": "eu-west-3", "CLUSTER_NAME": "minimal", "INTERRUPTION_QUEUE": "Karpenter-minimal", "LOG_LEVEL": "info"})
		}},
		{name: "PoolsAreAccepted", test: func() {
			p.pools("default")
			p.refuses()
		}},
		{name: "ChartValues", test: p.editValues},
		{name: "AddNodePools", test: p.addNodePools},
		{name: "RemoveNodePool", test: func() { p.removeNodePool("batch", drained, time.Minute) }},
		{name: "StubbornNode", test: func() {
			c := p.eks()
			c.SetStubborn(true)
			defer c.SetStubborn(false)
			p.removeNodePool("stubborn", stubborn, stubborn+time.Minute)
		}},
		{name: "NothingDrainsWithoutKarpenter", test: p.drainsWithKarpenterOnly},
		{name: "SecretRemoved", test: func() { p.reachableAgain("error", nil) }},
		{name: "SecretStale", test: func() { p.reachableAgain("info", map[string]any{"kubeconfig": "c3RhbGU="}) }},
		{name: "Delete", test: func() {
			// A pod that won't go may not keep a platform from going.
			p.eks().SetStubborn(true)
			p.endsInOrder()
			p.audited()
		}},
	}
	for _, s := range steps {
		if !t.Run(s.name, func(t *testing.T) {
			p.t = t
			s.test()
		}) {
			return
		}
	}
}

// The seed's claim has another namespace for Karpenter, IRSA, and settings for
// Fargate. It lives a whole life: it's made, upgraded, changed by what's held and
// then acknowledged, and ends.
func testSeafarerInCluster(t *testing.T, l *Lab) {
	t.Helper()
	p := &platform{t: t, lab: l, claim: example(t, "seafarer-cluster")}
	p.set("1.34", "spec", "kubernetesVersion")
	p.apply()
	p.settled()
	p.upgrades("1.34", "1.35", "1.36")
	p.holdsThenReplaces("t3.medium")
	p.settled()
	p.tells()
	p.installed("karpenter", map[string]string{"AWS_REGION": "eu-west-3", "CLUSTER_NAME": "Seafarer-cluster", "INTERRUPTION_QUEUE": "Karpenter-Seafarer-cluster"})
	p.pools("default")
	c := p.eks()
	sa, err := c.dynamic.Resource(serviceAccounts).Namespace("karpenter").Get(t.Context(), "karpenter", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	role, _, _ := unstructured.NestedString(p.composed()["karpenter-role"].Object, "status", "atProvider", "arn") // Then it's empty.
	if got := sa.GetAnnotations()["eks.amazonaws.com/role-arn"]; got != role || role == "" {
		t.Errorf("Karpenter's service account: want role %q, got %q", role, got)
	}
	cm, err := c.dynamic.Resource(configMaps).Namespace("aws-observability").Get(t.Context(), "aws-logging", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if out, _, _ := unstructured.NestedString(cm.Object, "data", "output.conf"); !strings.Contains(out, "log_group_name /aws/eks/Seafarer-cluster/fargate") { // Then it's empty.
		t.Errorf("output.conf of Fargate's log router: %s", out)
	}
	p.endsInOrder()
}

// eks is the platform's own cluster.
func (p *platform) eks() *EKSCluster {
	p.t.Helper()
	o, ok := p.composed()["cluster"]
	if !ok {
		p.t.Fatal("no cluster is composed")
	}
	c, ok := p.lab.EKS.Cluster(o.GetNamespace(), o.GetName())
	if !ok {
		p.t.Fatal("there is no cluster")
	}
	return c
}

// installed means that Karpenter's Deployment is there, with the environment that
// the claim's values make, and that it has nodes to run on.
func (p *platform) installed(namespace string, env map[string]string) {
	p.t.Helper()
	c := p.eks()
	env = maps.Clone(env)
	env["CLUSTER_ENDPOINT"] = c.Endpoint
	if err := c.hasEnv(p.t.Context(), namespace, env); err != nil {
		p.t.Error(err)
	}
	d, err := c.dynamic.Resource(deployments).Namespace(namespace).Get(p.t.Context(), "karpenter", metav1.GetOptions{})
	if err != nil {
		p.t.Fatal(err)
	}
	if n, _, _ := unstructured.NestedInt64(d.Object, "status", "availableReplicas"); n != 2 { // Then there are none.
		p.t.Errorf("Karpenter: %d replicas have a node, want 2: %s", n, c.Karpenter.Trouble())
	}
	if sa, _, _ := unstructured.NestedString(d.Object, "spec", "template", "spec", "serviceAccountName"); sa != "karpenter" { // Then it's empty.
		p.t.Errorf("Karpenter: it runs as %q", sa)
	}
}

// hasEnv checks the environment of Karpenter's container.
func (c *EKSCluster) hasEnv(ctx context.Context, namespace string, want map[string]string) error {
	d, err := c.dynamic.Resource(deployments).Namespace(namespace).Get(ctx, "karpenter", metav1.GetOptions{})
	if err != nil {
		return errors.Wrap(err, "cannot get Karpenter's deployment")
	}
	cs, _, err := unstructured.NestedSlice(d.Object, "spec", "template", "spec", "containers")
	if err != nil || len(cs) != 1 {
		return errors.Errorf("Karpenter has %d containers", len(cs))
	}
	got := make(map[string]string)
	for _, e := range cs[0].(map[string]any)["env"].([]any) {
		m := e.(map[string]any)
		if name, _ := m["name"].(string); want[name] != "" {
			got[name], _ = m["value"].(string)
		}
	}
	if d := differences(want, got); d != "" {
		return errors.Errorf("Karpenter's environment: %s", d)
	}
	return nil
}

// pools are in the cluster just as they are composed, and each has a node.
func (p *platform) pools(names ...string) {
	p.t.Helper()
	c := p.eks()
	for k, o := range p.composed() {
		if !strings.HasPrefix(k, "node-pool-") && !strings.HasPrefix(k, "node-class-") {
			continue
		}
		manifest, _, err := unstructured.NestedMap(o.Object, "spec", "forProvider", "manifest")
		if err != nil {
			p.t.Fatal(err)
		}
		want := &unstructured.Unstructured{Object: manifest}
		got, err := c.Get(p.t.Context(), want)
		if err != nil {
			p.t.Fatal(err)
		}
		var lost []string
		compare(want.Object["spec"], got.Object["spec"], "spec", &lost)
		if len(lost) > 0 {
			p.t.Errorf("%s: not as it is composed: %s", k, strings.Join(lost, ", "))
		}
		if s, _, _ := condition(got, "Ready"); s != "True" {
			p.t.Errorf("%s: Ready=%q", k, s)
		}
	}
	p.within(startTimeout, func(ctx context.Context) error {
		got, err := c.claims(ctx)
		if err != nil {
			return err
		}
		if have := slices.Sorted(maps.Keys(got)); !slices.Equal(have, slices.Sorted(slices.Values(names))) {
			return errors.Errorf("NodePools with a node: want %v, got %v", names, have)
		}
		return nil
	})
}

// claims are the names of the NodeClaims, by NodePool.
func (c *EKSCluster) claims(ctx context.Context) (map[string]string, error) {
	l, err := c.dynamic.Resource(nodeClaims).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, errors.Wrap(err, "cannot list NodeClaims")
	}
	out := make(map[string]string)
	for _, c := range l.Items {
		out[c.GetLabels()[nodePoolLabel]] = c.GetName()
	}
	return out, nil
}

// refuses what breaks a rule of Karpenter's definitions: so they are really there.
func (p *platform) refuses() {
	p.t.Helper()
	pool := p.composed()["node-pool-default"]
	manifest, _, _ := unstructured.NestedMap(pool.Object, "spec", "forProvider", "manifest") // Then it's refused for another reason.
	o := &unstructured.Unstructured{Object: manifest}
	o.SetName("refused")
	label := map[string]any{"karpenter.k8s.aws/instance-pods": "10"}
	if err := unstructured.SetNestedMap(o.Object, label, "spec", "template", "metadata", "labels"); err != nil {
		p.t.Fatal(err)
	}
	err := p.eks().Apply(p.t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), `label domain "karpenter.k8s.aws" is restricted`) {
		p.t.Errorf("a NodePool with a restricted label: want it refused, got %v", err)
	}
}

// editValues of the chart, and kill the providers while they are at it.
func (p *platform) editValues() {
	p.edit(map[string]any{"logLevel": "debug"}, "spec", "karpenter", "values")
	for range 5 {
		if err := p.lab.RestartProviders(); err != nil {
			p.t.Fatal(err)
		}
		time.Sleep(700 * time.Millisecond)
	}
	c := p.eks()
	p.within(settles, func(ctx context.Context) error {
		return c.hasEnv(ctx, "kube-system", map[string]string{"LOG_LEVEL": "debug"})
	})
}

// providersSecret is the name of the one by which providers reach the cluster.
func (p *platform) providersSecret() string {
	p.t.Helper()
	name, _, _ := unstructured.NestedString(p.composed()["cluster-auth"].Object, "spec", "writeConnectionSecretToRef", "name") // The API server has validated it.
	return name
}

// reachableAgain is a cluster after the Secret that leads to it has lost its data,
// or is lost itself. An edit that's under way arrives.
func (p *platform) reachableAgain(level string, data map[string]any) {
	ref := p.providersSecret()
	r := p.lab.dynamic.Resource(secrets).Namespace(p.claim.GetNamespace())
	var err error
	if data == nil {
		err = r.Delete(p.t.Context(), ref, metav1.DeleteOptions{})
	} else {
		_, err = r.Patch(p.t.Context(), ref, types.MergePatchType, mergePatch(map[string]any{"data": data}), metav1.PatchOptions{FieldManager: "someone"})
	}
	if err != nil {
		p.t.Fatal(err)
	}
	was := p.uids()
	p.edit(map[string]any{"logLevel": level}, "spec", "karpenter", "values")
	c := p.eks()
	p.within(settles, func(ctx context.Context) error {
		return c.hasEnv(ctx, "kube-system", map[string]string{"LOG_LEVEL": level})
	})
	p.settled()
	p.keeps(was)
}

// testClusterLost is that a claim can be deleted whose cluster someone has deleted
// before, with the Secret that leads to it. It comes back empty, and goes.
func testClusterLost(t *testing.T, l *Lab) {
	t.Helper()
	p := &platform{t: t, lab: l, claim: claimed(t, "lost")}
	p.apply()
	p.settled()
	launched := len(p.eks().Karpenter.Instances())
	o := p.composed()["cluster"]
	ref := p.providersSecret()

	p.lab.EKS.Lose(o)
	if err := p.lab.dynamic.Resource(secrets).Namespace(p.claim.GetNamespace()).Delete(t.Context(), ref, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	p.deleted()
	p.audited()
	// Nobody could drain what was launched for the cluster that was lost.
	if leaked := len(p.lab.EKS.Leaked(p.claim.GetNamespace())); leaked != launched || leaked == 0 {
		t.Errorf("of %d instances that were launched for the cluster that was lost, %d are told", launched, leaked)
	}
}

// audited deletions are told: who deleted what, and why it was denied. Some were,
// by Usages, and all went in the end.
func (p *platform) audited() {
	p.t.Helper()
	ds, err := p.lab.Deletions()
	if err != nil {
		p.t.Fatal(err)
	}
	denied, accepted := 0, 0
	for _, d := range ds {
		if d.Namespace != p.claim.GetNamespace() || d.Resource == "events" {
			continue
		}
		switch {
		case d.Accepted():
			accepted++
		case d.Code == http.StatusConflict && strings.Contains(d.Why, "in-use"):
			denied++
		}
		p.t.Log(d)
	}
	if denied == 0 || accepted == 0 {
		p.t.Errorf("%d deletions were denied by Usages, and %d were accepted: want some of each", denied, accepted)
	}
}

// drainsWithKarpenterOnly means that the lab notices if Karpenter goes first: then
// nothing else can.
func (p *platform) drainsWithKarpenterOnly() {
	c := p.eks()
	r := c.dynamic.Resource(deployments).Namespace("kube-system")
	karpenter, err := r.Get(p.t.Context(), "karpenter", metav1.GetOptions{})
	if err != nil {
		p.t.Fatal(err)
	}
	if err := r.Delete(p.t.Context(), "karpenter", metav1.DeleteOptions{}); err != nil {
		p.t.Fatal(err)
	}
	node, d := p.withoutNodePool("away")
	d.happens(node, false)
	time.Sleep(2 * drained)
	if d.when(node, true) >= 0 {
		p.t.Errorf("%s is gone, without Karpenter", node)
	}
	if trouble := c.Karpenter.Trouble(); trouble != "there is no deployment of Karpenter" {
		p.t.Errorf("Karpenter's trouble is %q", trouble)
	}
	karpenter.SetResourceVersion("")
	karpenter.SetUID("")
	if _, err := r.Create(p.t.Context(), karpenter, metav1.CreateOptions{}); err != nil {
		p.t.Fatal(err)
	}
	d.happens(node, true)
	p.settled()
}

// stubborn is the grace period of a node that refuses to be drained.
const stubborn = 12 * time.Second

func (p *platform) addNodePools() {
	was, err := p.eks().claims(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	p.edit([]any{
		map[string]any{"name": "default"},
		map[string]any{"name": "batch"},
		map[string]any{"name": "away"},
		map[string]any{"name": "stubborn", "terminationGracePeriod": stubborn.String()},
	}, "spec", "karpenter", "nodePools")
	p.settled()
	p.pools("default", "batch", "away", "stubborn")
	is, err := p.eks().claims(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	if is["default"] != was["default"] {
		p.t.Errorf("the node of NodePool default was launched anew")
	}
}

// removeNodePool takes its node with it, after no less and not much more time than
// it takes to drain it, and no other.
func (p *platform) removeNodePool(name string, least, most time.Duration) {
	was, err := p.eks().claims(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	node, d := p.withoutNodePool(name)
	d.happens(node, true)
	if took := d.took(node); took < least-time.Second || took > most { // Timestamps are in whole seconds.
		p.t.Errorf("%s was drained for %s, want %s to %s", node, took, least, most)
	}
	p.settled()
	delete(was, name)
	is, err := p.eks().claims(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	unchanged(p.t, was, is)
	if got, want := p.eks().Karpenter.Instances(), slices.Sorted(maps.Values(was)); !slices.Equal(got, want) {
		p.t.Errorf("instances: want %v, got %v", want, got)
	}
	p.t.Logf("\n%s", d)
}

// withoutNodePool is the claim from now on. It returns what is to be deleted.
func (p *platform) withoutNodePool(name string) (node string, d *deletions) {
	claims, err := p.eks().claims(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	if claims[name] == "" {
		p.t.Fatalf("NodePool %s has no node", name)
	}
	d = watchDeletions(p.t, p)
	pools, _, _ := unstructured.NestedSlice(p.claim.Object, "spec", "karpenter", "nodePools") // It was set before.
	p.edit(slices.DeleteFunc(pools, func(v any) bool { return v.(map[string]any)["name"] == name }), "spec", "karpenter", "nodePools")
	return "NodeClaim/" + claims[name], d
}

// endsInOrder means that what Karpenter launched goes first, while all that it
// takes to end it is there.
func (p *platform) endsInOrder() {
	us := p.usages()
	if len(us) == 0 {
		p.t.Fatal("there are no Usages")
	}
	d := watchDeletions(p.t, p)
	p.deleted()
	p.t.Logf("\n%s", d)
	for _, u := range us {
		if u.by != "" {
			d.before(u.by, u.of)
		}
	}
	pools, classes := d.all("node-pool-"), d.all("node-class-")
	if len(pools) == 0 || len(classes) == 0 || len(d.all("NodeClaim/")) == 0 {
		p.t.Error("no NodePool, EC2NodeClass or NodeClaim was deleted")
	}
	for _, class := range classes {
		for _, pool := range pools {
			d.before(pool, class)
		}
		for _, node := range d.all("NodeClaim/") {
			d.before(node, "EC2NodeClass/"+strings.TrimPrefix(class, "node-class-"))
		}
		for _, needed := range neededToDrain {
			keys := d.all(needed)
			if len(keys) == 0 {
				p.t.Errorf("nothing whose key begins with %s was deleted", needed)
			}
			for _, k := range keys {
				d.before(class, k)
			}
		}
	}
	if leaked := p.lab.EKS.Leaked(p.claim.GetNamespace()); len(leaked) > 0 {
		p.t.Errorf("instances that nobody ends: %v", leaked)
	}
}

// neededToDrain are resources without which Karpenter cannot end its nodes, by
// the beginning of their key.
var neededToDrain = []string{
	"cluster-auth", "kubernetes-provider-config", "node-group-system", "node-role-system", "karpenter-role", "karpenter-policy-node-lifecycle",
	"karpenter-policy-iam-integration", "karpenter-node-role", "nat-gateway-", "route-nat-", "route-public", "association-subnet-",
}

// A usage protects a composed resource, perhaps for as long as another is there.
type usage struct{ of, by string }

// usages of a platform, by the names of its resources.
func (p *platform) usages() []usage {
	p.t.Helper()
	r, err := p.lab.Of(usageKind, p.claim.GetNamespace())
	if err != nil {
		p.t.Fatal(err)
	}
	l, err := r.List(p.t.Context(), metav1.ListOptions{LabelSelector: labelComposite + "=" + p.xr})
	if err != nil {
		p.t.Fatal(err)
	}
	names := make(map[string]string)
	for k, o := range p.composed() {
		names[o.GetKind()+"/"+o.GetName()] = k
	}
	name := func(u *unstructured.Unstructured, end string) string {
		kind, _, _ := unstructured.NestedString(u.Object, "spec", end, "kind")
		n, _, _ := unstructured.NestedString(u.Object, "spec", end, "resourceRef", "name")
		return names[kind+"/"+n]
	}
	out := make([]usage, 0, len(l.Items))
	for i := range l.Items {
		out = append(out, usage{of: name(&l.Items[i], "of"), by: name(&l.Items[i], "by")})
	}
	return out
}
