package karpenter

import (
	"time"

	"github.com/robfig/cron/v3"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
)

// validateTimes of a NodePool: its durations, and the schedules of its budgets.
func validateTimes(np v1alpha1.NodePoolSpec, p *field.Path) field.ErrorList {
	disruption := p.Child("disruption")
	errs := validateDuration(np.ExpireAfter, p.Child("expireAfter"))
	errs = append(errs, validateDuration(np.TerminationGracePeriod, p.Child("terminationGracePeriod"))...)
	errs = append(errs, validateDuration(np.Disruption.ConsolidateAfter, disruption.Child("consolidateAfter"))...)
	for i, b := range np.Disruption.Budgets {
		budget := disruption.Child("budgets").Index(i)
		errs = append(errs, validateDuration(b.Duration, budget.Child("duration"))...)
		errs = append(errs, validateSchedule(b.Schedule, budget.Child("schedule"))...)
	}
	return errs
}

// validateDuration that has the format of the schema, which doesn't limit its length. While
// one NodePool has a duration that Go cannot represent, Karpenter can list none of them.
func validateDuration(s string, p *field.Path) field.ErrorList {
	if s == "" || s == "Never" {
		return nil
	}
	if _, err := time.ParseDuration(s); err != nil {
		return field.ErrorList{field.Invalid(p, s, "Karpenter can read at most 2562047h: set a shorter duration")}
	}
	return nil
}

// validateSchedule of a budget with the library and the time zone that Karpenter uses. While
// Karpenter cannot read a schedule, it disrupts no node of the NodePool:
// https://github.com/kubernetes-sigs/karpenter/blob/main/pkg/apis/v1/nodepool.go
func validateSchedule(s string, p *field.Path) field.ErrorList {
	if s == "" {
		return nil
	}
	schedule, err := cron.ParseStandard("TZ=UTC " + s)
	if err != nil {
		return field.ErrorList{field.Invalid(p, s, "Karpenter cannot read it: "+err.Error()+": use ascending ranges, and 0 (Sunday) to 6 for days of the week, such as 1-5 or sat,sun")}
	}
	if !occurs(schedule) {
		return field.ErrorList{field.Invalid(p, s, "there is no such time, and Karpenter would apply the budget at all times: correct it, or leave schedule and duration out")}
	}
	return nil
}

// occurs reports whether a schedule ever begins. The library searches five years, minute by
// minute if the schedule has none, such as in ", * * * *".
func occurs(schedule cron.Schedule) bool {
	if s, ok := schedule.(*cron.SpecSchedule); ok && (s.Minute == 0 || s.Hour == 0) {
		return false
	}
	return !schedule.Next(time.Unix(0, 0)).IsZero()
}
