package cidr

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPrefixes(t *testing.T) {
	type want struct {
		private, public, former int
	}
	cases := map[string]struct {
		reason string
		vpc    string
		want   want
	}{
		"Largest":  {reason: "Private subnets are a sixteenth of the VPC, and public ones a sixteenth of that.", vpc: "10.0.0.0/16", want: want{20, 24, 24}},
		"Small":    {reason: "A load balancer needs a /27.", vpc: "10.0.0.0/20", want: want{24, 27, 24}},
		"Nodes":    {reason: "The smallest VPC for nodes.", vpc: "10.0.0.0/22", want: want{26, 27, 26}},
		"Smallest": {reason: "A sixteenth of a /24 is the smallest subnet AWS allows.", vpc: "10.0.0.0/24", want: want{28, 28, 28}},
		"TooSmall": {reason: "AWS allows no subnet smaller than /28.", vpc: "10.0.0.0/26", want: want{28, 28, 28}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			vpc := netip.MustParsePrefix(tc.vpc)
			got := want{SubnetPrefix(vpc), PublicPrefix(vpc), FormerPrefix(vpc)}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestSubnet(t *testing.T) {
	type args struct {
		vpc  netip.Prefix
		bits int
		tier Tier
		slot int
	}
	type want struct {
		subnet string
		err    string
	}

	vpc := netip.MustParsePrefix("10.0.0.0/16")
	none := netip.Prefix{}.String()

	cases := map[string]struct {
		reason string
		args   args
		want   want
	}{
		"Private0": {reason: "Private subnets start the VPC.", args: args{vpc: vpc, bits: 24, tier: Private, slot: 0}, want: want{subnet: "10.0.0.0/24"}},
		"Private1": {reason: "Private subnets follow one another.", args: args{vpc: vpc, bits: 24, tier: Private, slot: 1}, want: want{subnet: "10.0.1.0/24"}},
		"Private2": {reason: "Private subnets follow one another.", args: args{vpc: vpc, bits: 24, tier: Private, slot: 2}, want: want{subnet: "10.0.2.0/24"}},
		"Private3": {reason: "The fourth private subnet ends the group.", args: args{vpc: vpc, bits: 24, tier: Private, slot: 3}, want: want{subnet: "10.0.3.0/24"}},
		"Public0":  {reason: "Public subnets follow a group of private ones.", args: args{vpc: vpc, bits: 24, tier: Public, slot: 0}, want: want{subnet: "10.0.4.0/24"}},
		"Public1":  {reason: "Public subnets follow one another.", args: args{vpc: vpc, bits: 24, tier: Public, slot: 1}, want: want{subnet: "10.0.5.0/24"}},
		"Public2":  {reason: "Public subnets follow one another.", args: args{vpc: vpc, bits: 24, tier: Public, slot: 2}, want: want{subnet: "10.0.6.0/24"}},
		"Public3":  {reason: "The fourth public subnet ends the group.", args: args{vpc: vpc, bits: 24, tier: Public, slot: 3}, want: want{subnet: "10.0.7.0/24"}},
		"Private4": {reason: "The second group follows the first.", args: args{vpc: vpc, bits: 24, tier: Private, slot: 4}, want: want{subnet: "10.0.8.0/24"}},
		"Public4":  {reason: "The second group is like the first.", args: args{vpc: vpc, bits: 24, tier: Public, slot: 4}, want: want{subnet: "10.0.12.0/24"}},
		"Public7":  {reason: "The last slot ends the second group.", args: args{vpc: vpc, bits: 24, tier: Public, slot: 7}, want: want{subnet: "10.0.15.0/24"}},
		"Largest": {
			reason: "Subnets of a sixteenth fill the VPC.",
			args:   args{vpc: vpc, bits: 20, tier: Public, slot: 7},
			want:   want{subnet: "10.0.240.0/20"},
		},
		"Smallest": {
			reason: "The smallest subnets fill the smallest VPC.",
			args:   args{vpc: netip.MustParsePrefix("192.168.7.0/24"), bits: 28, tier: Public, slot: 7},
			want:   want{subnet: "192.168.7.240/28"},
		},
		"HighAddresses": {
			reason: "A VPC at the end of a private range is planned in full.",
			args:   args{vpc: netip.MustParsePrefix("10.255.240.0/20"), bits: 24, tier: Public, slot: 7},
			want:   want{subnet: "10.255.255.0/24"},
		},
		"NoVPC": {
			reason: "There are no subnets without a VPC.",
			args:   args{bits: 24},
			want:   want{subnet: none, err: "cannot plan subnets without the IPv4 range of the VPC: use a range such as 10.0.0.0/16"},
		},
		"IPv6": {
			reason: "Only IPv4 is planned.",
			args:   args{vpc: netip.MustParsePrefix("fd00::/24"), bits: 28},
			want:   want{subnet: none, err: "cannot plan subnets in VPC fd00::/24: use an IPv4 range such as 10.0.0.0/16"},
		},
		"VPCTooLarge": {
			reason: "AWS allows no VPC larger than /16.",
			args:   args{vpc: netip.MustParsePrefix("10.0.0.0/15"), bits: 24},
			want:   want{subnet: none, err: "cannot plan subnets in VPC 10.0.0.0/15: use a range from /16 to /24"},
		},
		"VPCTooSmall": {
			reason: "A /25 has no room for sixteen of the smallest subnets.",
			args:   args{vpc: netip.MustParsePrefix("10.0.0.0/25"), bits: 28},
			want:   want{subnet: none, err: "cannot plan subnets in VPC 10.0.0.0/25: use a range from /16 to /24"},
		},
		"HostBits": {
			reason: "AWS would mask the range, so it would always differ from the desired one.",
			args:   args{vpc: netip.MustParsePrefix("10.0.7.0/16"), bits: 24},
			want:   want{subnet: none, err: "cannot plan subnets in VPC 10.0.7.0/16: it has host bits set; use 10.0.0.0/16"},
		},
		"SubnetTooLarge": {
			reason: "A VPC has no room for sixteen subnets larger than a sixteenth.",
			args:   args{vpc: vpc, bits: 19},
			want:   want{subnet: none, err: "cannot plan /19 subnets in VPC 10.0.0.0/16: use a prefix length from /20, a sixteenth of the VPC, to /28, the smallest subnet AWS allows"},
		},
		"SubnetTooSmall": {
			reason: "AWS allows no subnet smaller than /28.",
			args:   args{vpc: vpc, bits: 29},
			want:   want{subnet: none, err: "cannot plan /29 subnets in VPC 10.0.0.0/16: use a prefix length from /20, a sixteenth of the VPC, to /28, the smallest subnet AWS allows"},
		},
		"NoSuchTier": {
			reason: "There are two tiers.",
			args:   args{vpc: vpc, bits: 24, tier: 2},
			want:   want{subnet: none, err: "cannot plan subnets of tier 2: use tier 0 (private) or 1 (public)"},
		},
		"SlotTooLow": {
			reason: "Slots start at 0.",
			args:   args{vpc: vpc, bits: 24, slot: -1},
			want:   want{subnet: none, err: "cannot plan a subnet in slot -1: use a slot from 0 to 7"},
		},
		"SlotTooHigh": {
			reason: "There are eight slots.",
			args:   args{vpc: vpc, bits: 24, slot: 8},
			want:   want{subnet: none, err: "cannot plan a subnet in slot 8: use a slot from 0 to 7"},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			subnet, err := Subnet(tc.args.vpc, tc.args.bits, tc.args.tier, tc.args.slot)
			got := want{subnet: subnet.String()}
			if err != nil {
				got.err = err.Error()
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nSubnet(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestSubnetPlan checks invariants of every VPC's plan: its sixteen subnets are
// in the VPC, don't overlap, and don't depend on one another.
func TestSubnetPlan(t *testing.T) {
	// The start, an address within, and the end of the private ranges.
	addrs := []string{
		"10.0.0.0", "10.171.205.87", "10.255.255.255",
		"172.16.0.0", "172.31.255.255",
		"192.168.0.0", "192.168.255.255",
		"100.64.0.0", "100.127.255.255",
	}

	for _, a := range addrs {
		for length := minVPCBits; length <= maxVPCBits; length++ {
			vpc := netip.PrefixFrom(netip.MustParseAddr(a), length).Masked()
			for _, d := range []int{SubnetPrefix(vpc), PublicPrefix(vpc), FormerPrefix(vpc)} {
				if d < length+planBits || d > maxSubnetBits {
					t.Errorf("%s: got a default of %d, which can't be planned", vpc, d)
				}
			}
			for bits := length + planBits; bits <= maxSubnetBits; bits++ {
				checkPlan(t, vpc, bits)
			}
		}
	}
}

// checkPlan checks the plan of a VPC with subnets of the supplied length.
func checkPlan(t *testing.T, vpc netip.Prefix, bits int) {
	t.Helper()

	forward, backward := plan(t, vpc, bits, false), plan(t, vpc, bits, true)
	if diff := cmp.Diff(forward, backward); diff != "" {
		t.Errorf("Subnet(%s, %d, ...): depends on the order: -forward, +backward:\n%s", vpc, bits, diff)
	}
	if len(forward) != 16 {
		t.Errorf("Subnet(%s, %d, ...): want 16 subnets, got %d", vpc, bits, len(forward))
	}
	for key, s := range forward {
		p := netip.MustParsePrefix(s)
		if p.Bits() != bits || p != p.Masked() || !vpc.Contains(p.Addr()) {
			t.Errorf("Subnet(%s, %d, ...): %s is %s, not a /%d in the VPC", vpc, bits, key, p, bits)
		}
		for other, o := range forward {
			if key != other && p.Overlaps(netip.MustParsePrefix(o)) {
				t.Errorf("Subnet(%s, %d, ...): %s and %s overlap: %s, %s", vpc, bits, key, other, s, o)
			}
		}
	}
}

// plan is the subnets of a VPC by tier and slot, planned in the slots' order or
// the other way around.
func plan(t *testing.T, vpc netip.Prefix, bits int, backward bool) map[string]string {
	t.Helper()

	p := map[string]string{}
	for i := range Slots {
		slot := i
		if backward {
			slot = Slots - 1 - i
		}
		for _, tier := range []Tier{Private, Public} {
			s, err := Subnet(vpc, bits, tier, slot)
			if err != nil {
				t.Fatalf("Subnet(%s, %d, %d, %d): %v", vpc, bits, tier, slot, err)
			}
			p[fmt.Sprintf("tier %d slot %d", tier, slot)] = s.String()
		}
	}
	return p
}
