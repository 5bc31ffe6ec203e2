package platform

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

// Keys of objects that nobody composes: the one that a user makes, a claim or a
// composite resource in a namespace, and the composite resource of a claim.
const (
	keyClaim     compose.Key = "claim"
	keyComposite compose.Key = "composite"
)

// Wards are what nobody composes and nobody should delete: the claim and its
// composite resource, while the claim asks for that. One whose cluster EKS doesn't
// let go of would hang halfway, without the nodes that its workloads run on. So
// they're guarded from when there is a cluster until EKS is seen to have turned off
// its own protection.
func (p Plan) Wards() []compose.Resource {
	var ws []compose.Resource
	if p.claimed {
		ws = append(ws, ward(keyClaim, v1alpha1.ClaimKind, p.Namespace, p.Owner))
	}
	if p.composite != "" {
		ws = append(ws, ward(keyComposite, v1alpha1.CompositeKind, "", p.composite))
	}
	why := "spec.deletionProtection is true: set it to false, and wait until this Usage is gone"
	if !p.Spec.DeletionProtection {
		why = "EKS doesn't say yet that the cluster may be deleted, although spec.deletionProtection is false: wait until this Usage is gone"
	}
	var guarded []compose.Resource
	for _, w := range ws {
		if is := p.Exists(compose.GuardKey(w.Key)); p.guards(is) {
			guarded = append(guarded, w.Guarded(why))
		}
	}
	return guarded
}

// guards tells whether what a user makes is guarded, by whether it is now.
func (p Plan) guards(is bool) bool {
	if p.Spec.DeletionProtection {
		return is || p.Exists(KeyCluster)
	}
	return is && p.Facts.ClusterProtected
}

func ward(k compose.Key, kind, namespace, name string) compose.Resource {
	return compose.Resource{Key: k, Object: &v1alpha1.XSeafarerCluster{
		TypeMeta:   metav1.TypeMeta{APIVersion: v1alpha1.APIVersion, Kind: kind},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace},
	}}
}

// protected tells whether EKS may refuse to delete a cluster: unless it says that
// it won't, or there's none.
func protected(cluster compose.Existing, arn string) bool {
	if v := cluster.Value("status.atProvider.deletionProtection"); v != nil {
		return v.GetBoolValue()
	}
	return arn != "" || cluster.Name() == "" || cluster.Created()
}

// Instead is what to do rather than to delete what takes the platform with it.
func (p Plan) Instead() string {
	if p.Spec.DeletionProtection {
		return "set spec.deletionProtection of the SeafarerCluster to false and delete that instead"
	}
	return "delete the SeafarerCluster instead"
}
