package cidr

import (
	"net/netip"
	"testing"
)

// FuzzSubnet plans subnets of any prefix. The result must be an error, or a
// subnet of the VPC.
func FuzzSubnet(f *testing.F) {
	f.Add("10.0.0.0/16", 24, 0, 0)
	f.Add("10.255.255.0/24", 28, 1, 7)
	f.Add("0.0.0.0/0", 4, 1, 7)
	f.Add("255.255.255.255/32", 36, 0, 3)
	f.Add("10.0.0.1/16", -1, -1, -1)
	f.Add("::ffff:10.0.0.0/112", 24, 0, 0)
	f.Add("fd00::/16", 24, 0, 0)
	f.Add("ten", 24, 2, 8)
	f.Add("", 0, 0, 0)

	f.Fuzz(func(t *testing.T, cidr string, bits, tier, slot int) {
		// The zero prefix must not panic either.
		vpc, _ := netip.ParsePrefix(cidr)

		check := func(bits int) {
			s, err := Subnet(vpc, bits, Tier(tier), slot)
			if err != nil {
				if s.IsValid() {
					t.Errorf("Subnet(%s, %d, %d, %d): got %s and an error: %v", vpc, bits, tier, slot, s, err)
				}
				return
			}
			if s.Bits() != bits || s != s.Masked() || !vpc.Contains(s.Addr()) {
				t.Errorf("Subnet(%s, %d, %d, %d): %s isn't a /%d in the VPC", vpc, bits, tier, slot, s, bits)
			}
		}
		check(bits)
		check(SubnetPrefix(vpc))
	})
}
