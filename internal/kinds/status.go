package kinds

import (
	"slices"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// A status is the state that AWS reports of a resource, in status.atProvider.status. Providers
// report a resource as Ready as soon as it exists. A value that is neither working nor failed
// is one in progress. Other kinds that we compose have no such field.
type status struct {
	// working values are those with which the resource serves the platform.
	working []string

	// failed values don't change by themselves, and remedy is what to do.
	failed []string
	remedy string
}

var (
	// https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html
	clusterStatus = status{
		working: []string{"ACTIVE", "UPDATING"},
		failed:  []string{"FAILED"},
		remedy:  "correct the cause, then delete the cluster in AWS (aws eks delete-cluster), and the provider creates it again",
	}

	// https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html
	nodeGroupStatus = status{
		working: []string{"ACTIVE", "UPDATING"},
		failed:  []string{"CREATE_FAILED", "DELETE_FAILED", "DEGRADED"},
		remedy:  "correct the cause (aws eks describe-nodegroup shows it); a group that was never created must then be deleted in AWS (aws eks delete-nodegroup), and the provider creates it again",
	}
)

// ready reports whether a resource works in AWS, and is as desired.
func (s status) ready(o object.Object) (bool, string) {
	switch is := o.String("status.atProvider.status"); {
	case slices.Contains(s.working, is):
		return object.ReadyByConditions(o)
	case slices.Contains(s.failed, is):
		return false, "AWS reports the status " + is + ": " + s.remedy
	default:
		return false, ""
	}
}
