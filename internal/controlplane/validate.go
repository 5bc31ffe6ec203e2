package controlplane

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/layout"
)

// Validate spec.controlPlane.
func Validate(c claim.Claim) field.ErrorList {
	path := field.NewPath("spec", "controlPlane")
	return append(validateServiceCIDR(c, path.Child("serviceCIDR")), validateEndpoint(c.Spec.ControlPlane.Endpoint, path.Child("endpoint", "publicAccessCIDRs"))...)
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
		_, perrs := layout.Prefix(s, path.Index(i))
		errs = append(errs, perrs...)
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
