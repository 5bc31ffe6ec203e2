package aws

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lookup a region that must exist.
func lookup(t *testing.T, code string) Region {
	t.Helper()
	r, ok := LookupRegion(code)
	if !ok {
		t.Fatalf("LookupRegion(%q): no such region", code)
	}
	return r
}

func TestLookupRegion(t *testing.T) {
	type want struct {
		r  Region
		ok bool
	}

	cases := map[string]struct {
		reason string
		code   string
		want   want
	}{
		"Usual": {
			reason: "Most regions have three zones that any account may use.",
			code:   "eu-west-3",
			want: want{
				r: Region{
					Code:      "eu-west-3",
					Partition: "aws",
					Zones:     []Zone{byID("euw3-az1", 0), byID("euw3-az2", 1), byID("euw3-az3", 2)},
				},
				ok: true,
			},
		},
		"Refused": {
			reason: "A zone that EKS refuses is listed separately, and doesn't change the slots of others.",
			code:   "us-west-1",
			want: want{
				r: Region{
					Code:      "us-west-1",
					Partition: "aws",
					Zones:     []Zone{byID("usw1-az1", 0), byID("usw1-az3", 2)},
					Refused:   []Zone{byID("usw1-az2", 1)},
				},
				ok: true,
			},
		},
		"Constrained": {
			reason: "A zone that newer accounts don't have is listed separately.",
			code:   "ap-northeast-1",
			want: want{
				r: Region{
					Code:        "ap-northeast-1",
					Partition:   "aws",
					Zones:       []Zone{byID("apne1-az1", 0), byID("apne1-az2", 1), byID("apne1-az4", 3)},
					Constrained: []Zone{byID("apne1-az3", 2)},
				},
				ok: true,
			},
		},
		"China": {
			reason: "Zone IDs in China have prefixes of their own.",
			code:   "cn-northwest-1",
			want: want{
				r: Region{
					Code:      "cn-northwest-1",
					Partition: "aws-cn",
					Zones:     []Zone{byID("cnnw1-az1", 0), byID("cnnw1-az2", 1), byID("cnnw1-az3", 2)},
				},
				ok: true,
			},
		},
		"GovCloud": {
			reason: "So do zone IDs in GovCloud.",
			code:   "us-gov-east-1",
			want: want{
				r: Region{
					Code:      "us-gov-east-1",
					Partition: "aws-us-gov",
					Zones:     []Zone{byID("usge1-az1", 0), byID("usge1-az2", 1), byID("usge1-az3", 2)},
				},
				ok: true,
			},
		},
		"Unknown": {
			reason: "A region that AWS doesn't have isn't found.",
			code:   "eu-west-9",
		},
		"Empty": {
			reason: "The empty code isn't a region.",
			code:   "",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r, ok := LookupRegion(tc.code)
			if diff := cmp.Diff(tc.want, want{r: r, ok: ok}, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nLookupRegion(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestRegions checks invariants of each region.
func TestRegions(t *testing.T) {
	codes := Regions()
	if !slices.IsSorted(codes) {
		t.Errorf("Regions(): not sorted: %v", codes)
	}

	owner := map[string]string{}
	for _, code := range codes {
		r := lookup(t, code)
		if len(r.Zones) < 2 {
			t.Errorf("%s: EKS needs two zones, got %v", code, r.Zones)
		}
		if want := partition(code); r.Partition != want {
			t.Errorf("%s: want partition %q, got %q", code, want, r.Partition)
		}

		all := slices.Concat(r.Zones, r.Constrained, r.Refused)
		slots := map[int]string{}
		for _, z := range all {
			if z.Slot < 0 || z.Slot > 7 {
				t.Errorf("%s: slot %d of %s isn't 0 to 7", code, z.Slot, z.ID)
			}
			if other, ok := slots[z.Slot]; ok {
				t.Errorf("%s: %s and %s are both in slot %d", code, other, z.ID, z.Slot)
			}
			if other, ok := owner[z.ID]; ok {
				t.Errorf("%s: zone %s is one of %s too", code, z.ID, other)
			}
			slots[z.Slot], owner[z.ID] = z.ID, code
		}
	}
}

// partition of a region, by the prefix of its code.
func partition(code string) string {
	switch {
	case strings.HasPrefix(code, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(code, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}

// TestLookupRegionCopies checks that a caller can't change the table of regions.
func TestLookupRegionCopies(t *testing.T) {
	want := lookup(t, "eu-west-3")

	r := lookup(t, "eu-west-3")
	placed, err := r.Place(2)
	if err != nil {
		t.Fatal(err)
	}
	placed[0].Slot, r.Zones[1].Slot = 7, 7

	if diff := cmp.Diff(want, lookup(t, "eu-west-3")); diff != "" {
		t.Errorf("LookupRegion(...): -before, +after:\n%s", diff)
	}
}
