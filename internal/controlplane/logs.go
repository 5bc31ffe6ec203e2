package controlplane

import (
	logs "github.com/upbound/provider-aws/v2/apis/namespaced/cloudwatchlogs/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// logGroup is where EKS writes the control plane's logs. EKS would create it itself and
// retain the logs forever, also while the cluster is being deleted.
func logGroup(p platform.Plan, s v1alpha1.LoggingSpec) compose.Resource {
	name := "/aws/eks/" + p.ClusterName + "/cluster"
	return p.AWS(key.LogGroup, &logs.Group{ObjectMeta: platform.External(name), Spec: logs.GroupSpec{ForProvider: logs.GroupParameters{
		Region:          new(p.Region),
		RetentionInDays: new(float64(s.RetentionDays)),
		Tags:            p.Tags(),
	}}}).DeletedAfter(key.Cluster, "EKS would create it again for logs that the cluster still writes")
}

func logTypes(s v1alpha1.LoggingSpec) []*string {
	ts := make([]*string, 0, len(s.Types))
	for _, t := range s.Types {
		ts = append(ts, new(string(t)))
	}
	return ts
}
