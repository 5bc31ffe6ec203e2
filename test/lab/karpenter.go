package lab

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	kerrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	scheduling "k8s.io/component-helpers/scheduling/corev1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
	"k8s.io/klog/v2"

	"github.com/crossplane/function-sdk-go/errors"
)

var (
	nodePools   = schema.GroupVersionResource{Group: "karpenter.sh", Version: "v1", Resource: "nodepools"}
	nodeClaims  = schema.GroupVersionResource{Group: "karpenter.sh", Version: "v1", Resource: "nodeclaims"}
	nodeClasses = schema.GroupVersionResource{Group: "karpenter.k8s.aws", Version: "v1", Resource: "ec2nodeclasses"}
	deployments = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
)

// Karpenter's finalizers and label. NodePools have no finalizer.
const (
	nodeClaimFinalizer = "karpenter.sh/termination"
	nodeClassFinalizer = "karpenter.k8s.aws/termination"
	nodePoolLabel      = "karpenter.sh/nodepool"
)

// KarpenterOptions configure a simulated Karpenter.
type KarpenterOptions struct {
	// NodeGroups of the cluster. Karpenter runs on their nodes.
	NodeGroups func(ctx context.Context) ([]unstructured.Unstructured, error)

	// Drain returns how long the drain of a node takes.
	Drain func() time.Duration

	// Launch launches an instance for an EC2NodeClass, and Terminate terminates it.
	// If nil, instances exist only by name.
	Launch    func(ctx context.Context, class *unstructured.Unstructured) (string, error)
	Terminate func(ctx context.Context, instance string) error
}

// Karpenter simulates Karpenter in a cluster: it launches one node for each NodePool,
// and drains it when the NodePool is deleted. It requires its chart's Deployment, and
// a node that its pods can be scheduled on.
type Karpenter struct {
	cluster *Cluster
	options KarpenterOptions

	cancel context.CancelFunc
	done   sync.WaitGroup

	mu        sync.Mutex
	instances map[string]string // by NodeClaim
	lastError string
}

// SimulateKarpenter simulates Karpenter, and the nodes of node groups, until Stop.
func SimulateKarpenter(ctx context.Context, c *Cluster, o KarpenterOptions) *Karpenter {
	k := &Karpenter{cluster: c, options: o, instances: make(map[string]string)}
	ctx, k.cancel = context.WithCancel(context.WithoutCancel(ctx)) // Runs until Stop.
	k.done.Go(func() { k.run(ctx) })
	return k
}

// Stop stops the simulation, and returns the remaining instances, which leak.
func (k *Karpenter) Stop() []string {
	k.cancel()
	k.done.Wait()
	return sorted(k.instances)
}

// Instances returns the NodeClaims with a running instance.
func (k *Karpenter) Instances() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return sorted(k.instances)
}

// LastError returns the error of the last reconciliation, or "".
func (k *Karpenter) LastError() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lastError
}

// run reconciles all objects four times a second: there are only a few.
func (k *Karpenter) run(ctx context.Context) {
	const interval = 250 * time.Millisecond
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		message := ""
		if err := k.reconcile(ctx); err != nil {
			message = err.Error()
		}
		k.mu.Lock()
		k.lastError = message
		k.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (k *Karpenter) reconcile(ctx context.Context) error {
	groups, err := k.options.NodeGroups(ctx)
	if err != nil {
		return err
	}
	if err := k.cluster.populate(ctx, groups); err != nil {
		return err
	}
	if err := k.deployment(ctx); err != nil {
		return err
	}
	classes, err := k.list(ctx, nodeClasses)
	if err != nil {
		return err
	}
	pools, err := k.list(ctx, nodePools)
	if err != nil {
		return err
	}
	claims, err := k.list(ctx, nodeClaims)
	if err != nil {
		return err
	}
	for _, c := range claims {
		err = errors.Join(err, k.nodeClaim(ctx, c))
	}
	for _, c := range classes {
		err = errors.Join(err, k.nodeClass(ctx, c, claims))
	}
	for _, p := range pools {
		err = errors.Join(err, k.nodePool(ctx, p, classes, claims))
	}
	return err
}

func (k *Karpenter) list(ctx context.Context, r schema.GroupVersionResource) ([]*unstructured.Unstructured, error) {
	l, err := k.cluster.dynamic.Resource(r).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, errors.Wrapf(err, "cannot list %s", r.Resource)
	}
	out := make([]*unstructured.Unstructured, 0, len(l.Items))
	for i := range l.Items {
		out = append(out, &l.Items[i])
	}
	return out, nil
}

// deployment returns an error unless a pod of the Deployment fits on a node. It
// simulates the Deployment controller and the scheduler.
func (k *Karpenter) deployment(ctx context.Context) error {
	ds, err := k.cluster.dynamic.Resource(deployments).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=karpenter"})
	if err != nil {
		return errors.Wrap(err, "cannot list deployments")
	}
	if len(ds.Items) == 0 {
		return errors.New("there is no deployment of Karpenter")
	}
	d := &appsv1.Deployment{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(ds.Items[0].Object, d); err != nil {
		return errors.Wrap(err, "cannot read the deployment of Karpenter")
	}
	ns, err := k.list(ctx, nodes)
	if err != nil {
		return err
	}
	var fit int32
	for _, u := range ns {
		n := &corev1.Node{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, n); err != nil {
			return errors.Wrap(err, "cannot read a node")
		}
		if fits(d.Spec.Template.Spec, n) {
			fit++
		}
	}
	// Anti-affinity: one pod a node.
	if err := k.setReplicas(ctx, d, min(fit, *cmp.Or(d.Spec.Replicas, new(int32(1))))); err != nil {
		return err
	}
	if fit == 0 {
		return errors.Errorf("Karpenter's pods fit on none of %d nodes", len(ns))
	}
	return nil
}

// setReplicas sets how many replicas of a Deployment are available.
func (k *Karpenter) setReplicas(ctx context.Context, d *appsv1.Deployment, n int32) error {
	if d.Status.AvailableReplicas == n {
		return nil
	}
	s := map[string]any{"replicas": n, "updatedReplicas": n, "readyReplicas": n, "availableReplicas": n}
	_, err := k.cluster.dynamic.Resource(deployments).Namespace(d.GetNamespace()).Patch(ctx, d.GetName(), types.MergePatchType,
		mergePatch(map[string]any{"status": s}), metav1.PatchOptions{FieldManager: fieldManager}, "status")
	return errors.Wrap(err, "cannot set the replicas of a Deployment")
}

// fits reports whether a pod can be scheduled on a node.
func fits(pod corev1.PodSpec, n *corev1.Node) bool {
	ok, err := nodeaffinity.GetRequiredNodeAffinity(&corev1.Pod{Spec: pod}).Match(n)
	if err != nil || !ok {
		return false
	}
	forbids := func(t *corev1.Taint) bool { return t.Effect != corev1.TaintEffectPreferNoSchedule }
	_, tainted := scheduling.FindMatchingUntoleratedTaint(klog.Background(), n.Spec.Taints, pod.Tolerations, forbids, false)
	return !tainted
}

// nodeClass sets an EC2NodeClass ready. It finalizes a deleted one when no NodeClaim
// refers to it.
func (k *Karpenter) nodeClass(ctx context.Context, c *unstructured.Unstructured, claims []*unstructured.Unstructured) error {
	if c.GetDeletionTimestamp() != nil {
		for _, claim := range claims {
			if classOf(claim, "spec") == c.GetName() {
				return nil
			}
		}
		return k.finalize(ctx, nodeClasses, c, nodeClassFinalizer)
	}
	if !slices.Contains(c.GetFinalizers(), nodeClassFinalizer) {
		c.SetFinalizers(append(c.GetFinalizers(), nodeClassFinalizer))
		return k.update(ctx, nodeClasses, c)
	}
	return k.setReady(ctx, nodeClasses, c, nil, "AMIsReady", "SubnetsReady", "SecurityGroupsReady", "InstanceProfileReady", "ValidationSucceeded", "Ready")
}

// nodePool sets a NodePool ready when its class is, and launches a node for it.
func (k *Karpenter) nodePool(ctx context.Context, p *unstructured.Unstructured, classes, claims []*unstructured.Unstructured) error {
	if p.GetDeletionTimestamp() != nil {
		return nil // The garbage collector deletes its NodeClaims.
	}
	i := slices.IndexFunc(classes, func(c *unstructured.Unstructured) bool { return c.GetName() == classOf(p, "spec", "template", "spec") })
	if i < 0 || classes[i].GetDeletionTimestamp() != nil {
		return k.setUnready(ctx, p)
	}
	if s, _, _ := condition(classes[i], "Ready"); s != "True" {
		return nil
	}
	if err := k.setReady(ctx, nodePools, p, nil, "ValidationSucceeded", "NodeClassReady", "NodeRegistrationHealthy", "Ready"); err != nil {
		return err
	}
	if slices.ContainsFunc(claims, func(c *unstructured.Unstructured) bool { return c.GetLabels()[nodePoolLabel] == p.GetName() }) {
		return nil
	}
	return k.launch(ctx, p, classes[i])
}

// classOf returns the EC2NodeClass of a NodeClaim or of a NodePool's template.
func classOf(o *unstructured.Unstructured, path ...string) string {
	name, _, _ := unstructured.NestedString(o.Object, append(path, "nodeClassRef", "name")...) // The API server has validated it.
	return name
}

// launch launches a node for a NodePool.
func (k *Karpenter) launch(ctx context.Context, p, class *unstructured.Unstructured) error {
	instance := ""
	if k.options.Launch != nil {
		var err error
		if instance, err = k.options.Launch(ctx, class); err != nil {
			return err
		}
	}
	template, _, _ := unstructured.NestedMap(p.Object, "spec", "template", "spec") // The API server has validated it.
	claim := &unstructured.Unstructured{Object: map[string]any{"spec": template}}
	claim.SetAPIVersion(p.GetAPIVersion())
	claim.SetKind("NodeClaim")
	claim.SetGenerateName(p.GetName() + "-")
	claim.SetLabels(map[string]string{nodePoolLabel: p.GetName()})
	claim.SetFinalizers([]string{nodeClaimFinalizer})
	claim.SetOwnerReferences([]metav1.OwnerReference{{
		APIVersion: p.GetAPIVersion(), Kind: p.GetKind(), Name: p.GetName(), UID: p.GetUID(), BlockOwnerDeletion: new(true),
	}})
	claim, err := k.cluster.dynamic.Resource(nodeClaims).Create(ctx, claim, metav1.CreateOptions{FieldManager: fieldManager})
	if err != nil {
		return errors.Wrap(err, "cannot launch a node")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.instances[claim.GetName()] = instance
	return nil
}

// nodeClaim creates the node of a NodeClaim. The node of a deleted one is drained for
// its grace period at most, then its instance is terminated.
func (k *Karpenter) nodeClaim(ctx context.Context, c *unstructured.Unstructured) error {
	if c.GetDeletionTimestamp() == nil {
		if err := k.cluster.join(ctx, c.GetName(), map[string]string{nodePoolLabel: c.GetLabels()[nodePoolLabel]}, nil); err != nil {
			return err
		}
		status := map[string]any{"nodeName": c.GetName(), "providerID": "aws:///" + c.GetName()}
		return k.setReady(ctx, nodeClaims, c, status, "Launched", "Registered", "Initialized", "Ready")
	}
	drain := k.options.Drain()
	if s, _, _ := unstructured.NestedString(c.Object, "spec", "terminationGracePeriod"); s != "" { // Empty if it has none.
		grace, err := time.ParseDuration(s)
		if err != nil {
			return errors.Wrap(err, "cannot parse a grace period")
		}
		drain = min(drain, grace)
	}
	if time.Since(c.GetDeletionTimestamp().Time) < drain {
		return nil
	}
	if err := k.cluster.leave(ctx, c.GetName()); err != nil {
		return err
	}
	if err := k.terminate(ctx, c.GetName()); err != nil {
		return err
	}
	if err := k.finalize(ctx, nodeClaims, c, nodeClaimFinalizer); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.instances, c.GetName())
	return nil
}

// terminate terminates the instance of a NodeClaim.
func (k *Karpenter) terminate(ctx context.Context, claim string) error {
	k.mu.Lock()
	instance := k.instances[claim]
	k.mu.Unlock()
	if k.options.Terminate == nil || instance == "" {
		return nil
	}
	return k.options.Terminate(ctx, instance)
}

func (k *Karpenter) finalize(ctx context.Context, r schema.GroupVersionResource, o *unstructured.Unstructured, finalizer string) error {
	if !slices.Contains(o.GetFinalizers(), finalizer) {
		return nil
	}
	o.SetFinalizers(slices.DeleteFunc(o.GetFinalizers(), func(f string) bool { return f == finalizer }))
	return k.update(ctx, r, o)
}

func (k *Karpenter) update(ctx context.Context, r schema.GroupVersionResource, o *unstructured.Unstructured) error {
	_, err := k.cluster.dynamic.Resource(r).Update(ctx, o, metav1.UpdateOptions{FieldManager: fieldManager})
	if kerrors.IsNotFound(err) || kerrors.IsConflict(err) {
		return nil // The next reconciliation retries.
	}
	return errors.Wrapf(err, "cannot update %s %s", o.GetKind(), o.GetName())
}

// setReady sets the status of an object, and its conditions to True.
func (k *Karpenter) setReady(ctx context.Context, r schema.GroupVersionResource, o *unstructured.Unstructured, status map[string]any, conditions ...string) error {
	if s, _, _ := condition(o, "Ready"); s == "True" {
		return nil
	}
	return k.setConditions(ctx, r, o, status, "True", conditions...)
}

// setUnready sets the conditions of a NodePool without a class.
func (k *Karpenter) setUnready(ctx context.Context, p *unstructured.Unstructured) error {
	if s, _, _ := condition(p, "Ready"); s == "False" {
		return nil
	}
	return k.setConditions(ctx, nodePools, p, nil, "False", "NodeClassReady", "Ready")
}

func (k *Karpenter) setConditions(ctx context.Context, r schema.GroupVersionResource, o *unstructured.Unstructured, status map[string]any, value string, conditions ...string) error {
	cs := make([]any, 0, len(conditions))
	for _, c := range conditions {
		cs = append(cs, map[string]any{
			"type": c, "status": value, "reason": c, "message": fmt.Sprintf("%s is %s", c, value),
			"lastTransitionTime": time.Now().UTC().Format(time.RFC3339),
		})
	}
	s := map[string]any{"conditions": cs}
	maps.Copy(s, status)
	_, err := k.cluster.dynamic.Resource(r).Patch(ctx, o.GetName(), types.MergePatchType,
		mergePatch(map[string]any{"status": s}), metav1.PatchOptions{FieldManager: fieldManager}, "status")
	if kerrors.IsNotFound(err) {
		return nil
	}
	return errors.Wrapf(err, "cannot set the status of %s %s", o.GetKind(), o.GetName())
}
