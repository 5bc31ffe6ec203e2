package karpenter

import (
	sqs "github.com/upbound/provider-aws/v2/apis/namespaced/sqs/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// retentionSeconds of messages: an interrupted instance is terminated by then.
const retentionSeconds = 300.0

// interruptionQueue from which Karpenter reads that an instance is about to be interrupted.
func interruptionQueue(p platform.Plan) []compose.Resource {
	known := p.AccountKnown() || p.Exists(key.KarpenterQueue)
	return []compose.Resource{
		p.AWS(key.KarpenterQueue, &sqs.Queue{ObjectMeta: p.Recorded(key.KarpenterQueue, p.AccountKnown(), queueURL(p)), Spec: sqs.QueueSpec{ForProvider: sqs.QueueParameters{
			Region:                  new(p.Region),
			Name:                    new(QueueName(p)),
			MessageRetentionSeconds: new(retentionSeconds),
			SqsManagedSseEnabled:    new(true),
			Tags:                    p.Tags(),
		}}}).Needs(known, platform.AccountID),
		p.AWS(key.KarpenterQueuePolicy, &sqs.QueuePolicy{Spec: sqs.QueuePolicySpec{ForProvider: sqs.QueuePolicyParameters{
			Region:      new(p.Region),
			QueueURLRef: p.Ref(key.KarpenterQueue),
			Policy:      new(queuePolicy(queueARN(p)).JSON()),
		}}}).Needs(p.AccountKnown(), platform.AccountID, "spec.forProvider.policy"),
	}
}

// queueURL by which SQS identifies the queue, known before it's created:
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
func queueURL(p platform.Plan) string {
	return "https://" + aws.ServiceHost(p.Partition, "sqs", p.Region) + "/" + p.Facts.AccountID + "/" + QueueName(p)
}
