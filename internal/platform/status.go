package platform

import (
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
)

// Status of the platform, as the composite resource and its claim show it.
func (p Plan) Status() (map[string]any, error) {
	s := v1alpha1.SeafarerClusterStatus{ClusterName: p.Spec.ClusterName, Facts: p.Facts}
	if p.Facts.ClusterEndpoint != "" {
		s.UpdateKubeconfigCommand = "aws eks --region " + p.Spec.Region + " update-kubeconfig --name " + p.Spec.ClusterName
	}
	for _, z := range p.Zones {
		s.Zones = append(s.Zones, v1alpha1.ZoneStatus{Zone: z.Label, PrivateCIDR: z.Private.String(), PublicCIDR: z.Public.String()})
	}
	u, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&s)
	return u, errors.Wrap(err, "cannot convert status")
}
