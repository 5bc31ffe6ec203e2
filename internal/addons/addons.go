// Package addons describes the EKS add-ons.
package addons

import (
	"slices"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// Resources of the add-ons: those that every cluster has, and those that the
// claim adds.
func Resources(p platform.Plan) []compose.Resource {
	rs := make([]compose.Resource, 0, len(p.Spec.Addons))
	for _, s := range p.Spec.Addons {
		a := addon{name: s.Name}
		if i := slices.IndexFunc(catalog, func(a addon) bool { return a.name == s.Name }); i >= 0 {
			a = catalog[i]
		}
		r := a.resource(p, s)
		if platform.IsStandardAddon(s.Name) {
			r = r.Outlives(platform.KeyKarpenterRelease, "nodes need it until they are gone")
		}
		rs = append(rs, r)
	}
	return rs
}
