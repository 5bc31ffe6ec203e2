package lab

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// An edit creates and deletes the expected resources, and replaces none.
func TestEdits(t *testing.T) {
	t.Parallel()
	p := apply(t, minimalClaim(t, "edits"))
	p.waitSettled()

	pool := func(name string) any { return map[string]any{"name": name} }
	steps := []struct {
		name    string
		value   any
		path    string
		created []string
		deleted []string
	}{
		{
			name: "AddNodePool", path: "spec.karpenter.nodePools", value: []any{pool("default"), pool("batch")},
			created: []string{"node-pool-batch"},
		},
		{
			name: "AddZone", path: "spec.network.zoneCount", value: int64(3),
			created: []string{
				"subnet-private-euw3-az3", "subnet-public-euw3-az3", "association-subnet-private-euw3-az3", "association-subnet-public-euw3-az3",
				"route-table-private-euw3-az3", "route-nat-euw3-az3",
			},
		},
		{
			name: "NATGatewayPerZone", path: "spec.network.natGateway", value: "PerZone",
			created: []string{"nat-address-euw3-az2", "nat-gateway-euw3-az2", "nat-address-euw3-az3", "nat-gateway-euw3-az3"},
		},
		{
			name: "NATGatewaySingle", path: "spec.network.natGateway", value: "Single",
			deleted: []string{"nat-address-euw3-az2", "nat-gateway-euw3-az2", "nat-address-euw3-az3", "nat-gateway-euw3-az3"},
		},
		{
			name: "RemoveNodePool", path: "spec.karpenter.nodePools", value: []any{pool("default")},
			deleted: []string{"node-pool-batch"},
		},
	}
	for _, s := range steps {
		ok := t.Run(s.name, func(t *testing.T) {
			p.t = t
			before := p.uids()
			p.edit(s.value, strings.Split(s.path, ".")...)
			p.waitSettled()
			after := p.uids()
			for _, k := range s.deleted {
				if _, ok := before[k]; !ok {
					t.Errorf("%s did not exist before", k)
				}
			}
			for _, k := range s.created {
				if _, ok := after[k]; !ok {
					t.Errorf("%s was not created", k)
				}
			}
			unchanged(t, without(before, s.deleted), without(after, s.created))
		})
		if !ok {
			return
		}
	}
	t.Run("Tag", func(t *testing.T) {
		p.t = t
		before := p.uids()
		p.edit(map[string]any{"team": "edits"}, "spec", "tags")
		p.waitTag("team", "edits")
		unchanged(t, before, p.uids())
	})
	t.Run("RegionRejected", func(t *testing.T) {
		p.t = t
		before := p.specs()
		p.set("eu-west-1", "spec", "region")
		p.kubectl("region cannot change: an EKS cluster cannot move; create a new SeafarerCluster", "apply")
		p.set("eu-west-3", "spec", "region")
		unchanged(t, before, p.specs())
	})
	t.Run("InvalidEditChangesNothing", func(t *testing.T) {
		p.t = t
		before := p.specs()
		p.set("1.36", "spec", "kubernetesVersion")
		p.edit("1.9.0", "spec", "karpenter", "version")
		p.waitInvalid("spec.karpenter.version: Invalid value: \"1.9.0\"")
		time.Sleep(3 * time.Second) // For a wrong change to happen.
		unchanged(t, before, p.specs())

		p.set(nil, "spec", "kubernetesVersion")
		p.edit(nil, "spec", "karpenter", "version")
		p.waitSettled()
		unchanged(t, before, p.specs())
	})
}

// without returns the resources except some and the Usages of or by them.
func without(all map[string]string, some []string) map[string]string {
	rest := maps.Clone(all)
	maps.DeleteFunc(rest, func(k, _ string) bool {
		names, usage := strings.CutPrefix(k, "usage-")
		of, by, _ := strings.Cut(names, ".")
		return slices.Contains(some, k) || usage && (slices.Contains(some, of) || slices.Contains(some, by))
	})
	return rest
}
