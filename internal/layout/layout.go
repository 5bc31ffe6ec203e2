// Package layout places a platform in the zones of its region, and cuts its VPC into
// subnets. The place of a zone depends on nothing but the zone, so adding or removing a
// zone moves no other.
package layout

import (
	"cmp"
	"net/netip"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/cidr"
)

// defaultZones is how many zones a platform spans by default: EKS requires two, and three
// survive the loss of one.
const defaultZones = 3

// A Zone is an availability zone that a platform spans.
type Zone struct {
	aws.Zone

	// Private and Public are the IPv4 blocks of the zone's subnets.
	Private, Public netip.Prefix

	// Retained is true if the claim no longer lists the zone. Existing resources in it
	// stay, and Karpenter launches no nodes there.
	Retained bool
}

// Of a network in a region: the zones that it spans, in the order of their subnets. The
// order in which a claim lists them has no meaning.
func Of(r aws.Region, n v1alpha1.NetworkSpec) ([]Zone, field.ErrorList) {
	network := field.NewPath("spec", "network")
	zones, err := placed(r, n)
	var ze *aws.ZoneError
	switch {
	case errors.As(err, &ze):
		return nil, field.ErrorList{field.Invalid(network.Child("zones").Index(ze.Index), ze.Zone, ze.Reason)}
	case err != nil:
		return nil, field.ErrorList{field.Invalid(network.Child("zoneCount"), n.ZoneCount, err.Error())}
	}
	vpc, errs := Prefix(n.CIDR, network.Child("cidr"))
	if len(errs) > 0 {
		return nil, errs
	}
	zs := make([]Zone, 0, len(zones))
	for _, z := range zones {
		cut, err := cut(z, vpc, lengthsOf(n, vpc))
		if err != nil {
			return nil, field.ErrorList{field.Invalid(network.Child("subnetPrefixLength"), lengthsOf(n, vpc).private, err.Error())}
		}
		zs = append(zs, cut)
	}
	Sort(zs)
	return zs, nil
}

// Sort zones in the order of their subnets.
func Sort(zs []Zone) {
	slices.SortFunc(zs, func(a, b Zone) int { return cmp.Compare(a.Slot, b.Slot) })
}

// Cut a zone's subnets out of the VPC of a network. A zone for which the VPC has no room
// is an error.
func Cut(z aws.Zone, n v1alpha1.NetworkSpec) (Zone, error) {
	vpc, err := netip.ParsePrefix(n.CIDR)
	if err != nil {
		return Zone{}, errors.Wrap(err, "cannot parse the CIDR of the VPC")
	}
	return cut(z, vpc, lengthsOf(n, vpc))
}

// cut a zone's subnets. A public subnet is at the start of a block of the size of a private
// one, so that private subnets are where they are whatever the size of public ones.
func cut(z aws.Zone, vpc netip.Prefix, l lengths) (Zone, error) {
	private, err := cidr.Subnet(vpc, l.private, cidr.Private, z.Slot)
	if err != nil {
		return Zone{}, err
	}
	block, err := cidr.Subnet(vpc, l.private, cidr.Public, z.Slot)
	public := netip.PrefixFrom(block.Addr(), l.public)
	return Zone{Zone: z, Private: private, Public: public}, err
}

// lengths of the prefixes of subnets, by tier.
type lengths struct {
	private, public int
}

func lengthsOf(n v1alpha1.NetworkSpec, vpc netip.Prefix) lengths {
	if n.SubnetPrefixLength != nil {
		return lengths{private: int(*n.SubnetPrefixLength), public: int(*n.SubnetPrefixLength)}
	}
	return lengths{private: cidr.SubnetPrefix(vpc), public: cidr.PublicPrefix(vpc)}
}

// Subnets that exist, by tier.
type Subnets struct {
	Private, Public []netip.Prefix
}

// FormerLength is the prefix length of the subnets of a network that exists and was laid out
// by the former default, or zero. AWS cannot resize a subnet, so it stays.
func FormerLength(network string, s Subnets) int32 {
	vpc, err := netip.ParsePrefix(network)
	if err != nil {
		return 0
	}
	former := cidr.FormerPrefix(vpc)
	was := tiers(vpc, lengths{private: former, public: former})
	is := tiers(vpc, lengthsOf(v1alpha1.NetworkSpec{}, vpc))
	moved := func(blocks, was, is []netip.Prefix) bool {
		return slices.ContainsFunc(blocks, func(b netip.Prefix) bool { return slices.Contains(was, b) && !slices.Contains(is, b) })
	}
	if moved(s.Private, was.Private, is.Private) || moved(s.Public, was.Public, is.Public) {
		return int32(former) //nolint:gosec // At most 28.
	}
	return 0
}

// tiers are the subnets of all slots of a VPC.
func tiers(vpc netip.Prefix, l lengths) Subnets {
	var s Subnets
	for slot := range cidr.Slots {
		z, err := cut(aws.Zone{Slot: slot}, vpc, l)
		if err != nil {
			return Subnets{}
		}
		s.Private, s.Public = append(s.Private, z.Private), append(s.Public, z.Public)
	}
	return s
}

func placed(r aws.Region, n v1alpha1.NetworkSpec) ([]aws.Zone, error) {
	if len(n.Zones) > 0 {
		return r.Resolve(n.Zones)
	}
	if n.ZoneCount != nil {
		return r.Place(int(*n.ZoneCount))
	}
	zs, err := r.Place(defaultZones)
	if err != nil {
		// A few regions have only two zones that EKS accepts.
		return r.Place(defaultZones - 1)
	}
	return zs, nil
}

// Prefix is an IPv4 block that begins at its first address.
func Prefix(s string, p *field.Path) (netip.Prefix, field.ErrorList) {
	c, err := netip.ParsePrefix(s)
	if err != nil || !c.Addr().Is4() {
		return c, field.ErrorList{field.Invalid(p, s, "must be an IPv4 block such as 10.0.0.0/16")}
	}
	if m := c.Masked(); m != c {
		return c, field.ErrorList{field.Invalid(p, s, "must begin at the block's first address: "+m.String())}
	}
	return c, nil
}
