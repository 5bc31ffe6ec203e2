package lab

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"
)

// fieldManager of objects that the lab applies.
const fieldManager = "lab"

// A Client gets and applies objects of any kind.
type Client struct {
	dynamic   dynamic.Interface
	discovery *discovery.DiscoveryClient
	mapper    *restmapper.DeferredDiscoveryRESTMapper
}

func newClient(c *rest.Config) (*Client, error) {
	dyn, err := dynamic.NewForConfig(c)
	if err != nil {
		return nil, errors.Wrap(err, "cannot create a client")
	}
	disc, err := discovery.NewDiscoveryClientForConfig(c)
	if err != nil {
		return nil, errors.Wrap(err, "cannot create a client")
	}
	return &Client{dynamic: dyn, discovery: disc, mapper: restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(disc))}, nil
}

// get requests a path that's no object, such as /readyz.
func (c *Client) get(ctx context.Context, path string) error {
	return c.discovery.RESTClient().Get().AbsPath(path).Do(ctx).Error()
}

// Of returns the resource interface of a kind and a namespace.
func (c *Client) Of(gvk schema.GroupVersionKind, namespace string) (dynamic.ResourceInterface, error) {
	m, err := c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if meta.IsNoMatchError(err) {
		c.mapper.Reset()
		m, err = c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	}
	if err != nil {
		return nil, errors.Wrapf(err, "cannot find kind %s", gvk)
	}
	if m.Scope.Name() == meta.RESTScopeNameRoot {
		return c.dynamic.Resource(m.Resource), nil
	}
	return c.dynamic.Resource(m.Resource).Namespace(cmp.Or(namespace, metav1.NamespaceDefault)), nil
}

// Get returns the current state of an object.
func (c *Client) Get(ctx context.Context, o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	r, err := c.Of(o.GroupVersionKind(), o.GetNamespace())
	if err != nil {
		return nil, err
	}
	return r.Get(ctx, o.GetName(), metav1.GetOptions{})
}

// Apply applies objects server-side.
func (c *Client) Apply(ctx context.Context, objects ...*unstructured.Unstructured) error {
	for _, o := range objects {
		r, err := c.Of(o.GroupVersionKind(), o.GetNamespace())
		if err != nil {
			return err
		}
		if _, err := r.Apply(ctx, o.GetName(), o, metav1.ApplyOptions{FieldManager: fieldManager, Force: true}); err != nil {
			return errors.Wrapf(err, "cannot apply %s %s", o.GetKind(), o.GetName())
		}
	}
	return nil
}

// object parses valid YAML. It panics on an error.
func object(y string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(y), &o.Object); err != nil {
		panic(err)
	}
	return o
}

// readObjects returns the objects in a YAML file.
func readObjects(path string) ([]*unstructured.Unstructured, error) {
	b, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, errors.Wrap(err, "cannot read objects")
	}
	return decodeObjects(b)
}

func decodeObjects(b []byte) ([]*unstructured.Unstructured, error) {
	var os []*unstructured.Unstructured
	d := kyaml.NewYAMLOrJSONDecoder(bytes.NewReader(b), 4096)
	for {
		o := &unstructured.Unstructured{}
		if err := d.Decode(&o.Object); err != nil {
			if err.Error() == "EOF" {
				return os, nil
			}
			return nil, errors.Wrap(err, "cannot parse objects")
		}
		if len(o.Object) > 0 {
			os = append(os, o)
		}
	}
}

// condition returns the status, reason and message of an object's condition.
func condition(o *unstructured.Unstructured, kind string) (status, reason, message string) {
	cs, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions") // Empty if there are none.
	for _, c := range cs {
		m, ok := c.(map[string]any)
		if !ok || m["type"] != kind {
			continue
		}
		status, _ = m["status"].(string)
		reason, _ = m["reason"].(string)
		message, _ = m["message"].(string)
	}
	return status, reason, message
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
