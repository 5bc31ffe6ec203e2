package karpenter

import (
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
)

func TestGranted(t *testing.T) {
	type want struct {
		PlacementGroups []string
		InstanceStatus  []string
	}

	var (
		none      = want{}
		placement = want{PlacementGroups: []string{"node-lifecycle", "resource-discovery"}}
		status    = want{PlacementGroups: []string{"node-lifecycle", "resource-discovery"}, InstanceStatus: []string{"resource-discovery"}}
	)

	cases := map[string]struct {
		reason string
		args   string
		want   want
	}{
		"Nine":       {reason: "The oldest chart.", args: "1.9.0", want: none},
		"NinePatch":  {reason: "Patches change nothing.", args: "1.9.99", want: none},
		"Ten":        {reason: "1.10 only has a new event.", args: "1.10.0", want: none},
		"Eleven":     {reason: "1.11 launches into placement groups.", args: "1.11.0", want: placement},
		"Twelve":     {reason: "1.12 watches status checks.", args: "1.12.0", want: status},
		"Thirteen":   {reason: "1.13 equals 1.12.", args: "1.13.0", want: status},
		"Fourteen":   {reason: "1.14 equals 1.12.", args: "1.14.1", want: status},
		"Fifteen":    {reason: "1.15 equals 1.12.", args: "1.15.1", want: status},
		"FifteenMax": {reason: "Patches change nothing.", args: "1.15.99", want: status},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := compat.Chart(tc.args); err != nil {
				t.Fatalf("Every version here must be supported: %v", err)
			}
			got := want{}
			for _, p := range controllerPolicies(testScope(tc.args)) {
				j := strings.ToLower(p.document.JSON())
				if strings.Contains(j, "placement-group") || strings.Contains(j, "placementgroup") {
					got.PlacementGroups = append(got.PlacementGroups, p.key)
				}
				if strings.Contains(j, "describeinstancestatus") {
					got.InstanceStatus = append(got.InstanceStatus, p.key)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s\nPolicies that grant it: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestGrantedOnly: versions must differ only by the lists of grants.
func TestGrantedOnly(t *testing.T) {
	old, recent := controllerPolicies(testScope("1.9.0")), controllerPolicies(testScope("1.14.1"))
	for i := range recent {
		got := recent[i].document.JSON()
		for _, added := range []string{
			`,"arn:aws:ec2:eu-west-3:*:placement-group/*"`,
			`"ec2:DescribePlacementGroups",`,
			`"ec2:DescribeInstanceStatus",`,
		} {
			got = strings.Replace(got, added, "", 1)
		}
		if diff := cmp.Diff(old[i].document.JSON(), got); diff != "" {
			t.Errorf("%s of chart 1.9 and of 1.14 without what was added: -want, +got:\n%s", old[i].key, diff)
		}
	}
}

func TestGrantedOrder(t *testing.T) {
	gs := []grant{{what: "b"}, {what: "new", since: semver.MustParse("1.11.0")}, {what: "a"}}
	if diff := cmp.Diff([]string{"b", "a"}, granted(gs, semver.MustParse("1.10.9"))); diff != "" {
		t.Errorf("Omitted items don't change the order.\ngranted(...): -want, +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"b", "new", "a"}, granted(gs, semver.MustParse("1.11.0"))); diff != "" {
		t.Errorf("Added items are in the order of the list.\ngranted(...): -want, +got:\n%s", diff)
	}
}
