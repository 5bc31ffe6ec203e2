package karpenter

import (
	events "github.com/upbound/provider-aws/v2/apis/namespaced/cloudwatchevents/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// defaultBus is set explicitly, because the provider cannot identify a rule or a target
// without it.
const defaultBus = "default"

// interruptionRules send events of instances to the queue.
func interruptionRules(p platform.Plan) []compose.Resource {
	rs := make([]compose.Resource, 0, 2*len(interruptionEvents))
	for _, e := range interruptionEvents {
		rs = append(rs, rule(p, e), target(p, e))
	}
	return rs
}

func rule(p platform.Plan, e eventRule) compose.Resource {
	name := aws.Name(aws.LimitRule, p.ClusterName, "karpenter", e.key)
	return p.AWS(key.KarpenterRule(e.key), &events.Rule{ObjectMeta: platform.External(name), Spec: events.RuleSpec{ForProvider: events.RuleParameters{
		Region:       new(p.Region),
		EventBusName: new(defaultBus),
		Description:  new(e.description),
		EventPattern: new(e.pattern),
		// With a state instead, the provider finds a difference in every pass.
		IsEnabled: new(true),
		Tags:      p.Tags(),
	}}})
}

func target(p platform.Plan, e eventRule) compose.Resource {
	return p.AWS(key.KarpenterTarget(e.key), &events.Target{Spec: events.TargetSpec{ForProvider: events.TargetParameters{
		Region:       new(p.Region),
		EventBusName: new(defaultBus),
		RuleRef:      p.Ref(key.KarpenterRule(e.key)),
		TargetID:     new("KarpenterInterruptionQueueTarget"),
		Arn:          new(queueARN(p)),
	}}}).Refers(key.KarpenterQueue).Needs(p.AccountKnown(), platform.AccountID, "spec.forProvider.arn")
}
