package controlplane

import (
	"net/netip"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/layout"
)

// Validate spec.controlPlane.
func Validate(c claim.Claim) field.ErrorList {
	path := field.NewPath("spec", "controlPlane")
	errs := validateServiceCIDR(c, path.Child("serviceCIDR"))
	errs = append(errs, validateKey(c, path.Child("secretsEncryption", "keyARN"))...)
	return append(errs, validateEndpoint(c.Spec.ControlPlane.Endpoint, path.Child("endpoint", "publicAccessCIDRs"))...)
}

// Warnings about spec.controlPlane.
func Warnings(c claim.Claim) []claim.Warning {
	if !layout.OverlapsDocker(c.Spec.ControlPlane.ServiceCIDR) {
		return nil
	}
	return []claim.Warning{claim.Warn(field.NewPath("spec", "controlPlane", "serviceCIDR"), layout.DockerHint)}
}

// validateKey, which must be in the region of the cluster, and may be in another account:
// https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
func validateKey(c claim.Claim, path *field.Path) field.ErrorList {
	s := c.Spec.ControlPlane.SecretsEncryption.KeyARN
	arn, ok := aws.ParseARN(s)
	if !ok || c.Region.Partition == "" || arn.Region == c.Spec.Region && arn.Partition == c.Region.Partition {
		return nil
	}
	return field.ErrorList{field.Invalid(path, s, "EKS needs a key in the region of the cluster: use one of arn:"+c.Region.Partition+":kms:"+c.Spec.Region)}
}

// validateServiceCIDR that must be well formed, and must not overlap the VPC.
func validateServiceCIDR(c claim.Claim, path *field.Path) field.ErrorList {
	cidr := c.Spec.ControlPlane.ServiceCIDR
	if cidr == "" {
		return nil
	}
	service, errs := layout.Prefix(cidr, path)
	vpc, vpcErrs := layout.Prefix(c.Spec.Network.CIDR, field.NewPath("spec", "network", "cidr"))
	if len(errs)+len(vpcErrs) > 0 {
		return errs // Package layout reports those of the VPC.
	}
	if !service.Addr().IsPrivate() {
		errs = append(errs, field.Invalid(path, cidr, "must be inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"))
	}
	if service.Overlaps(vpc) {
		errs = append(errs, field.Invalid(path, cidr, "must not overlap the VPC's "+c.Spec.Network.CIDR))
	}
	return errs
}

// validateEndpoint, which must not lock the nodes out.
func validateEndpoint(e v1alpha1.EndpointSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, s := range e.PublicAccessCIDRs {
		block, perrs := layout.Prefix(s, path.Index(i))
		errs = append(errs, perrs...)
		if r, ok := reserved(block); ok && len(perrs) == 0 {
			errs = append(errs, field.Invalid(path.Index(i), s, "EKS refuses it: "+r.String()+" is reserved, and never the source of requests from the internet: use public addresses; privateAccess is for those of the VPC"))
		}
	}
	closed := len(e.PublicAccessCIDRs) > 0 && !slices.Contains(e.PublicAccessCIDRs, "0.0.0.0/0")
	if closed && !e.PublicAccess {
		errs = append(errs, field.Forbidden(path, "means nothing while publicAccess is false: leave it out"))
	}
	if closed && !e.PrivateAccess {
		errs = append(errs, field.Forbidden(path, "locks the nodes out while privateAccess is false: set controlPlane.endpoint.privateAccess to true"))
	}
	return errs
}

// reservedBlocks of IPv4, which EKS refuses for the public endpoint. Its user guide links to
// the list: https://en.wikipedia.org/wiki/Reserved_IP_addresses
var reservedBlocks = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("224.0.0.0/4"),
	netip.MustParsePrefix("240.0.0.0/4"),
}

// reserved block that contains another. A larger block is not reserved: EKS accepts
// 0.0.0.0/0.
func reserved(p netip.Prefix) (netip.Prefix, bool) {
	i := slices.IndexFunc(reservedBlocks, func(r netip.Prefix) bool { return r.Bits() <= p.Bits() && r.Contains(p.Addr()) })
	if i < 0 {
		return netip.Prefix{}, false
	}
	return reservedBlocks[i], true
}
