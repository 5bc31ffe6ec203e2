// Package usage makes and reads Usages: objects by which Crossplane denies the deletion of
// another object.
// https://docs.crossplane.io/latest/managed-resources/usages/
package usage

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	protection "github.com/crossplane/crossplane/v2/apis/protection/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// Is reports whether an object is a Usage, of whichever scope.
func Is(o object.Object) bool {
	kind := o.String("kind")
	return (kind == protection.UsageKind || kind == protection.ClusterUsageKind) && o.Group() == protection.Group
}

// InForce reports whether Crossplane reports that a Usage protects its resource.
func InForce(usage object.Object) bool { return usage.Is("Ready") }

// New Usage of an object by another, or by none for a guard.
//
// Crossplane records a denied deletion on the object. When the last Usage that replays
// deletions is deleted, Crossplane deletes the object. That ends a platform within
// seconds, but it may also delete something long after the attempt. So only a Usage by
// another resource replays: that resource goes only with the platform, or with the part
// that the protected resource belongs to. A guard goes by a change of the claim, and
// must not repeat an old deletion.
func New(of, by object.Typed, why, name string) object.Typed {
	if of.GetNamespace() == "" {
		return clusterGuard(of, why, name)
	}
	gvk := of.GetObjectKind().GroupVersionKind()
	u := &protection.Usage{
		TypeMeta:   metav1.TypeMeta{APIVersion: protection.SchemeGroupVersion.String(), Kind: protection.UsageKind},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: of.GetNamespace()},
		Spec: protection.UsageSpec{
			Of:     protection.NamespacedResource{APIVersion: gvk.GroupVersion().String(), Kind: gvk.Kind, ResourceRef: &protection.NamespacedResourceRef{Name: of.GetName()}},
			Reason: new(why),
		},
	}
	if by == nil {
		return u
	}
	gvk = by.GetObjectKind().GroupVersionKind()
	u.Spec.By = &protection.Resource{APIVersion: gvk.GroupVersion().String(), Kind: gvk.Kind, ResourceRef: &protection.ResourceRef{Name: by.GetName()}}
	u.Spec.ReplayDeletion = new(true)
	return u
}

// clusterGuard is a guard of a cluster-scoped object.
func clusterGuard(of object.Typed, why, name string) *protection.ClusterUsage {
	gvk := of.GetObjectKind().GroupVersionKind()
	return &protection.ClusterUsage{
		TypeMeta:   metav1.TypeMeta{APIVersion: protection.SchemeGroupVersion.String(), Kind: protection.ClusterUsageKind},
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: protection.ClusterUsageSpec{
			Of:     protection.Resource{APIVersion: gvk.GroupVersion().String(), Kind: gvk.Kind, ResourceRef: &protection.ResourceRef{Name: of.GetName()}},
			Reason: new(why),
		},
	}
}
