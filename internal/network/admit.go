package network

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/layout"
)

// Warnings about spec.network.
func Warnings(c claim.Claim) []claim.Warning {
	if !layout.OverlapsDocker(c.Spec.Network.CIDR) {
		return nil
	}
	return []claim.Warning{claim.Warn(field.NewPath("spec", "network", "cidr"), layout.DockerHint)}
}

// Admit spec.network, given what exists. Without a NAT gateway nodes reach neither the APIs of
// AWS nor registries, unless there are VPC endpoints, which the platform cannot have. A
// platform that exists without NAT gateways has other ways, such as endpoints that are not its
// own, so it stays valid:
// https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
func Admit(c claim.Claim, f facts.Facts) ([]claim.Warning, field.ErrorList) {
	if c.Spec.Network.NATGateway != v1alpha1.NATNone {
		return nil, nil
	}
	p := field.NewPath("spec", "network", "natGateway")
	exists := f.Cluster.Exists || f.Cluster.ARN != ""
	if exists && !hasNATGateway(c, f) {
		return []claim.Warning{claim.Warn(p, "without NAT gateways nodes need VPC endpoints or routes that the platform doesn't manage: set it to Single or PerZone unless they exist")}, nil
	}
	const hint = "nodes would reach neither AWS nor registries of images, because the platform has no VPC endpoints: set it to Single or PerZone"
	return nil, field.ErrorList{field.Invalid(p, c.Spec.Network.NATGateway, hint)}
}

// hasNATGateway reports whether a NAT gateway of the platform exists in any zone.
func hasNATGateway(c claim.Claim, f facts.Facts) bool {
	return slices.ContainsFunc(c.Region.Every(), func(z aws.Zone) bool { return f.Exists(key.NATGateway(z.Label)) })
}
