package karpenter

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

func TestTimes(t *testing.T) {
	const (
		path = "spec.karpenter.nodePools[0]."
		read = ": use ascending ranges, and 0 (Sunday) to 6 for days of the week, such as 1-5 or sat,sun"
		none = "there is no such time, and Karpenter would apply the budget at all times: correct it, or leave schedule and duration out"
		long = "Karpenter can read at most 2562047h: set a shorter duration"
	)
	scheduled := func(s string) v1alpha1.NodePoolSpec {
		return v1alpha1.NodePoolSpec{Disruption: v1alpha1.DisruptionSpec{Budgets: []v1alpha1.Budget{{Nodes: "0", Schedule: s, Duration: "1h"}}}}
	}
	unread := func(schedule, reason string) []string {
		return []string{fmt.Sprintf("%sdisruption.budgets[0].schedule: Invalid value: %q: Karpenter cannot read it: %s%s", path, schedule, reason, read)}
	}

	cases := map[string]struct {
		reason string
		args   v1alpha1.NodePoolSpec
		want   []string
	}{
		"Weekdays":     {reason: "Names of days may be a range.", args: scheduled("0 8 * * mon-fri")},
		"Weekend":      {reason: "Sunday is the first day of the week.", args: scheduled("0 0 * * sat,sun")},
		"Sunday":       {reason: "Sunday is 0.", args: scheduled("0 0 * * 0-6")},
		"Steps":        {reason: "Ranges may have steps.", args: scheduled("*/15 9-17/2 1,15 jan-jun ?")},
		"Macro":        {reason: "Macros are the same as five fields.", args: scheduled("@daily")},
		"LeapDay":      {reason: "A day that only leap years have is a day.", args: scheduled("0 0 29 2 *")},
		"DayOr":        {reason: "A day of the month or of the week is enough.", args: scheduled("0 0 30 2 mon")},
		"Descending":   {reason: "Saturday is 6 and Sunday is 0.", args: scheduled("0 0 * * sat-sun"), want: unread("0 0 * * sat-sun", "beginning of range (6) beyond end of range (0): sat-sun")},
		"SeventhDay":   {reason: "Unlike in other crons, 7 is no Sunday.", args: scheduled("30 10 * * 1-7"), want: unread("30 10 * * 1-7", "end of range (7) above maximum (6): 1-7")},
		"Minute":       {reason: "An hour has 60 minutes.", args: scheduled("99 99 * * *"), want: unread("99 99 * * *", "end of range (99) above maximum (59): 99")},
		"MonthZero":    {reason: "Months begin at 1.", args: scheduled("0 0 1 0 *"), want: unread("0 0 1 0 *", "beginning of range (0) below minimum (1): 0")},
		"Step":         {reason: "A step of zero never ends.", args: scheduled("*/0 * * * *"), want: unread("*/0 * * * *", "step of range should be a positive number: */0")},
		"Last":         {reason: "L is an extension of other crons.", args: scheduled("0 0 L * *"), want: unread("0 0 L * *", `failed to parse int from L: strconv.Atoi: parsing "L": invalid syntax`)},
		"Never":        {reason: "Karpenter takes a schedule that never occurs for one that always does.", args: scheduled("0 0 30 2 *"), want: []string{path + `disruption.budgets[0].schedule: Invalid value: "0 0 30 2 *": ` + none}},
		"Empty":        {reason: "A list without values never occurs.", args: scheduled("0 0 , * *"), want: []string{path + `disruption.budgets[0].schedule: Invalid value: "0 0 , * *": ` + none}},
		"NoMinute":     {reason: "A list without values never occurs.", args: scheduled(", * * * *"), want: []string{path + `disruption.budgets[0].schedule: Invalid value: ", * * * *": ` + none}},
		"LongDuration": {reason: "A duration of Go is at most 292 years.", args: v1alpha1.NodePoolSpec{ExpireAfter: "2562047h"}},
		"TooLong": {
			reason: "The patterns of the schema and of Karpenter don't limit durations.",
			args: v1alpha1.NodePoolSpec{
				ExpireAfter:            "2562048h",
				TerminationGracePeriod: "99999999999h",
				Disruption: v1alpha1.DisruptionSpec{
					ConsolidateAfter: "99999999999999999999s",
					Budgets:          []v1alpha1.Budget{{Nodes: "0", Schedule: "@daily", Duration: "2562048h"}},
				},
			},
			want: []string{
				path + `expireAfter: Invalid value: "2562048h": ` + long,
				path + `terminationGracePeriod: Invalid value: "99999999999h": ` + long,
				path + `disruption.consolidateAfter: Invalid value: "99999999999999999999s": ` + long,
				path + `disruption.budgets[0].duration: Invalid value: "2562048h": ` + long,
			},
		},
		"NoLimit": {reason: "Never is no duration.", args: v1alpha1.NodePoolSpec{ExpireAfter: "Never", Disruption: v1alpha1.DisruptionSpec{ConsolidateAfter: "Never"}}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			tc.args.Name, tc.args.NodeClassName = "default", "default"
			got := messages(changed(func(c *claim.Claim) { c.Spec.Karpenter.NodePools = []v1alpha1.NodePoolSpec{tc.args} }))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// FuzzSchedule has schedules of any form: none makes the library panic, or search for long.
func FuzzSchedule(f *testing.F) {
	for _, s := range []string{"0 8 * * mon-fri", "@daily", "0 0 30 2 *", "0 0 , * *", "*/0 * * * *", "TZ=", "@every 1h", "- / , ? *"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) {
		validateSchedule(s, nil)
	})
}
