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

// EKS is played, as far as it's seen from Kubernetes: each cluster has an API
// server, nodes, and a Secret to reach it with.
type EKS struct {
	lab *Lab

	mu       sync.Mutex
	clusters map[string]*EKSCluster
	leaked   map[string][]string
	drain    time.Duration
}

// An EKSCluster is there for as long as the object of its cluster.
type EKSCluster struct {
	*Cluster

	Karpenter *Karpenter

	// token of an administrator.
	token string

	// stubborn is true once pods don't leave a node by themselves.
	stubborn atomic.Bool
}

// SetStubborn is whether, from now on, no pod leaves a node of Karpenter's by itself.
func (c *EKSCluster) SetStubborn(is bool) { c.stubborn.Store(is) }

func newEKS(l *Lab) *EKS {
	return &EKS{lab: l, clusters: make(map[string]*EKSCluster), leaked: make(map[string][]string)}
}

// Cluster of an object, by its namespace and name.
func (e *EKS) Cluster(namespace, name string) (*EKSCluster, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, ok := e.clusters[namespace+"/"+name]
	return c, ok
}

// all clusters that there are.
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

// SetDrain is how long it takes pods from now on to leave a node of Karpenter's.
func (e *EKS) SetDrain(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.drain = d
}

// Leaked are the instances whose cluster, in a namespace, went before they did.
func (e *EKS) Leaked(namespace string) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string{}, e.leaked[namespace]...)
}

// exists adds what EKS would do for an object that exists, and tell of it.
func (e *EKS) exists(ctx context.Context, o *unstructured.Unstructured, status map[string]any) error {
	switch o.GetKind() {
	case "Cluster":
		c, err := e.create(ctx, o)
		if err != nil {
			return err
		}
		at, ok := status["atProvider"].(map[string]any)
		if !ok {
			return errors.New("cannot tell where a cluster is")
		}
		at["endpoint"] = c.Endpoint
		at["certificateAuthority"] = []any{map[string]any{"data": base64.StdEncoding.EncodeToString(c.CA)}}
	case "ClusterAuth":
		return e.authenticate(ctx, o)
	}
	return nil
}

// create a cluster unless it's there.
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
	c.Karpenter = PlayKarpenter(ctx, c.Cluster, KarpenterOptions{
		NodeGroups: func(ctx context.Context) ([]unstructured.Unstructured, error) {
			return e.lab.NodeGroups(ctx, o.GetNamespace(), o.GetName())
		},
		Drain: func() time.Duration {
			if c.stubborn.Load() {
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

// Lose a cluster, as if someone had deleted it behind the back of all. Whoever
// manages it makes it again: elsewhere, and empty.
func (e *EKS) Lose(o *unstructured.Unstructured) {
	c, ok := e.Cluster(o.GetNamespace(), o.GetName())
	if !ok {
		return
	}
	e.end(c, o)
}

// end a cluster. Nobody ends what Karpenter has launched for it.
func (e *EKS) end(c *EKSCluster, o *unstructured.Unstructured) {
	left := c.Karpenter.Stop()
	c.Stop()
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.clusters, o.GetNamespace()+"/"+o.GetName())
	for _, i := range left {
		e.leaked[o.GetNamespace()] = append(e.leaked[o.GetNamespace()], o.GetName()+": "+i)
	}
}

// authenticate writes the Secret that tells how to reach a cluster.
func (e *EKS) authenticate(ctx context.Context, o *unstructured.Unstructured) error {
	c, ok := e.Cluster(o.GetNamespace(), clusterOf(o))
	if !ok {
		return errors.Errorf("cluster %s is not active", clusterOf(o))
	}
	name, _, _ := unstructured.NestedString(o.Object, "spec", "writeConnectionSecretToRef", "name") // Then nobody wants to know.
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

// goes is what EKS does before an object of its own goes. It refuses to end a
// cluster that has node groups.
func (e *EKS) goes(ctx context.Context, o *unstructured.Unstructured) error {
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
	e.end(c, o)
	return nil
}

// stop playing. The lab stops the clusters.
func (e *EKS) stop() {
	for _, c := range e.all() {
		c.Karpenter.Stop()
	}
}
