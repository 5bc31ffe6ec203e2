// Package owners describes the objects that own a platform and that this function doesn't
// compose: the claim and the composite resource.
package owners

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
)

// Guarded owners are those that must not be deleted: all, while the claim requires deletion
// protection. A platform whose cluster EKS protects would stop halfway through its
// deletion, without the nodes of its workloads. So owners are guarded from the moment that
// there is a cluster until EKS reports that its own protection is off.
func Guarded(c claim.Claim, f facts.Facts) []compose.Resource {
	why := "spec.deletionProtection is true: set it to false, and wait until this Usage is deleted"
	if !c.Spec.DeletionProtection {
		why = "EKS doesn't report yet that the cluster may be deleted, although spec.deletionProtection is false: wait until this Usage is deleted"
	}
	var guarded []compose.Resource
	for _, o := range all(c) {
		if isGuarded(c, f, f.Exists(key.Usage(o.Key, ""))) {
			guarded = append(guarded, o.Guarded(why))
		}
	}
	return guarded
}

// isGuarded reports whether owners are guarded, given whether they are now.
func isGuarded(c claim.Claim, f facts.Facts, is bool) bool {
	if c.Spec.DeletionProtection {
		return is || f.Cluster.Exists
	}
	return is && f.Cluster.DeletionProtected
}

// all owners: the object that a user creates, a claim or a composite resource in a
// namespace, and the composite resource of a claim.
func all(c claim.Claim) []compose.Resource {
	var os []compose.Resource
	if c.HasOwner {
		os = append(os, owner(key.Claim, v1alpha1.ClaimKind, c.Namespace, c.Owner))
	}
	if c.Composite != "" {
		os = append(os, owner(key.Composite, v1alpha1.CompositeKind, "", c.Composite))
	}
	return os
}

func owner(k key.Key, kind, namespace, name string) compose.Resource {
	return compose.Resource{Key: k, Object: &v1alpha1.XSeafarerCluster{
		TypeMeta:   metav1.TypeMeta{APIVersion: v1alpha1.APIVersion, Kind: kind},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace},
	}}
}
