// Package manifest is the kind Object of provider-kubernetes, which carries the manifest of
// an object in the cluster.
package manifest

import (
	"encoding/json"
	"slices"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
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

// Values of a free-form field, or nil if it's unset.
func Values(j *apiextensionsv1.JSON) map[string]any {
	if j == nil {
		return nil
	}
	var v map[string]any
	if err := json.Unmarshal(j.Raw, &v); err != nil {
		return nil // The schema requires an object.
	}
	return v
}

// Merge values over others as Helm does: maps are merged, anything else is replaced. Only lists
// of named items are merged, too, by name. The others are changed.
func Merge(base, over map[string]any) map[string]any {
	for k, v := range over {
		base[k] = mergeValue(base[k], v)
	}
	return base
}

func mergeValue(base, over any) any {
	switch b := base.(type) {
	case map[string]any:
		if o, ok := over.(map[string]any); ok {
			return Merge(b, o)
		}
	case []any:
		if o, ok := over.([]any); ok {
			return mergeNamed(b, o)
		}
	}
	return over
}

// mergeNamed items of two lists: those of base that the other list doesn't name, and all of
// the other list.
func mergeNamed(base, over []any) []any {
	named := make(map[string]bool, len(over))
	for _, item := range over {
		named[ItemName(item)] = true
	}
	rest := slices.DeleteFunc(base, func(item any) bool { return named[ItemName(item)] })
	return append(rest, over...)
}

// ItemName of an item of a list, or empty.
func ItemName(item any) string {
	m, _ := item.(map[string]any)
	name, _ := m["name"].(string)
	return name
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
