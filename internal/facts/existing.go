package facts

import (
	"cmp"
	"slices"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// ReadExisting values of a platform, before its claim is read.
func ReadExisting(xr object.Object, composed object.Composed) claim.Existing {
	var status v1alpha1.SeafarerClusterStatus
	xr.Decode("status", &status)
	cluster := composed[key.Cluster]
	runs := running(cluster.String("status.atProvider.version"), status.Cluster.Version)
	return claim.Existing{KubernetesVersion: cmp.Or(
		latestKnown(status.Versions.ControlPlane, runs),
		latestKnown(cluster.String("spec.forProvider.version")),
	)}
}

// latestKnown of versions of Kubernetes, or empty. A version that no platform may have would
// make the claim invalid.
func latestKnown(versions ...string) string {
	return compat.Latest(slices.DeleteFunc(versions, func(v string) bool { return !compat.IsKubernetes(v) })...)
}
