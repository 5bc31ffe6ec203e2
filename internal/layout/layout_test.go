package layout

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
)

func TestCut(t *testing.T) {
	cases := map[string]struct {
		reason string
		cidr   string
		length *int32
		want   []string
	}{
		"Default": {reason: "Nodes get most of the VPC.", cidr: "10.0.0.0/16", want: []string{"10.0.16.0/20", "10.0.80.0/24"}},
		"Small":   {reason: "Public subnets have room for a load balancer.", cidr: "10.0.0.0/22", want: []string{"10.0.0.64/26", "10.0.1.64/27"}},
		"Stated":  {reason: "A stated length is that of both tiers.", cidr: "10.0.0.0/16", length: new(int32(24)), want: []string{"10.0.1.0/24", "10.0.5.0/24"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			z, err := Cut(aws.Zone{Slot: 1}, v1alpha1.NetworkSpec{CIDR: tc.cidr, SubnetPrefixLength: tc.length})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, []string{z.Private.String(), z.Public.String()}); diff != "" {
				t.Errorf("\n%s\nCut(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestFormerLength has every subnet of both layouts of each VPC, alone.
func TestFormerLength(t *testing.T) {
	for bits := 16; bits <= 24; bits++ {
		vpc := netip.PrefixFrom(netip.MustParseAddr("10.32.0.0"), bits)
		former := max(24, bits+4)
		was, is := tiers(vpc, lengths{former, former}), tiers(vpc, lengthsOf(v1alpha1.NetworkSpec{}, vpc))
		for slot := range was.Private {
			// In a smaller VPC, private subnets are the same in both layouts.
			want := int32(former)
			if was.Private[slot] == is.Private[slot] {
				want = 0
			}
			if got := FormerLength(vpc.String(), Subnets{Private: was.Private[slot : slot+1]}); got != want {
				t.Errorf("%s, private subnet %s: want %d, got %d", vpc, was.Private[slot], want, got)
			}
			want = int32(former)
			if was.Public[slot] == is.Public[slot] {
				want = 0
			}
			if got := FormerLength(vpc.String(), Subnets{Public: was.Public[slot : slot+1]}); got != want {
				t.Errorf("%s, public subnet %s: want %d, got %d", vpc, was.Public[slot], want, got)
			}
			if got := FormerLength(vpc.String(), Subnets{Private: is.Private[slot : slot+1], Public: is.Public[slot : slot+1]}); got != 0 {
				t.Errorf("%s, slot %d: want none of a new layout, got %d", vpc, slot, got)
			}
		}
	}
}
