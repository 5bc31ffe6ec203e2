// Package manifest is the kind Object of provider-kubernetes, which carries the manifest of
// an object in the cluster.
package manifest

import (
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	object "github.com/crossplane-contrib/provider-kubernetes/apis/namespaced/object/v1alpha1"
	xpv1 "github.com/crossplane/crossplane-runtime/v2/apis/common/v1"
)

// An Object of provider-kubernetes. Its Go types are those of the newest version that
// compiles with the types of provider-aws, with the fields that v1.3 added.
type Object struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec Spec `json:"spec"`
}

// Spec of an Object.
type Spec struct {
	object.ObjectSpec `json:",inline"`

	ForProvider Parameters `json:"forProvider"`
}

// Parameters of an Object.
type Parameters struct {
	object.ObjectParameters `json:",inline"`

	// DeletionPropagationPolicy is how the object in the cluster is deleted: Foreground,
	// Background or Orphan.
	DeletionPropagationPolicy metav1.DeletionPropagation `json:"deletionPropagationPolicy,omitempty"`
}

// Of an object in the cluster, as plain values.
func Of(m map[string]any) *Object {
	o := &Object{}
	o.Spec.ForProvider.Manifest = Raw(m)
	return o
}

// Raw is free-form content of a typed object. It takes plain values, which always marshal.
func Raw(m map[string]any) runtime.RawExtension {
	b, err := json.Marshal(m)
	if err != nil {
		return runtime.RawExtension{}
	}
	return runtime.RawExtension{Raw: b}
}

// SetProviderConfigReference of the object.
func (o *Object) SetProviderConfigReference(r *xpv1.ProviderConfigReference) {
	o.Spec.ProviderConfigReference = r
}

// SetManagementPolicies of the object.
func (o *Object) SetManagementPolicies(ps xpv1.ManagementPolicies) { o.Spec.ManagementPolicies = ps }

// DeepCopyObject is how Kubernetes copies objects.
func (o *Object) DeepCopyObject() runtime.Object {
	c := &Object{TypeMeta: o.TypeMeta, ObjectMeta: *o.DeepCopy()}
	c.Spec.ObjectSpec = *o.Spec.DeepCopy()
	c.Spec.ForProvider.ObjectParameters = *o.Spec.ForProvider.DeepCopy()
	c.Spec.ForProvider.DeletionPropagationPolicy = o.Spec.ForProvider.DeletionPropagationPolicy
	return c
}
