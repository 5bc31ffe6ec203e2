// Package nodes describes the EKS managed node group on which the system's own pods run.
package nodes

import (
	"slices"
	"strconv"
	"strings"

	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/iamrole"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// Resources of the system nodes, besides their role.
func Resources(p platform.Plan, s v1alpha1.SystemNodesSpec) []compose.Resource {
	return []compose.Resource{launchTemplate(p, s), nodeGroup(p, s)}
}

// roleSuffix is the end of the name in AWS of the role of the system nodes.
const roleSuffix = "system-node"

// Role of the system nodes. The VPC CNI has a role of its own, so nodes need none of its
// permissions. Without their role nodes leave the cluster, and EKS reports the node group
// as degraded: https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
func Role(p platform.Plan) []compose.Resource {
	rs := iamrole.Role{
		Key:             key.NodeRole(key.System),
		Name:            p.GlobalName(aws.LimitRole, roleSuffix),
		Description:     "System nodes of " + p.ClusterName,
		Service:         aws.EC2Principal(p.Partition),
		ManagedPolicies: iamrole.NodePolicies(),
	}.Resources(p)
	return compose.AllDeletedAfter(rs, key.NodeGroup(key.System), "the system nodes join the cluster with this role")
}

// Validate spec.systemNodes.
func Validate(c claim.Claim) field.ErrorList {
	path := field.NewPath("spec", "systemNodes")
	errs := validateVersion(c.Spec, path.Child("kubernetesVersion"))
	errs = append(errs, validateArchitecture(c.Spec.SystemNodes, path)...)
	errs = append(errs, claim.ValidateNodeRole(c, c.GlobalName(aws.LimitRole, roleSuffix))...)
	return append(errs, validateLabels(c.Spec.SystemNodes.Labels, path.Child("labels"))...)
}

// Warnings about spec.systemNodes.
func Warnings(c claim.Claim) []claim.Warning {
	var ws []claim.Warning
	families := aws.InstanceFamilies()
	for i, t := range c.Spec.SystemNodes.InstanceTypes {
		p := field.NewPath("spec", "systemNodes", "instanceTypes").Index(i)
		if f := aws.InstanceFamily(t); !slices.Contains(families, f) {
			ws = append(ws, claim.WarnUnknown(p, "EC2 instance family", f, families))
		}
		if aws.TakesFourPods(t) {
			ws = append(ws, claim.Warn(p, "a %s takes 4 pods unless the VPC CNI assigns prefixes, and the add-ons run 4 on each node: CoreDNS and Karpenter will be Pending: use a larger type, such as t3.medium", t))
		}
	}
	return ws
}

// validateVersion, which may be older than the control plane's by as much as Kubernetes
// allows.
func validateVersion(s v1alpha1.SeafarerClusterSpec, p *field.Path) field.ErrorList {
	v := s.SystemNodes.KubernetesVersion
	switch behind := compat.Behind(v, s.KubernetesVersion); {
	case v == "":
		return nil
	case behind < 0:
		return field.ErrorList{field.Invalid(p, v, "must not be newer than kubernetesVersion "+s.KubernetesVersion)}
	case behind > compat.MaxSkew:
		return field.ErrorList{field.Invalid(p, v, "must not be more than "+strconv.Itoa(compat.MaxSkew)+" minors older than kubernetesVersion "+s.KubernetesVersion)}
	default:
		return nil
	}
}

func validateLabels(labels map[string]string, p *field.Path) field.ErrorList {
	errs := metav1validation.ValidateLabels(labels, p)
	for _, k := range claim.Sorted(labels) {
		if k == platform.SystemNodeLabel || strings.Contains(k, "kubernetes.io/") || strings.HasPrefix(k, "eks.amazonaws.com/") {
			errs = append(errs, field.Forbidden(p.Key(k), "is set by EKS or by the platform: leave it out"))
		}
	}
	return errs
}
