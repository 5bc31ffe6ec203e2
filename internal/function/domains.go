package function

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/access"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/addons"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/controlplane"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/identity"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/karpenter"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/network"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/nodes"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/observability"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// A domain describes one part of a platform, from its section of the spec.
type domain struct {
	part      string
	resources func(claim.Claim, platform.Plan) []compose.Resource

	// validate the section of the spec, unless the schema does.
	validate func(claim.Claim) field.ErrorList

	// warn of what is valid in the section, but probably wrong.
	warn func(claim.Claim) []claim.Warning

	// admit the section, if that depends on what exists.
	admit func(claim.Claim, facts.Facts) ([]claim.Warning, field.ErrorList)
}

// domains are the table of contents: what a platform is made of, part by part.
var domains = []domain{
	{part: "Network", warn: network.Warnings, admit: network.Admit, resources: func(c claim.Claim, p platform.Plan) []compose.Resource {
		return network.Resources(p, c.Spec.Network)
	}},
	{part: "Identity", resources: func(c claim.Claim, p platform.Plan) []compose.Resource {
		return slices.Concat(controlplane.Role(p), nodes.Role(p), addons.Roles(p), identity.OIDCProvider(p, c.Spec.IAM))
	}},
	{part: "ControlPlane", validate: controlplane.Validate, warn: controlplane.Warnings, resources: func(c claim.Claim, p platform.Plan) []compose.Resource {
		return controlplane.Resources(p, c.Spec.ControlPlane)
	}},
	{part: "SystemCapacity", validate: nodes.Validate, warn: nodes.Warnings, resources: func(c claim.Claim, p platform.Plan) []compose.Resource {
		return nodes.Resources(p, c.Spec.SystemNodes)
	}},
	{part: "Addons", warn: addons.Warnings, admit: addons.Admit, resources: func(c claim.Claim, p platform.Plan) []compose.Resource {
		return addons.Resources(p, c.Addons)
	}},
	{part: "Access", validate: access.Validate, resources: func(c claim.Claim, p platform.Plan) []compose.Resource {
		return access.Resources(p, c.Spec.Access)
	}},
	{part: "Karpenter", validate: karpenter.Validate, warn: karpenter.Warnings, resources: func(c claim.Claim, p platform.Plan) []compose.Resource {
		return karpenter.Resources(p, c.Spec.Karpenter, c.Spec.SystemNodes.CriticalAddonsOnly)
	}},
	{part: "NodePools", resources: func(c claim.Claim, p platform.Plan) []compose.Resource {
		return karpenter.Pools(p, c.Spec.Karpenter)
	}},
	{part: "Observability", resources: func(c claim.Claim, p platform.Plan) []compose.Resource {
		return observability.Resources(p, c.Spec.Observability)
	}},
}

// admit a claim, given what exists: warnings and errors, in the order of the domains.
func admit(c claim.Claim, f facts.Facts) ([]claim.Warning, field.ErrorList) {
	var ws []claim.Warning
	var errs field.ErrorList
	for _, d := range domains {
		if d.warn != nil {
			ws = append(ws, d.warn(c)...)
		}
		if d.admit != nil {
			more, refused := d.admit(c, f)
			ws, errs = append(ws, more...), append(errs, refused...)
		}
	}
	return ws, errs
}

// parts of a platform.
func parts(c claim.Claim, p platform.Plan) []compose.Part {
	ps := make([]compose.Part, 0, len(domains))
	for _, d := range domains {
		ps = append(ps, compose.Part{Name: d.part, Resources: d.resources(c, p)})
	}
	return ps
}
