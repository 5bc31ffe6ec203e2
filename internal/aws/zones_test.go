package aws

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/crossplane/function-sdk-go/errors"
)

// byID is a zone with an ID.
func byID(id string, slot int) Zone { return Zone{Label: id, ID: id, Slot: slot} }

// byName is a zone with a name.
func byName(name string, slot int) Zone { return Zone{Label: name, Name: name, Slot: slot} }

func TestPlace(t *testing.T) {
	type args struct {
		region string
		count  int
	}
	type want struct {
		zones []Zone
		err   error
	}

	cases := map[string]struct {
		reason string
		args   args
		want   want
	}{
		"First": {
			reason: "Zones are placed in the order of their IDs.",
			args:   args{region: "eu-west-3", count: 2},
			want:   want{zones: []Zone{byID("euw3-az1", 0), byID("euw3-az2", 1)}},
		},
		"SkipRefused": {
			reason: "A zone that EKS refuses isn't placed.",
			args:   args{region: "us-east-1", count: 3},
			want:   want{zones: []Zone{byID("use1-az1", 0), byID("use1-az2", 1), byID("use1-az4", 3)}},
		},
		"SkipConstrained": {
			reason: "A zone that newer accounts don't have isn't placed.",
			args:   args{region: "ap-northeast-1", count: 3},
			want:   want{zones: []Zone{byID("apne1-az1", 0), byID("apne1-az2", 1), byID("apne1-az4", 3)}},
		},
		"None": {
			reason: "Placing no zones isn't an error.",
			args:   args{region: "eu-west-3", count: 0},
			want:   want{zones: []Zone{}},
		},
		"TooMany": {
			reason: "The error contains the number of zones of the region.",
			args:   args{region: "us-west-1", count: 3},
			want:   want{err: errors.New("cannot place 3 zones in region us-west-1: it has 2 that EKS accepts in any account: usw1-az1, usw1-az3")},
		},
		"Negative": {
			reason: "A negative number of zones is an error.",
			args:   args{region: "us-west-1", count: -1},
			want:   want{err: errors.New("cannot place -1 zones in region us-west-1: the count must not be negative")},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			zones, err := lookup(t, tc.args.region).Place(tc.args.count)
			if diff := cmp.Diff(tc.want.zones, zones); diff != "" {
				t.Errorf("\n%s\nPlace(...): -want, +got:\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff(message(tc.want.err), message(err)); diff != "" {
				t.Errorf("\n%s\nPlace(...): -want error, +got error:\n%s", tc.reason, diff)
			}
		})
	}
}

// message of an error, if any.
func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestResolve(t *testing.T) {
	type args struct {
		region string
		names  []string
	}
	type want struct {
		zones []Zone
		err   *ZoneError
	}

	paris := "region eu-west-3 has no such zone; use a zone ID (euw3-az1, euw3-az2, euw3-az3) or a zone name (eu-west-3a to eu-west-3h)"

	cases := map[string]struct {
		reason string
		args   args
		want   want
	}{
		"IDs": {
			reason: "Zones are in the requested order. Their slots don't depend on it.",
			args:   args{region: "eu-west-3", names: []string{"euw3-az3", "euw3-az1"}},
			want:   want{zones: []Zone{byID("euw3-az3", 2), byID("euw3-az1", 0)}},
		},
		"Names": {
			reason: "The slot of a name is the index of its letter.",
			args:   args{region: "us-east-1", names: []string{"us-east-1a", "us-east-1f", "us-east-1h"}},
			want:   want{zones: []Zone{byName("us-east-1a", 0), byName("us-east-1f", 5), byName("us-east-1h", 7)}},
		},
		"Constrained": {
			reason: "A zone that only some accounts have can be requested.",
			args:   args{region: "ap-northeast-1", names: []string{"apne1-az3"}},
			want:   want{zones: []Zone{byID("apne1-az3", 2)}},
		},
		"None": {
			reason: "Requesting no zones isn't an error.",
			args:   args{region: "eu-west-3"},
			want:   want{zones: []Zone{}},
		},
		"Refused": {
			reason: "A zone that EKS refuses is an error, and the error lists the zones that EKS accepts.",
			args:   args{region: "ca-central-1", names: []string{"cac1-az1", "cac1-az3"}},
			want: want{err: &ZoneError{Index: 1, Zone: "cac1-az3",
				Reason: "EKS accepts no subnets of a control plane there; use one of cac1-az1, cac1-az2, cac1-az4"}},
		},
		"RefusedByName": {
			reason: "A name can't be checked against refused IDs, because its ID differs between accounts.",
			args:   args{region: "us-east-1", names: []string{"us-east-1e"}},
			want:   want{zones: []Zone{byName("us-east-1e", 4)}},
		},
		"IDOfAnotherRegion": {
			reason: "A zone ID of another region is an error.",
			args:   args{region: "eu-west-3", names: []string{"euw1-az1"}},
			want:   want{err: &ZoneError{Index: 0, Zone: "euw1-az1", Reason: paris}},
		},
		"NameOfAnotherRegion": {
			reason: "A zone name of another region is an error.",
			args:   args{region: "eu-west-3", names: []string{"eu-west-1a"}},
			want:   want{err: &ZoneError{Index: 0, Zone: "eu-west-1a", Reason: paris}},
		},
		"NoSuchID": {
			reason: "A zone ID the region doesn't have is an error.",
			args:   args{region: "eu-west-3", names: []string{"euw3-az1", "euw3-az4"}},
			want:   want{err: &ZoneError{Index: 1, Zone: "euw3-az4", Reason: paris}},
		},
		"NoLetter": {
			reason: "The code of the region isn't a zone.",
			args:   args{region: "eu-west-3", names: []string{"eu-west-3"}},
			want:   want{err: &ZoneError{Index: 0, Zone: "eu-west-3", Reason: paris}},
		},
		"LetterTooLate": {
			reason: "There are no more than eight slots.",
			args:   args{region: "eu-west-3", names: []string{"eu-west-3i"}},
			want:   want{err: &ZoneError{Index: 0, Zone: "eu-west-3i", Reason: paris}},
		},
		"TwoLetters": {
			reason: "A name ends with one letter.",
			args:   args{region: "eu-west-3", names: []string{"eu-west-3ab"}},
			want:   want{err: &ZoneError{Index: 0, Zone: "eu-west-3ab", Reason: paris}},
		},
		"UpperCase": {
			reason: "AWS spells names in lower case only.",
			args:   args{region: "eu-west-3", names: []string{"eu-west-3A"}},
			want:   want{err: &ZoneError{Index: 0, Zone: "eu-west-3A", Reason: paris}},
		},
		"LocalZone": {
			reason: "EKS doesn't put control planes in Local Zones.",
			args:   args{region: "us-west-1", names: []string{"us-west-1-lax-1a"}},
			want: want{err: &ZoneError{Index: 0, Zone: "us-west-1-lax-1a",
				Reason: "region us-west-1 has no such zone; use a zone ID (usw1-az1, usw1-az3) or a zone name (us-west-1a to us-west-1h)"}},
		},
		"Empty": {
			reason: "A zone can't be empty.",
			args:   args{region: "eu-west-3", names: []string{""}},
			want:   want{err: &ZoneError{Index: 0, Zone: "", Reason: paris}},
		},
		"DuplicateID": {
			reason: "A zone can't be requested twice by ID.",
			args:   args{region: "eu-west-3", names: []string{"euw3-az1", "euw3-az2", "euw3-az1"}},
			want:   want{err: &ZoneError{Index: 2, Zone: "euw3-az1", Reason: "it's already at index 0; each zone may be used once"}},
		},
		"DuplicateName": {
			reason: "A zone can't be requested twice by name.",
			args:   args{region: "eu-west-3", names: []string{"eu-west-3b", "eu-west-3b"}},
			want:   want{err: &ZoneError{Index: 1, Zone: "eu-west-3b", Reason: "it's already at index 0; each zone may be used once"}},
		},
		"NameAmongIDs": {
			reason: "The slots of names and IDs could be the same, so they can't be mixed.",
			args:   args{region: "eu-west-3", names: []string{"euw3-az1", "eu-west-3b"}},
			want: want{err: &ZoneError{Index: 1, Zone: "eu-west-3b",
				Reason: "zone IDs and zone names can't be mixed, and euw3-az1 is at index 0; use either IDs or names for all zones"}},
		},
		"IDAmongNames": {
			reason: "They can't be mixed in the other order either.",
			args:   args{region: "eu-west-3", names: []string{"eu-west-3a", "eu-west-3b", "euw3-az3"}},
			want: want{err: &ZoneError{Index: 2, Zone: "euw3-az3",
				Reason: "zone IDs and zone names can't be mixed, and eu-west-3a is at index 0; use either IDs or names for all zones"}},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			zones, err := lookup(t, tc.args.region).Resolve(tc.args.names)
			if diff := cmp.Diff(tc.want.zones, zones); diff != "" {
				t.Errorf("\n%s\nResolve(...): -want, +got:\n%s", tc.reason, diff)
			}
			var ze *ZoneError
			if err != nil && !errors.As(err, &ze) {
				t.Fatalf("\n%s\nResolve(...): not a *ZoneError: %v", tc.reason, err)
			}
			if diff := cmp.Diff(tc.want.err, ze); diff != "" {
				t.Errorf("\n%s\nResolve(...): -want error, +got error:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestZoneError(t *testing.T) {
	want := `cannot use zone "euw1-az1" at index 2: there's none`
	got := (&ZoneError{Index: 2, Zone: "euw1-az1", Reason: "there's none"}).Error()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Error(): -want, +got:\n%s", diff)
	}
}

// TestPlaceRegions checks invariants of the zones placed in each region, for
// every count.
func TestPlaceRegions(t *testing.T) {
	for _, code := range Regions() {
		t.Run(code, func(t *testing.T) {
			r := lookup(t, code)
			var fewer []Zone
			for n := range len(r.Zones) + 1 {
				got, err := r.Place(n)
				if err != nil {
					t.Fatalf("Place(%d): %v", n, err)
				}
				if len(got) != n {
					t.Errorf("Place(%d): got %d zones", n, len(got))
				}
				if diff := cmp.Diff(fewer, got[:len(fewer)], cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("Place(%d): moves zones of Place(%d): -fewer, +more:\n%s", n, n-1, diff)
				}
				for _, z := range got {
					if slices.Contains(r.Refused, z) || slices.Contains(r.Constrained, z) {
						t.Errorf("Place(%d): places %s", n, z.ID)
					}
				}

				resolved, err := r.Resolve(labels(got))
				if err != nil {
					t.Errorf("Resolve(...): cannot resolve what Place(%d) placed: %v", n, err)
				}
				if diff := cmp.Diff(got, resolved, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("Resolve(...): -placed, +resolved:\n%s", diff)
				}
				fewer = got
			}
			if _, err := r.Place(len(r.Zones) + 1); err == nil {
				t.Errorf("Place(%d): places more zones than there are", len(r.Zones)+1)
			}
		})
	}
}

// labels of zones.
func labels(zs []Zone) []string {
	ls := make([]string, 0, len(zs))
	for _, z := range zs {
		ls = append(ls, z.Label)
	}
	return ls
}
