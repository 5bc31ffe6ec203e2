package lab

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/crossplane/function-sdk-go/errors"
)

// EKS simulates EKS as seen from Kubernetes: each cluster has an API server, nodes
// and a kubeconfig Secret.
type EKS struct {
	lab *Lab

	mu       sync.Mutex
	clusters map[string]*EKSCluster
	leaked   map[string][]string
	drain    time.Duration
}

// An EKSCluster exists for as long as its Cluster object.
type EKSCluster struct {
	*Cluster

	Karpenter *Karpenter

	// token of an administrator.
	token string

	// drainBlocked is true if pods block the drain of their node.
	drainBlocked atomic.Bool
}

// SetDrainBlocked sets whether pods block the drain of Karpenter's nodes.
func (c *EKSCluster) SetDrainBlocked(blocked bool) { c.drainBlocked.Store(blocked) }

func newEKS(l *Lab) *EKS {
	return &EKS{lab: l, clusters: make(map[string]*EKSCluster), leaked: make(map[string][]string)}
}

// Cluster returns the cluster of an object, by namespace and name.
func (e *EKS) Cluster(namespace, name string) (*EKSCluster, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, ok := e.clusters[namespace+"/"+name]
	return c, ok
}

// all returns all clusters.
func (e *EKS) all() []*EKSCluster {
	if e == nil {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	out := make([]*EKSCluster, 0, len(e.clusters))
	for _, k := range sorted(e.clusters) {
		out = append(out, e.clusters[k])
	}
	return out
}

// SetDrain sets how long the drain of Karpenter's nodes takes.
func (e *EKS) SetDrain(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.drain = d
}

// Leaked returns the instances whose cluster, in a namespace, was deleted before
// them.
func (e *EKS) Leaked(namespace string) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string{}, e.leaked[namespace]...)
}

// reconcile creates a cluster or its kubeconfig Secret, and adds to the status.
func (e *EKS) reconcile(ctx context.Context, o *unstructured.Unstructured, status map[string]any) error {
	switch o.GetKind() {
	case "Cluster":
		c, err := e.create(ctx, o)
		if err != nil {
			return err
		}
		at, ok := status["atProvider"].(map[string]any)
		if !ok {
			return errors.New("a cluster has no status.atProvider")
		}
		at["endpoint"] = c.Endpoint
		at["certificateAuthority"] = []any{map[string]any{"data": base64.StdEncoding.EncodeToString(c.CA)}}
	case "ClusterAuth":
		return e.writeKubeconfig(ctx, o)
	}
	return nil
}

// create returns the cluster of an object, and starts it unless it exists.
func (e *EKS) create(ctx context.Context, o *unstructured.Unstructured) (*EKSCluster, error) {
	if c, ok := e.Cluster(o.GetNamespace(), o.GetName()); ok {
		return c, nil
	}
	c := &EKSCluster{token: rand.Text()}
	tokens := e.lab.path("tls", o.GetNamespace()+"-"+o.GetName()+".csv")
	if err := write(tokens, []byte(c.token+",provider,provider,system:masters\n")); err != nil {
		return nil, err
	}
	var err error
	if c.Cluster, err = e.lab.StartCluster(ctx, o.GetName(), "--token-auth-file="+tokens); err != nil {
		return nil, err
	}
	c.Karpenter = SimulateKarpenter(ctx, c.Cluster, KarpenterOptions{
		NodeGroups: func(ctx context.Context) ([]unstructured.Unstructured, error) {
			return e.lab.NodeGroups(ctx, o.GetNamespace(), o.GetName())
		},
		Drain: func() time.Duration {
			if c.drainBlocked.Load() {
				return math.MaxInt64
			}
			e.mu.Lock()
			defer e.mu.Unlock()
			return e.drain
		},
	})
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clusters[o.GetNamespace()+"/"+o.GetName()] = c
	return c, nil
}

// DeleteCluster deletes a cluster outside Kubernetes. Its provider creates it again,
// empty and with another endpoint.
func (e *EKS) DeleteCluster(o *unstructured.Unstructured) {
	c, ok := e.Cluster(o.GetNamespace(), o.GetName())
	if !ok {
		return
	}
	e.stopCluster(c, o)
}

// stopCluster stops a cluster. Its instances leak.
func (e *EKS) stopCluster(c *EKSCluster, o *unstructured.Unstructured) {
	left := c.Karpenter.Stop()
	c.Stop()
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.clusters, o.GetNamespace()+"/"+o.GetName())
	for _, i := range left {
		e.leaked[o.GetNamespace()] = append(e.leaked[o.GetNamespace()], o.GetName()+": "+i)
	}
}

// writeKubeconfig writes the connection Secret of a ClusterAuth.
func (e *EKS) writeKubeconfig(ctx context.Context, o *unstructured.Unstructured) error {
	c, ok := e.Cluster(o.GetNamespace(), clusterOf(o))
	if !ok {
		return errors.Errorf("cluster %s is not active", clusterOf(o))
	}
	name, _, _ := unstructured.NestedString(o.Object, "spec", "writeConnectionSecretToRef", "name") // Empty if none is requested.
	if name == "" {
		return nil
	}
	s := &unstructured.Unstructured{Object: map[string]any{"stringData": map[string]any{
		"kubeconfig": c.kubeconfigWithToken(clusterOf(o)), "endpoint": c.Endpoint, "clusterCA": string(c.CA),
	}, "type": "connection.crossplane.io/v1alpha1"}}
	s.SetAPIVersion("v1")
	s.SetKind("Secret")
	s.SetName(name)
	s.SetNamespace(o.GetNamespace())
	s.SetOwnerReferences([]metav1.OwnerReference{{
		APIVersion: o.GetAPIVersion(), Kind: o.GetKind(), Name: o.GetName(), UID: o.GetUID(), Controller: new(true), BlockOwnerDeletion: new(true),
	}})
	return e.lab.Apply(ctx, s)
}

func (c *EKSCluster) kubeconfigWithToken(name string) string {
	const format = `apiVersion: v1
kind: Config
clusters:
- name: %[1]s
  cluster:
    server: %[2]s
    certificate-authority-data: %[3]s
users:
- name: %[1]s
  user:
    token: %[4]s
contexts:
- name: %[1]s
  context:
    cluster: %[1]s
    user: %[1]s
current-context: %[1]s
`
	return fmt.Sprintf(format, name, c.Endpoint, base64.StdEncoding.EncodeToString(c.CA), c.token)
}

// delete stops the cluster of a deleted object. Like EKS, it rejects the deletion of
// a cluster that has node groups.
func (e *EKS) delete(ctx context.Context, o *unstructured.Unstructured) error {
	c, ok := e.Cluster(o.GetNamespace(), o.GetName())
	if !ok || o.GetKind() != "Cluster" {
		return nil
	}
	groups, err := e.lab.NodeGroups(ctx, o.GetNamespace(), o.GetName())
	if err != nil {
		return err
	}
	if len(groups) > 0 {
		return errors.Errorf("cluster %s has %d node groups attached", o.GetName(), len(groups))
	}
	e.stopCluster(c, o)
	return nil
}

// stop stops the simulation. The lab stops the clusters.
func (e *EKS) stop() {
	for _, c := range e.all() {
		c.Karpenter.Stop()
	}
}
