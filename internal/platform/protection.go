package platform

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

// keyClaim is of the object that a user makes, which nobody composes: the claim, or
// a composite resource that needs none.
const keyClaim compose.Key = "claim"

// Wards are what nobody composes and nobody should delete: the claim, while it asks
// for that. One whose cluster EKS doesn't let go of would hang halfway, without
// the nodes that its workloads run on. So it's guarded from when there is a cluster
// until EKS is seen to have turned off its own protection.
func (p Plan) Wards() []compose.Resource {
	guarded := p.Exists(compose.GuardKey(keyClaim))
	why := "spec.deletionProtection is true: set it to false, and wait until this Usage is gone"
	if !p.Spec.DeletionProtection {
		why = "EKS doesn't say yet that the cluster may be deleted, although spec.deletionProtection is false: wait until this Usage is gone"
	}
	switch {
	case !p.claimed:
		return nil // The composite resource is in no namespace, and a Usage is.
	case p.Spec.DeletionProtection && (guarded || p.Exists(KeyCluster)):
	case guarded && p.Facts.ClusterProtected:
	default:
		return nil
	}
	claim := &v1alpha1.XSeafarerCluster{
		TypeMeta:   metav1.TypeMeta{APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.ClaimKind},
		ObjectMeta: metav1.ObjectMeta{Name: p.Owner, Namespace: p.Namespace},
	}
	return []compose.Resource{compose.Resource{Key: keyClaim, Object: claim}.Guarded(why)}
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
