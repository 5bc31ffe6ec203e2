package lab

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// An edit changes what it should, and nothing else is made anew.
func TestEdits(t *testing.T) {
	t.Parallel()
	p := apply(t, claimed(t, "edits"))
	p.settled()

	pool := func(name string) any { return map[string]any{"name": name} }
	steps := []struct {
		name    string
		value   any
		path    string
		appears []string
		goes    []string
	}{
		{
			name: "AddNodePool", path: "spec.karpenter.nodePools", value: []any{pool("default"), pool("batch")},
			appears: []string{"node-pool-batch"},
		},
		{
			name: "AddZone", path: "spec.network.zoneCount", value: int64(3),
			appears: []string{
				"subnet-private-euw3-az3", "subnet-public-euw3-az3", "association-subnet-private-euw3-az3", "association-subnet-public-euw3-az3",
				"route-table-private-euw3-az3", "route-nat-euw3-az3",
			},
		},
		{
			name: "NATGatewayPerZone", path: "spec.network.natGateway", value: "PerZone",
			appears: []string{"nat-address-euw3-az2", "nat-gateway-euw3-az2", "nat-address-euw3-az3", "nat-gateway-euw3-az3"},
		},
		{
			name: "NATGatewaySingle", path: "spec.network.natGateway", value: "Single",
			goes: []string{"nat-address-euw3-az2", "nat-gateway-euw3-az2", "nat-address-euw3-az3", "nat-gateway-euw3-az3"},
		},
		{
			name: "RemoveNodePool", path: "spec.karpenter.nodePools", value: []any{pool("default")},
			goes: []string{"node-pool-batch"},
		},
	}
	for _, s := range steps {
		ok := t.Run(s.name, func(t *testing.T) {
			p.t = t
			was := p.uids()
			p.edit(s.value, strings.Split(s.path, ".")...)
			p.settled()
			is := p.uids()
			for _, k := range s.goes {
				if _, ok := was[k]; !ok {
					t.Errorf("%s was not there", k)
				}
			}
			for _, k := range s.appears {
				if _, ok := is[k]; !ok {
					t.Errorf("%s has not appeared", k)
				}
			}
			unchanged(t, without(was, s.goes), without(is, s.appears))
		})
		if !ok {
			return
		}
	}
	t.Run("Tag", func(t *testing.T) {
		p.t = t
		was := p.uids()
		p.edit(map[string]any{"team": "edits"}, "spec", "tags")
		p.arrives("team", "edits")
		unchanged(t, was, p.uids())
	})
	t.Run("RegionIsRefused", func(t *testing.T) {
		p.t = t
		was := p.specs()
		p.set("eu-west-1", "spec", "region")
		p.kubectl("region cannot change: an EKS cluster cannot move; create a new SeafarerCluster", "apply")
		p.set("eu-west-3", "spec", "region")
		unchanged(t, was, p.specs())
	})
	t.Run("RuleBetweenFieldsChangesNothing", func(t *testing.T) {
		p.t = t
		was := p.specs()
		p.set("1.36", "spec", "kubernetesVersion")
		p.edit("1.9.0", "spec", "karpenter", "version")
		p.invalid("spec.karpenter.version: Invalid value: \"1.9.0\"")
		time.Sleep(3 * time.Second) // For something to go wrong.
		unchanged(t, was, p.specs())

		p.set(nil, "spec", "kubernetesVersion")
		p.edit(nil, "spec", "karpenter", "version")
		p.settled()
		unchanged(t, was, p.specs())
	})
}

// without some resources, and Usages of which they are an end.
func without(all map[string]string, some []string) map[string]string {
	rest := maps.Clone(all)
	maps.DeleteFunc(rest, func(k, _ string) bool {
		ends, usage := strings.CutPrefix(k, "usage-")
		of, by, _ := strings.Cut(ends, ".")
		return slices.Contains(some, k) || usage && (slices.Contains(some, of) || slices.Contains(some, by))
	})
	return rest
}
