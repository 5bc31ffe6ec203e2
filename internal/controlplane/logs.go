package controlplane

import (
	logs "github.com/upbound/provider-aws/v2/apis/namespaced/cloudwatchlogs/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// logGroup is where EKS writes the control plane's logs. EKS would make it
// itself and keep the logs forever, also while the cluster is being deleted.
func logGroup(p platform.Plan) compose.Resource {
	name := "/aws/eks/" + p.Spec.ClusterName + "/cluster"
	return p.AWS("log-group", &logs.Group{ObjectMeta: platform.External(name), Spec: logs.GroupSpec{ForProvider: logs.GroupParameters{
		Region:          new(p.Spec.Region),
		RetentionInDays: new(float64(p.Spec.ControlPlane.Logging.RetentionDays)),
		Tags:            p.Tags(),
	}}}).Outlives(platform.KeyCluster, "EKS would make it again for what the cluster still logs")
}

func logTypes(p platform.Plan) []*string {
	ts := make([]*string, 0, len(p.Spec.ControlPlane.Logging.Types))
	for _, t := range p.Spec.ControlPlane.Logging.Types {
		ts = append(ts, new(string(t)))
	}
	return ts
}
