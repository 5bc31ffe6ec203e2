package platform

import (
	"path"
	"strings"

	iamv1beta1 "github.com/upbound/provider-aws/v2/apis/namespaced/iam/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws/iam"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

// A Role is an IAM role of the platform.
type Role struct {
	Key         compose.Key
	Name        string
	Description string
	Trust       iam.Document

	// Managed are policies that AWS manages, by name and path.
	Managed []string
}

// Role describes an IAM role and the policies attached to it.
func (p Plan) Role(r Role) []compose.Resource {
	role := &iamv1beta1.Role{ObjectMeta: External(r.Name), Spec: iamv1beta1.RoleSpec{ForProvider: iamv1beta1.RoleParameters{
		Description:         new(r.Description),
		AssumeRolePolicy:    new(r.Trust.JSON()),
		ForceDetachPolicies: new(true),
		Tags:                p.Tags(),
	}}}
	if arn := p.Fences.PermissionsBoundaryARN; arn != "" {
		role.Spec.ForProvider.PermissionsBoundary = new(arn)
	}
	rs := []compose.Resource{p.AWS(r.Key, role)}
	for _, name := range r.Managed {
		rs = append(rs, p.AWS(r.Key+"-"+policyKey(name), &iamv1beta1.RolePolicyAttachment{Spec: iamv1beta1.RolePolicyAttachmentSpec{ForProvider: iamv1beta1.RolePolicyAttachmentParameters{
			PolicyArn: new(aws.ManagedPolicy(p.Partition, name)),
			RoleRef:   p.Ref(r.Key),
		}}}))
	}
	return rs
}

// policyKey of a policy that AWS manages: the end of its path.
func policyKey(name string) compose.Key { return compose.Key(strings.ToLower(path.Base(name))) }

// A Workload is a service account whose pods act as an IAM role.
type Workload struct {
	Namespace      string
	ServiceAccount string
}

// WorkloadRole describes an IAM role for a workload: by EKS Pod Identity, or by
// the cluster's OIDC issuer, whose URL only AWS can tell.
func (p Plan) WorkloadRole(w Workload, r Role) []compose.Resource {
	if p.Spec.IAM.WorkloadIdentity != v1alpha1.IRSA {
		r.Trust = iam.AssumedByPodIdentity()
		return p.Role(r)
	}
	issuer := strings.TrimPrefix(p.Facts.OIDCIssuer, "https://")
	r.Trust = iam.AssumedByServiceAccount(p.ARN("iam", "", "oidc-provider/"+issuer), issuer, w.Namespace, w.ServiceAccount)
	rs := p.Role(r)
	rs[0] = rs[0].
		Needs(p.Facts.OIDCIssuer != "", OIDCIssuer, assumeRolePolicy).
		Needs(p.AccountKnown(), AccountID, assumeRolePolicy)
	return rs
}

const assumeRolePolicy = "spec.forProvider.assumeRolePolicy"

// OIDCIssuer is what a resource waits for that trusts the cluster's OIDC issuer.
var OIDCIssuer = compose.Fact{What: "the OIDC issuer that EKS gives the cluster", From: KeyCluster}

// NodePolicies are what every node needs: to join the cluster, to pull images,
// and to be reached by Session Manager instead of SSH.
func NodePolicies() []string {
	return []string{"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"}
}
