// Package iamrole describes IAM roles with the policies that are attached to them.
package iamrole

import (
	"path"

	iamv1beta1 "github.com/upbound/provider-aws/v2/apis/namespaced/iam/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws/iam"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// A Role is an IAM role of the platform. Either a service assumes it, or pods do.
type Role struct {
	Key key.Key

	// Name of the role in AWS.
	Name        string
	Description string

	// Service that assumes the role, by its principal, such as eks.amazonaws.com.
	Service string

	// Workload whose pods assume the role, unless a service does.
	Workload Workload

	// ManagedPolicies are policies that AWS manages, by path and name.
	ManagedPolicies []string
}

// A Workload is the pods of a service account.
type Workload struct {
	Namespace, ServiceAccount string
}

// Resources of a role: the role and the attachments of its policies.
func (r Role) Resources(p platform.Plan) []compose.Resource {
	role := &iamv1beta1.Role{ObjectMeta: platform.External(r.Name), Spec: iamv1beta1.RoleSpec{ForProvider: iamv1beta1.RoleParameters{
		Description:         new(r.Description),
		AssumeRolePolicy:    new(r.trust(p).JSON()),
		ForceDetachPolicies: new(true),
		Tags:                p.Tags(),
	}}}
	if arn := p.Fences.PermissionsBoundaryARN; arn != "" {
		role.Spec.ForProvider.PermissionsBoundary = new(arn)
	}
	rs := []compose.Resource{r.needs(p, p.AWS(r.Key, role))}
	for _, name := range r.ManagedPolicies {
		rs = append(rs, p.AWS(key.Attachment(path.Base(name), r.Key), &iamv1beta1.RolePolicyAttachment{Spec: iamv1beta1.RolePolicyAttachmentSpec{ForProvider: iamv1beta1.RolePolicyAttachmentParameters{
			PolicyArn: new(aws.ManagedPolicy(p.Partition, name)),
			RoleRef:   p.Ref(r.Key),
		}}}))
	}
	return rs
}

// trust is the policy that lets a service or pods assume the role: pods by EKS Pod Identity,
// or by the cluster's OIDC issuer, whose URL only AWS can report.
func (r Role) trust(p platform.Plan) iam.Document {
	switch {
	case r.Service != "":
		return iam.AssumedByService(r.Service)
	case p.WorkloadIdentity != v1alpha1.IRSA:
		return iam.AssumedByPodIdentity()
	default:
		return iam.AssumedByServiceAccount(p.OIDCProviderARN(), p.OIDCIssuer(), r.Workload.Namespace, r.Workload.ServiceAccount)
	}
}

// needs of a role whose trust policy contains the OIDC issuer.
func (r Role) needs(p platform.Plan, role compose.Resource) compose.Resource {
	const path = "spec.forProvider.assumeRolePolicy"
	if r.Service != "" || p.WorkloadIdentity != v1alpha1.IRSA {
		return role
	}
	return role.
		Needs(p.Facts.Cluster.OIDCIssuer != "", platform.OIDCIssuer, path).
		Needs(p.AccountKnown(), platform.AccountID, path)
}

// NodePolicies are those that each node needs: to join the cluster, to pull images, and
// for Session Manager instead of SSH.
func NodePolicies() []string {
	return []string{"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"}
}
