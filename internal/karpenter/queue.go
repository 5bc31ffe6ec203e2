package karpenter

import (
	sqs "github.com/upbound/provider-aws/v2/apis/namespaced/sqs/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// retentionSeconds of messages: an interrupted instance is terminated by then.
const retentionSeconds = 300.0

// interruptionQueue from which Karpenter reads that an instance is about to be interrupted.
func interruptionQueue(p platform.Plan) []compose.Resource {
	return []compose.Resource{
		p.AWS(key.KarpenterQueue, &sqs.Queue{Spec: sqs.QueueSpec{ForProvider: sqs.QueueParameters{
			Region:                  new(p.Region),
			Name:                    new(QueueName(p)),
			MessageRetentionSeconds: new(retentionSeconds),
			SqsManagedSseEnabled:    new(true),
			Tags:                    p.Tags(),
		}}}),
		p.AWS(key.KarpenterQueuePolicy, &sqs.QueuePolicy{Spec: sqs.QueuePolicySpec{ForProvider: sqs.QueuePolicyParameters{
			Region:      new(p.Region),
			QueueURLRef: p.Ref(key.KarpenterQueue),
			Policy:      new(queuePolicy(queueARN(p)).JSON()),
		}}}).Needs(p.AccountKnown(), platform.AccountID, "spec.forProvider.policy"),
	}
}
