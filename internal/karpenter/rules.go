package karpenter

import (
	events "github.com/upbound/provider-aws/v2/apis/namespaced/cloudwatchevents/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// defaultBus is written out, because the provider cannot identify a rule or a
// target without it.
const defaultBus = "default"

// interruptionRules send what happens to instances to the queue.
func interruptionRules(p platform.Plan) []compose.Resource {
	rs := make([]compose.Resource, 0, 2*len(interruptionEvents))
	for _, e := range interruptionEvents {
		rs = append(rs, rule(p, e), target(p, e))
	}
	return rs
}

func (e eventRule) resourceKey() compose.Key { return compose.Key("karpenter-rule-" + e.key) }

func rule(p platform.Plan, e eventRule) compose.Resource {
	name := aws.Name(aws.LimitRule, p.Spec.ClusterName, "karpenter", e.key)
	return p.AWS(e.resourceKey(), &events.Rule{ObjectMeta: platform.External(name), Spec: events.RuleSpec{ForProvider: events.RuleParameters{
		Region:       new(p.Spec.Region),
		EventBusName: new(defaultBus),
		Description:  new(e.description),
		EventPattern: new(e.pattern),
		// The provider sees no end of changes to a rule that has a state instead.
		IsEnabled: new(true),
		Tags:      p.Tags(),
	}}})
}

func target(p platform.Plan, e eventRule) compose.Resource {
	return p.AWS(e.resourceKey()+"-target", &events.Target{Spec: events.TargetSpec{ForProvider: events.TargetParameters{
		Region:       new(p.Spec.Region),
		EventBusName: new(defaultBus),
		RuleRef:      p.Ref(e.resourceKey()),
		TargetID:     new("KarpenterInterruptionQueueTarget"),
		Arn:          new(queueARN(p)),
	}}}).Refers(platform.KeyKarpenterQueue).Needs(p.AccountKnown(), platform.AccountID, "spec.forProvider.arn")
}
