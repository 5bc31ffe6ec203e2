// Package addons describes the EKS add-ons.
package addons

import (
	"slices"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// Resources of the add-ons: those that every cluster has, and those that the
// claim adds.
func Resources(p platform.Plan) []compose.Resource {
	asked := p.Spec.Addons
	rs := make([]compose.Resource, 0, len(catalog)+len(asked))
	for _, a := range catalog {
		s := v1alpha1.AddonSpec{Name: a.name}
		if i := slices.IndexFunc(asked, func(s v1alpha1.AddonSpec) bool { return s.Name == a.name }); i >= 0 {
			s = asked[i]
		}
		rs = append(rs, a.resource(p, s).Outlives(platform.KeyKarpenterRelease, "nodes need it until they are gone"))
	}
	for _, s := range asked {
		if !slices.ContainsFunc(catalog, func(a addon) bool { return a.name == s.Name }) {
			rs = append(rs, addon{name: s.Name}.resource(p, s))
		}
	}
	return rs
}
