package lab

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	kerrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/crossplane/function-sdk-go/errors"
)

var (
	nodes      = schema.GroupVersionResource{Version: "v1", Resource: "nodes"}
	nodeGroups = schema.GroupVersionResource{Group: "eks.aws.m.upbound.io", Version: "v1beta1", Resource: "nodegroups"}
)

// nodeGroupLabel is set by EKS on the nodes of a node group.
const nodeGroupLabel = "eks.amazonaws.com/nodegroup"

// NodeGroups returns the node groups in a namespace, of one EKS cluster, by the name
// of its object, or of all.
func (l *Lab) NodeGroups(ctx context.Context, namespace, cluster string) ([]unstructured.Unstructured, error) {
	gs, err := l.dynamic.Resource(nodeGroups).Namespace(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, errors.Wrap(err, "cannot list node groups")
	}
	return slices.DeleteFunc(gs.Items, func(g unstructured.Unstructured) bool {
		return cluster != "" && clusterOf(&g) != cluster
	}), nil
}

// clusterOf returns the name of the Cluster object that another object refers to.
func clusterOf(o *unstructured.Unstructured) string {
	name, _, _ := unstructured.NestedString(o.Object, "spec", "forProvider", "clusterNameRef", "name") // Empty if it refers to none.
	return name
}

// populate creates the nodes of ready node groups, and deletes those of deleted ones.
func (c *Cluster) populate(ctx context.Context, groups []unstructured.Unstructured) error {
	want := make(map[string]bool)
	for _, g := range groups {
		ready, _, _ := condition(&g, "Ready")
		for i := range size(&g) {
			name := fmt.Sprintf("%s-%d", g.GetName(), i)
			want[name] = true
			if ready != "True" {
				continue
			}
			labels, _, _ := unstructured.NestedStringMap(g.Object, "spec", "forProvider", "labels") // The API server has validated it.
			if labels == nil {
				labels = make(map[string]string)
			}
			labels[nodeGroupLabel] = cmp.Or(g.GetAnnotations()[annotationExternal], g.GetName())
			if err := c.join(ctx, name, labels, taints(&g)); err != nil {
				return err
			}
		}
	}
	ns, err := c.dynamic.Resource(nodes).List(ctx, metav1.ListOptions{LabelSelector: nodeGroupLabel})
	if err != nil {
		return errors.Wrap(err, "cannot list nodes")
	}
	for _, n := range ns.Items {
		if want[n.GetName()] {
			continue
		}
		if err := c.leave(ctx, n.GetName()); err != nil {
			return err
		}
	}
	return nil
}

// size returns the number of nodes of a node group.
func size(g *unstructured.Unstructured) int64 {
	n, _, _ := unstructured.NestedInt64(g.Object, "spec", "initProvider", "scalingConfig", "desiredSize") // Zero if it's unset.
	return max(n, 1)
}

// taints converts the taints of a node group from EKS's form.
func taints(g *unstructured.Unstructured) []any {
	ts, _, _ := unstructured.NestedSlice(g.Object, "spec", "forProvider", "taint") // Empty if it has none.
	effects := map[any]string{"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}
	for _, t := range ts {
		if m, ok := t.(map[string]any); ok {
			m["effect"] = effects[m["effect"]]
		}
	}
	return ts
}

// join creates a node, as a kubelet does, unless it exists.
func (c *Cluster) join(ctx context.Context, name string, labels map[string]string, taints []any) error {
	all := map[string]string{"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": name}
	maps.Copy(all, labels)
	n := &unstructured.Unstructured{}
	n.SetAPIVersion("v1")
	n.SetKind("Node")
	n.SetName(name)
	n.SetLabels(all)
	r := c.dynamic.Resource(nodes)
	_, err := r.Create(ctx, n, metav1.CreateOptions{FieldManager: fieldManager})
	if kerrors.IsAlreadyExists(err) {
		return nil
	}
	if err != nil {
		return errors.Wrap(err, "cannot create a node")
	}
	// The API server taints new nodes as not ready.
	patch := mergePatch(map[string]any{"spec": map[string]any{"taints": taints}})
	if _, err := r.Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: fieldManager}); err != nil {
		return errors.Wrap(err, "cannot taint a node")
	}
	ready := map[string]any{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "simulated"}
	patch = mergePatch(map[string]any{"status": map[string]any{"conditions": []any{ready}}})
	_, err = r.Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: fieldManager}, "status")
	return errors.Wrap(err, "cannot set a node ready")
}

// leave deletes a node, if it exists.
func (c *Cluster) leave(ctx context.Context, name string) error {
	err := c.dynamic.Resource(nodes).Delete(ctx, name, metav1.DeleteOptions{})
	if kerrors.IsNotFound(err) {
		return nil
	}
	return errors.Wrap(err, "cannot delete a node")
}
