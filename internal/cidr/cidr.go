// Package cidr plans the IPv4 ranges of a VPC and its subnets. Of AWS it only
// needs the limits on sizes of networks.
package cidr

import (
	"encoding/binary"
	"net/netip"

	"github.com/crossplane/function-sdk-go/errors"
)

// A Tier of subnets.
type Tier int

// Tiers of subnets.
const (
	// Private subnets have no route from the internet.
	Private Tier = iota

	// Public subnets have a route to and from the internet.
	Public
)

const (
	// The shortest and longest prefix of a VPC that can be planned. AWS allows
	// VPCs of /16 to /28, but sixteen subnets of /28 need a /24.
	minVPCBits = 16
	maxVPCBits = 24

	// The longest prefix AWS allows for a subnet.
	maxSubnetBits = 28

	// The longest default prefix of a public subnet.
	maxPublicBits = 27

	// The shortest default prefix of a subnet, formerly.
	formerBits = 24

	// Bits that number the subnets of a VPC: eight slots in two tiers.
	planBits = 4

	// Slots come in groups. A group is four subnets of the private tier,
	// followed by the four of the public tier in the same slots.
	groupSlots = 4
)

// SubnetPrefix is the default prefix length of private subnets: a sixteenth of the VPC,
// and at most /28, AWS's limit.
func SubnetPrefix(vpc netip.Prefix) int { return min(maxSubnetBits, vpc.Bits()+planBits) }

// PublicPrefix is the default prefix length of public subnets, which contain gateways and load
// balancers but no nodes: a sixteenth of a private subnet, though not smaller than the /27
// that a load balancer needs, nor larger than a private subnet:
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
func PublicPrefix(vpc netip.Prefix) int {
	return max(SubnetPrefix(vpc), min(maxPublicBits, vpc.Bits()+2*planBits))
}

// FormerPrefix was the default prefix length of subnets of both tiers: /24 if the VPC has
// room for sixteen of them, else a sixteenth of the VPC, and at most /28.
func FormerPrefix(vpc netip.Prefix) int { return max(formerBits, SubnetPrefix(vpc)) }

// Subnet is the range of the subnet in a slot, 0 to 7, of a tier of a VPC. Its
// prefix is bits long. It depends on nothing else, so adding or removing a
// subnet doesn't move others. Slots 0 to 3 of 10.0.0.0/16 are 10.0.0.0/24 to
// 10.0.3.0/24 if private and 10.0.4.0/24 to 10.0.7.0/24 if public, given /24.
// Slots 4 to 7 follow in the same manner, from 10.0.8.0/24.
func Subnet(vpc netip.Prefix, bits int, tier Tier, slot int) (netip.Prefix, error) {
	if err := validateVPC(vpc); err != nil {
		return netip.Prefix{}, err
	}
	if bits < vpc.Bits()+planBits || bits > maxSubnetBits {
		return netip.Prefix{}, errors.Errorf("cannot plan /%d subnets in VPC %s: use a prefix length from /%d, a sixteenth of the VPC, to /%d, the smallest subnet AWS allows", bits, vpc, vpc.Bits()+planBits, maxSubnetBits)
	}
	if tier != Private && tier != Public {
		return netip.Prefix{}, errors.Errorf("cannot plan subnets of tier %d: use tier %d (private) or %d (public)", tier, Private, Public)
	}
	if slot < 0 || slot >= Slots {
		return netip.Prefix{}, errors.Errorf("cannot plan a subnet in slot %d: use a slot from 0 to %d", slot, Slots-1)
	}

	index := slot/groupSlots*2*groupSlots + slot%groupSlots
	if tier == Public {
		index += groupSlots
	}

	// The index fits the bits between the prefixes, so this can't leave the VPC.
	a := vpc.Addr().As4()
	n := binary.BigEndian.Uint32(a[:]) | uint32(index)<<(32-bits)
	binary.BigEndian.PutUint32(a[:], n)
	return netip.PrefixFrom(netip.AddrFrom4(a), bits), nil
}

// Slots of subnets in each tier.
const Slots = 8

// validateVPC returns an error if subnets can't be planned in a VPC.
func validateVPC(vpc netip.Prefix) error {
	if !vpc.IsValid() {
		return errors.New("cannot plan subnets without the IPv4 range of the VPC: use a range such as 10.0.0.0/16")
	}
	if !vpc.Addr().Is4() {
		return errors.Errorf("cannot plan subnets in VPC %s: use an IPv4 range such as 10.0.0.0/16", vpc)
	}
	if vpc.Bits() < minVPCBits || vpc.Bits() > maxVPCBits {
		return errors.Errorf("cannot plan subnets in VPC %s: use a range from /%d to /%d", vpc, minVPCBits, maxVPCBits)
	}
	if m := vpc.Masked(); m != vpc {
		return errors.Errorf("cannot plan subnets in VPC %s: it has host bits set; use %s", vpc, m)
	}
	return nil
}
