package karpenter

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

// Labels of nodes with the name and the ID of their zone.
const (
	labelZone   = "topology.kubernetes.io/zone"
	labelZoneID = "topology.k8s.aws/zone-id"
)

// validateZones that requirements of a NodePool allow: Karpenter launches nodes in the
// platform's subnets, so one of their zones must be left.
func validateZones(c claim.Claim, rs []v1alpha1.Requirement, p *field.Path) field.ErrorList {
	if len(c.Zones) == 0 {
		return nil // Package layout reports the reason.
	}
	var errs field.ErrorList
	for i, r := range rs {
		zones := possibleZones(c, r.Key)
		allowed := func(z string) bool { return allows(r, z) }
		if len(zones) > 0 && !slices.ContainsFunc(zones, allowed) {
			errs = append(errs, field.Invalid(p.Index(i).Child("values"), strings.Join(r.Values, ", "), "leaves no zone of the platform's network: use "+ownZones(c)))
		}
	}
	return errs
}

// zonesOutside the platform's network among those that a requirement lists. Karpenter ignores
// them. If none is left, the requirement isn't valid.
func zonesOutside(c claim.Claim, r v1alpha1.Requirement, p *field.Path) []claim.Warning {
	zones := possibleZones(c, r.Key)
	if r.Operator != "In" || len(zones) == 0 {
		return nil
	}
	var ws []claim.Warning
	for i, v := range r.Values {
		if !slices.Contains(zones, v) {
			ws = append(ws, claim.Warn(p.Index(i), "the platform's network has no zone %q, so Karpenter launches no node there: leave it out, or add the zone to spec.network", v))
		}
	}
	return ws
}

// possibleZones of nodes, as values of a label. Zone names have other IDs in each account, so
// any name is possible in a network by ID, and any ID in a network by name.
func possibleZones(c claim.Claim, label string) []string {
	var zones []string
	for _, z := range c.Zones {
		zones = append(zones, zoneValues(label, z.Zone)...)
	}
	if len(zones) > 0 {
		return zones
	}
	for _, z := range c.Region.Every() {
		zones = append(zones, zoneValues(label, z)...)
	}
	return zones
}

// zoneValues are the value of a label in a zone, if it's known.
func zoneValues(label string, z aws.Zone) []string {
	switch {
	case label == labelZone && z.Name != "":
		return []string{z.Name}
	case label == labelZoneID && z.ID != "":
		return []string{z.ID}
	default:
		return nil
	}
}

// allows reports whether a requirement leaves a value of a label that each node has.
func allows(r v1alpha1.Requirement, value string) bool {
	switch r.Operator {
	case "In":
		return slices.Contains(r.Values, value)
	case "NotIn":
		return !slices.Contains(r.Values, value)
	case "DoesNotExist":
		return false
	default:
		return true
	}
}

// ownZones of a platform, as the key and the values of a requirement.
func ownZones(c claim.Claim) string {
	key, values := labelZoneID, make([]string, 0, len(c.Zones))
	for _, z := range c.Zones {
		values = append(values, z.Label)
		if z.ID == "" {
			key = labelZone
		}
	}
	return key + " with some of " + strings.Join(values, ", ")
}
