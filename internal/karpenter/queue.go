package karpenter

import (
	sqs "github.com/upbound/provider-aws/v2/apis/namespaced/sqs/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// retentionSeconds of messages: an instance that is to go is gone by then.
const retentionSeconds = 300.0

// interruptionQueue is where Karpenter learns that an instance is about to go.
func interruptionQueue(p platform.Plan) []compose.Resource {
	return []compose.Resource{
		p.AWS(platform.KeyKarpenterQueue, &sqs.Queue{Spec: sqs.QueueSpec{ForProvider: sqs.QueueParameters{
			Region:                  new(p.Spec.Region),
			Name:                    new(p.QueueName()),
			MessageRetentionSeconds: new(retentionSeconds),
			SqsManagedSseEnabled:    new(true),
			Tags:                    p.Tags(),
		}}}),
		p.AWS("karpenter-queue-policy", &sqs.QueuePolicy{Spec: sqs.QueuePolicySpec{ForProvider: sqs.QueuePolicyParameters{
			Region:      new(p.Spec.Region),
			QueueURLRef: p.Ref(platform.KeyKarpenterQueue),
			Policy:      new(queuePolicy(queueARN(p)).JSON()),
		}}}).Needs(p.AccountKnown(), platform.AccountID, "spec.forProvider.policy"),
	}
}
