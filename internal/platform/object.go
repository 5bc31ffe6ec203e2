package platform

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	object "github.com/crossplane-contrib/provider-kubernetes/apis/namespaced/object/v1alpha1"
	xpv1 "github.com/crossplane/crossplane-runtime/v2/apis/common/v1"
)

// An Object of provider-kubernetes: that of the newest version whose Go types
// compile with those of provider-aws, and what it has had since v1.3.
type Object struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec ObjectSpec `json:"spec"`
}

// ObjectSpec of an Object.
type ObjectSpec struct {
	object.ObjectSpec `json:",inline"`

	ForProvider ObjectParameters `json:"forProvider"`
}

// ObjectParameters of an Object.
type ObjectParameters struct {
	object.ObjectParameters `json:",inline"`

	// DeletionPropagationPolicy is how the object in the cluster is deleted.
	DeletionPropagationPolicy metav1.DeletionPropagation `json:"deletionPropagationPolicy,omitempty"`
}

// Manifest of an object in the cluster, as the provider for Kubernetes carries it.
func Manifest(m map[string]any) *Object {
	o := &Object{}
	o.Spec.ForProvider.Manifest = Raw(m)
	return o
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
