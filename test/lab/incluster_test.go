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

// drainTime is how long the drain of a node takes.
const drainTime = 3 * time.Second

var (
	configMaps      = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	serviceAccounts = schema.GroupVersionResource{Version: "v1", Resource: "serviceaccounts"}
	usageKind       = schema.GroupVersionKind{Group: "protection.crossplane.io", Version: "v1beta1", Kind: "Usage"}
)

// Composed resources are validated against the versions that the lab runs.
func TestVersions(t *testing.T) {
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
			t.Errorf("%s: the lab runs %s, composed resources are validated against %v", module, v, checked)
		}
	}
}

// With the real providers for Helm and Kubernetes, Karpenter's real charts and CRDs,
// and an API server for each EKS cluster, a platform becomes ready, and its cluster
// has the objects that the claim requests.
func TestInCluster(t *testing.T) {
	t.Parallel()
	l := startLab(t, Options{InCluster: true, CoreArgs: RaisedCircuitBreaker})
	l.EKS.SetDrain(drainTime)

	// They mostly wait, each for its own cluster.
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
	// A node retains the grace period that it's launched with.
	p.set([]any{map[string]any{"name": "default", "terminationGracePeriod": gracePeriod.String()}}, "spec", "karpenter", "nodePools")
	p.apply()
	p.waitSettled()
	p.checkStatus()
	steps := []struct {
		name string
		test func()
	}{
		{name: "Charts", test: func() {
			p.checkKarpenter("kube-system", map[string]string{"AWS_REGION": "eu-west-3", "CLUSTER_NAME": "minimal", "INTERRUPTION_QUEUE": "Karpenter-minimal", "LOG_LEVEL": "info"})
		}},
		{name: "NodePools", test: func() {
			p.checkNodePools("default")
			p.checkNodePoolValidation()
		}},
		{name: "ChartValues", test: p.editValues},
		{name: "AddNodePools", test: p.addNodePools},
		{name: "RemoveNodePool", test: func() { p.removeNodePool("batch", drainTime, time.Minute) }},
		{name: "BlockedDrain", test: func() {
			c := p.eks()
			c.SetDrainBlocked(true)
			defer c.SetDrainBlocked(false)
			p.removeNodePool("blocked", gracePeriod, gracePeriod+time.Minute)
		}},
		{name: "NoDrainWithoutKarpenter", test: p.checkDrainNeedsKarpenter},
		{name: "SecretDeleted", test: func() { p.checkKubeconfigRestored("error", nil) }},
		{name: "SecretStale", test: func() { p.checkKubeconfigRestored("info", map[string]any{"kubeconfig": "c3RhbGU="}) }},
		{name: "Delete", test: func() {
			// A pod that blocks its node's drain doesn't block the deletion.
			p.eks().SetDrainBlocked(true)
			p.checkDeletionOrder()
			p.checkAuditLog()
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
// Fargate. It's created, upgraded, changed after an acknowledgement, and deleted.
func testSeafarerInCluster(t *testing.T, l *Lab) {
	t.Helper()
	p := &platform{t: t, lab: l, claim: example(t, "seafarer-cluster")}
	p.set("1.34", "spec", "kubernetesVersion")
	p.apply()
	p.waitSettled()
	p.checkUpgrade("1.34", "1.35", "1.36")
	p.checkBlockedChange("t3.medium")
	p.waitSettled()
	p.checkStatus()
	p.checkKarpenter("karpenter", map[string]string{"AWS_REGION": "eu-west-3", "CLUSTER_NAME": "Seafarer-cluster", "INTERRUPTION_QUEUE": "Karpenter-Seafarer-cluster"})
	p.checkNodePools("default")
	c := p.eks()
	sa, err := c.dynamic.Resource(serviceAccounts).Namespace("karpenter").Get(t.Context(), "karpenter", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	role, _, _ := unstructured.NestedString(p.composed()["karpenter-role"].Object, "status", "atProvider", "arn") // Empty if it's missing.
	if got := sa.GetAnnotations()["eks.amazonaws.com/role-arn"]; got != role || role == "" {
		t.Errorf("Karpenter's service account: got role %q, want %q", got, role)
	}
	cm, err := c.dynamic.Resource(configMaps).Namespace("aws-observability").Get(t.Context(), "aws-logging", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if out, _, _ := unstructured.NestedString(cm.Object, "data", "output.conf"); !strings.Contains(out, "log_group_name /aws/eks/Seafarer-cluster/fargate") { // Empty if it's missing.
		t.Errorf("output.conf of Fargate's log router: %s", out)
	}
	p.checkDeletionOrder()
}

// eks returns the platform's EKS cluster.
func (p *platform) eks() *EKSCluster {
	p.t.Helper()
	o, ok := p.composed()["cluster"]
	if !ok {
		p.t.Fatal("no cluster is composed")
	}
	c, ok := p.lab.EKS.Cluster(o.GetNamespace(), o.GetName())
	if !ok {
		p.t.Fatal("EKS has no cluster")
	}
	return c
}

// checkKarpenter checks that Karpenter's Deployment has the environment of the claim's
// values, and nodes to run on.
func (p *platform) checkKarpenter(namespace string, env map[string]string) {
	p.t.Helper()
	c := p.eks()
	env = maps.Clone(env)
	env["CLUSTER_ENDPOINT"] = c.Endpoint
	if err := c.checkEnv(p.t.Context(), namespace, env); err != nil {
		p.t.Error(err)
	}
	d, err := c.dynamic.Resource(deployments).Namespace(namespace).Get(p.t.Context(), "karpenter", metav1.GetOptions{})
	if err != nil {
		p.t.Fatal(err)
	}
	if n, _, _ := unstructured.NestedInt64(d.Object, "status", "availableReplicas"); n != 2 { // 0 if it's missing.
		p.t.Errorf("Karpenter: got %d available replicas, want 2: %s", n, c.Karpenter.LastError())
	}
	if sa, _, _ := unstructured.NestedString(d.Object, "spec", "template", "spec", "serviceAccountName"); sa != "karpenter" { // Empty if it's missing.
		p.t.Errorf("Karpenter: got service account %q, want karpenter", sa)
	}
}

// checkEnv returns an error unless Karpenter's container has environment variables.
func (c *EKSCluster) checkEnv(ctx context.Context, namespace string, want map[string]string) error {
	d, err := c.dynamic.Resource(deployments).Namespace(namespace).Get(ctx, "karpenter", metav1.GetOptions{})
	if err != nil {
		return errors.Wrap(err, "cannot get Karpenter's deployment")
	}
	cs, _, err := unstructured.NestedSlice(d.Object, "spec", "template", "spec", "containers")
	if err != nil || len(cs) != 1 {
		return errors.Errorf("Karpenter: got %d containers, want 1", len(cs))
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

// checkNodePools checks that the cluster's NodePools and EC2NodeClasses are as
// composed, and that each NodePool has a node.
func (p *platform) checkNodePools(names ...string) {
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
		var diffs []string
		compare(want.Object["spec"], got.Object["spec"], "spec", &diffs)
		if len(diffs) > 0 {
			p.t.Errorf("%s: differs from its composed resource: %s", k, strings.Join(diffs, ", "))
		}
		if s, _, _ := condition(got, "Ready"); s != "True" {
			p.t.Errorf("%s: got Ready=%q, want True", k, s)
		}
	}
	p.within(startTimeout, func(ctx context.Context) error {
		got, err := c.nodeClaims(ctx)
		if err != nil {
			return err
		}
		if have := slices.Sorted(maps.Keys(got)); !slices.Equal(have, slices.Sorted(slices.Values(names))) {
			return errors.Errorf("NodePools with a node: got %v, want %v", have, names)
		}
		return nil
	})
}

// nodeClaims returns the names of the NodeClaims by NodePool.
func (c *EKSCluster) nodeClaims(ctx context.Context) (map[string]string, error) {
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

// checkNodePoolValidation checks that Karpenter's CRDs reject an invalid NodePool.
func (p *platform) checkNodePoolValidation() {
	p.t.Helper()
	pool := p.composed()["node-pool-default"]
	manifest, _, _ := unstructured.NestedMap(pool.Object, "spec", "forProvider", "manifest") // An empty one is rejected with another message.
	o := &unstructured.Unstructured{Object: manifest}
	o.SetName("invalid")
	label := map[string]any{"karpenter.k8s.aws/instance-pods": "10"}
	if err := unstructured.SetNestedMap(o.Object, label, "spec", "template", "metadata", "labels"); err != nil {
		p.t.Fatal(err)
	}
	err := p.eks().Apply(p.t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), `label domain "karpenter.k8s.aws" is restricted`) {
		p.t.Errorf("NodePool with a restricted label: got %v, want it rejected", err)
	}
}

// editValues edits the chart's values, and kills the providers meanwhile.
func (p *platform) editValues() {
	p.edit(map[string]any{"logLevel": "debug"}, "spec", "karpenter", "values")
	for range 5 {
		if err := p.lab.RestartProviders(); err != nil {
			p.t.Fatal(err)
		}
		time.Sleep(700 * time.Millisecond)
	}
	c := p.eks()
	p.within(settleTimeout, func(ctx context.Context) error {
		return c.checkEnv(ctx, "kube-system", map[string]string{"LOG_LEVEL": "debug"})
	})
}

// kubeconfigSecret returns the name of the Secret that providers connect with.
func (p *platform) kubeconfigSecret() string {
	p.t.Helper()
	name, _, _ := unstructured.NestedString(p.composed()["cluster-auth"].Object, "spec", "writeConnectionSecretToRef", "name") // The API server has validated it.
	return name
}

// checkKubeconfigRestored changes or deletes the kubeconfig Secret. Still, an edit
// reaches the cluster.
func (p *platform) checkKubeconfigRestored(level string, data map[string]any) {
	ref := p.kubeconfigSecret()
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
	before := p.uids()
	p.edit(map[string]any{"logLevel": level}, "spec", "karpenter", "values")
	c := p.eks()
	p.within(settleTimeout, func(ctx context.Context) error {
		return c.checkEnv(ctx, "kube-system", map[string]string{"LOG_LEVEL": level})
	})
	p.waitSettled()
	p.checkRetained(before)
}

// testClusterLost deletes the cluster and its kubeconfig Secret outside Crossplane.
// The claim can be deleted nevertheless: the cluster is created again, empty.
func testClusterLost(t *testing.T, l *Lab) {
	t.Helper()
	p := &platform{t: t, lab: l, claim: minimalClaim(t, "lost")}
	p.apply()
	p.waitSettled()
	launched := len(p.eks().Karpenter.Instances())
	o := p.composed()["cluster"]
	ref := p.kubeconfigSecret()

	p.lab.EKS.DeleteCluster(o)
	if err := p.lab.dynamic.Resource(secrets).Namespace(p.claim.GetNamespace()).Delete(t.Context(), ref, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	p.deleteAndWait()
	p.checkAuditLog()
	// The instances of the lost cluster leak.
	if leaked := len(p.lab.EKS.Leaked(p.claim.GetNamespace())); leaked != launched || leaked == 0 {
		t.Errorf("lost cluster: got %d leaked instances, want %d, at least 1", leaked, launched)
	}
}

// checkAuditLog logs the deletions, and checks that Usages denied some.
func (p *platform) checkAuditLog() {
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
		p.t.Errorf("got %d deletions denied by Usages and %d accepted, want some of each", denied, accepted)
	}
}

// checkDrainNeedsKarpenter deletes Karpenter's Deployment before a NodePool, whose
// node then remains until the Deployment is restored.
func (p *platform) checkDrainNeedsKarpenter() {
	c := p.eks()
	r := c.dynamic.Resource(deployments).Namespace("kube-system")
	karpenter, err := r.Get(p.t.Context(), "karpenter", metav1.GetOptions{})
	if err != nil {
		p.t.Fatal(err)
	}
	if err := r.Delete(p.t.Context(), "karpenter", metav1.DeleteOptions{}); err != nil {
		p.t.Fatal(err)
	}
	node, d := p.deleteNodePool("extra")
	d.wait(node, false)
	time.Sleep(2 * drainTime)
	if d.index(node, true) >= 0 {
		p.t.Errorf("%s was removed without Karpenter", node)
	}
	if got := c.Karpenter.LastError(); got != "there is no deployment of Karpenter" {
		p.t.Errorf("Karpenter: got error %q, want that there is no deployment", got)
	}
	karpenter.SetResourceVersion("")
	karpenter.SetUID("")
	if _, err := r.Create(p.t.Context(), karpenter, metav1.CreateOptions{}); err != nil {
		p.t.Fatal(err)
	}
	d.wait(node, true)
	p.waitSettled()
}

// gracePeriod of a node whose drain is blocked.
const gracePeriod = 12 * time.Second

func (p *platform) addNodePools() {
	before, err := p.eks().nodeClaims(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	p.edit([]any{
		map[string]any{"name": "default"},
		map[string]any{"name": "batch"},
		map[string]any{"name": "extra"},
		map[string]any{"name": "blocked", "terminationGracePeriod": gracePeriod.String()},
	}, "spec", "karpenter", "nodePools")
	p.waitSettled()
	p.checkNodePools("default", "batch", "extra", "blocked")
	after, err := p.eks().nodeClaims(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	if after["default"] != before["default"] {
		p.t.Errorf("the node of NodePool default was replaced")
	}
}

// removeNodePool removes a NodePool. Its node, and no other, is removed once it's
// drained.
func (p *platform) removeNodePool(name string, minimum, maximum time.Duration) {
	before, err := p.eks().nodeClaims(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	node, d := p.deleteNodePool(name)
	d.wait(node, true)
	if took := d.duration(node); took < minimum-time.Second || took > maximum { // Timestamps are in whole seconds.
		p.t.Errorf("%s: got a drain of %s, want %s to %s", node, took, minimum, maximum)
	}
	p.waitSettled()
	delete(before, name)
	after, err := p.eks().nodeClaims(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	unchanged(p.t, before, after)
	if got, want := p.eks().Karpenter.Instances(), slices.Sorted(maps.Values(before)); !slices.Equal(got, want) {
		p.t.Errorf("instances: got %v, want %v", got, want)
	}
	p.t.Logf("\n%s", d)
}

// deleteNodePool removes a NodePool from the claim. It returns its NodeClaim and the
// recorded deletions.
func (p *platform) deleteNodePool(name string) (node string, d *deletions) {
	claims, err := p.eks().nodeClaims(p.t.Context())
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

// checkDeletionOrder deletes the claim, and checks that Karpenter's nodes are removed
// before anything that Karpenter requires to drain them.
func (p *platform) checkDeletionOrder() {
	us := p.usages()
	if len(us) == 0 {
		p.t.Fatal("got no Usages, want some")
	}
	d := watchDeletions(p.t, p)
	p.deleteAndWait()
	p.t.Logf("\n%s", d)
	for _, u := range us {
		if u.by != "" {
			d.checkOrder(u.by, u.of)
		}
	}
	pools, classes := d.withPrefix("node-pool-"), d.withPrefix("node-class-")
	if len(pools) == 0 || len(classes) == 0 || len(d.withPrefix("NodeClaim/")) == 0 {
		p.t.Error("got no deletion of a NodePool, EC2NodeClass or NodeClaim, want some")
	}
	for _, class := range classes {
		for _, pool := range pools {
			d.checkOrder(pool, class)
		}
		for _, node := range d.withPrefix("NodeClaim/") {
			d.checkOrder(node, "EC2NodeClass/"+strings.TrimPrefix(class, "node-class-"))
		}
		for _, prefix := range requiredToDrain {
			keys := d.withPrefix(prefix)
			if len(keys) == 0 {
				p.t.Errorf("got no deletion with prefix %s, want some", prefix)
			}
			for _, k := range keys {
				d.checkOrder(class, k)
			}
		}
	}
	if leaked := p.lab.EKS.Leaked(p.claim.GetNamespace()); len(leaked) > 0 {
		p.t.Errorf("leaked instances: got %v, want none", leaked)
	}
}

// requiredToDrain are prefixes of the resources that Karpenter requires to terminate
// its nodes.
var requiredToDrain = []string{
	"cluster-auth", "kubernetes-provider-config", "node-group-system", "node-role-system", "karpenter-role", "karpenter-policy-node-lifecycle",
	"karpenter-policy-iam-integration", "karpenter-node-role", "nat-gateway-", "route-nat-", "route-public", "association-subnet-",
}

// A usage protects a composed resource, for as long as by exists, if it's set.
type usage struct{ of, by string }

// usages returns a platform's Usages, by the names of its composed resources.
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
