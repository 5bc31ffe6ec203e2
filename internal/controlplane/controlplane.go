// Package controlplane describes the EKS cluster, the key that encrypts its Secrets and the
// log group that it writes to.
package controlplane

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/iamrole"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// Resources of the control plane, besides its role.
func Resources(p platform.Plan, s v1alpha1.ControlPlaneSpec) []compose.Resource {
	rs := []compose.Resource{logGroup(p, s.Logging)}
	rs = append(rs, secretsKey(p)...)
	return append(rs, cluster(p, s), discoveryTag(p))
}

// Role of the control plane. It is deleted after the cluster: network interfaces and a
// security group that EKS cannot remove would block the VPC's deletion.
// https://docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html
func Role(p platform.Plan) []compose.Resource {
	rs := iamrole.Role{
		Key:             key.ClusterRole,
		Name:            roleName(p),
		Description:     "EKS control plane of " + p.ClusterName,
		Service:         "eks.amazonaws.com",
		ManagedPolicies: []string{"AmazonEKSClusterPolicy"},
	}.Resources(p)
	return compose.AllDeletedAfter(rs, key.Cluster, "EKS deletes its network interfaces in the VPC with this role")
}

// roleName is the name of the role in AWS.
func roleName(p platform.Plan) string { return p.GlobalName(aws.LimitRole, "cluster") }
