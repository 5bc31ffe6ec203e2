package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crossplane/function-sdk-go/errors"
)

// zoneLetters are the letters that end the name of a zone. The index of a
// letter is the slot of its zone.
const zoneLetters = "abcdefgh"

// A Zone is an availability zone of a region.
type Zone struct {
	// Label is the zone as it was requested, or its ID if it wasn't. It
	// identifies the zone in the keys of its resources.
	Label string

	// ID of the zone, such as euw3-az1. It's the same place in all accounts.
	// Empty if the zone is known by name.
	ID string

	// Name of the zone, such as eu-west-3a. Empty if the zone is known by ID.
	Name string

	// Slot of the zone in a network, 0 to 7. It's the number at the end of the
	// ID, minus one, or the index of the letter at the end of the name. It
	// depends only on the zone, so adding or removing a zone doesn't move
	// others.
	Slot int
}

// A ZoneError explains why a requested zone can't be used.
type ZoneError struct {
	// Index of the zone among the requested ones, from 0.
	Index int

	// Zone as it was requested.
	Zone string

	// Reason the zone can't be used, and what's allowed instead. It completes a
	// sentence that begins with the zone.
	Reason string
}

// Error is the zone, its index and the reason.
func (e *ZoneError) Error() string {
	return fmt.Sprintf("cannot use zone %q at index %d: %s", e.Zone, e.Index, e.Reason)
}

// Place returns the first count zones of the region, in the order of their IDs.
// It leaves out zones that EKS refuses and zones that only some accounts have.
// Placing more zones retains those that fewer would place.
func (r Region) Place(count int) ([]Zone, error) {
	if count < 0 {
		return nil, errors.Errorf("cannot place %d zones in region %s: the count must not be negative", count, r.Code)
	}
	if count > len(r.Zones) {
		return nil, errors.Errorf("cannot place %d zones in region %s: it has %d that EKS accepts in any account: %s", count, r.Code, len(r.Zones), zoneIDs(r.Zones))
	}
	return slices.Clone(r.Zones[:count]), nil
}

// Resolve returns the requested zones, in the same order, either all by ID or
// all by name: the slot of an ID and that of a name could be the same. The
// error is a *ZoneError about the first zone that can't be used.
//
// The ID of a zone name differs between accounts. So only the format of a name
// can be checked: EKS may refuse the zone, or the account may not have it,
// which AWS reports when it's used.
func (r Region) Resolve(names []string) ([]Zone, error) {
	zs := make([]Zone, 0, len(names))
	for i, n := range names {
		z, reason := r.resolve(n)
		if reason == "" {
			reason = conflict(zs, z)
		}
		if reason != "" {
			return nil, &ZoneError{Index: i, Zone: n, Reason: reason}
		}
		zs = append(zs, z)
	}
	return zs, nil
}

// Every zone that a claim can request: by ID, and by name.
func (r Region) Every() []Zone {
	zs := slices.Concat(r.Zones, r.Constrained)
	for i, l := range zoneLetters {
		zs = append(zs, Zone{Label: r.Code + string(l), Name: r.Code + string(l), Slot: i})
	}
	return zs
}

// resolve returns a zone by its ID or name, or the reason why it can't be used.
func (r Region) resolve(s string) (Zone, string) {
	byID := func(z Zone) bool { return z.ID == s }
	accepted := slices.Concat(r.Zones, r.Constrained)
	if i := slices.IndexFunc(accepted, byID); i >= 0 {
		return accepted[i], ""
	}
	if slices.ContainsFunc(r.Refused, byID) {
		return Zone{}, "EKS accepts no subnets of a control plane there; use one of " + zoneIDs(accepted)
	}
	if letter, ok := strings.CutPrefix(s, r.Code); ok && len(letter) == 1 && strings.Contains(zoneLetters, letter) {
		return Zone{Label: s, Name: s, Slot: strings.Index(zoneLetters, letter)}, ""
	}
	return Zone{}, fmt.Sprintf("region %s has no such zone; use a zone ID (%s) or a zone name (%sa to %sh)", r.Code, zoneIDs(accepted), r.Code, r.Code)
}

// conflict is the reason why a zone can't be used with the others, if any.
func conflict(zs []Zone, z Zone) string {
	if i := slices.Index(zs, z); i >= 0 {
		return fmt.Sprintf("it's already at index %d; each zone may be used once", i)
	}
	if len(zs) > 0 && (zs[0].ID == "") != (z.ID == "") {
		return fmt.Sprintf("zone IDs and zone names can't be mixed, and %s is at index 0; use either IDs or names for all zones", zs[0].Label)
	}
	return ""
}

// zoneIDs are the IDs of zones, as a list for people to read.
func zoneIDs(zs []Zone) string {
	ids := make([]string, 0, len(zs))
	for _, z := range zs {
		ids = append(ids, z.ID)
	}
	slices.Sort(ids)
	return strings.Join(ids, ", ")
}
