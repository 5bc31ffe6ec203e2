package karpenter

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

// familyOf a value of a label for instances, by the label's key.
var familyOf = map[string]func(value string) string{
	"karpenter.k8s.aws/instance-family": func(v string) string { return v },
	"node.kubernetes.io/instance-type":  aws.InstanceFamily,
}

// Warnings about spec.karpenter.
func Warnings(c claim.Claim) []claim.Warning {
	var ws []claim.Warning
	for i, nc := range c.Spec.Karpenter.NodeClasses {
		ws = append(ws, warnOfUserData(nc, field.NewPath("spec", "karpenter", "nodeClasses").Index(i).Child("userData"))...)
	}
	for i, np := range c.Spec.Karpenter.NodePools {
		for j, r := range np.Requirements {
			p := field.NewPath("spec", "karpenter", "nodePools").Index(i).Child("requirements").Index(j)
			if family := familyOf[r.Key]; family != nil {
				ws = append(ws, unknownFamilies(r.Values, family, p.Child("values"))...)
			}
			ws = append(ws, zonesOutside(c, r, p.Child("values"))...)
		}
	}
	return ws
}

// unknownFamilies of instances among values. Karpenter ignores them.
func unknownFamilies(values []string, family func(string) string, p *field.Path) []claim.Warning {
	var ws []claim.Warning
	families := aws.InstanceFamilies()
	for i, v := range values {
		if f := family(v); !slices.Contains(families, f) {
			ws = append(ws, claim.WarnUnknown(p.Index(i), "EC2 instance family", f, families))
		}
	}
	return ws
}
