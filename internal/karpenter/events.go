package karpenter

import "encoding/json"

// An eventRule is an EventBridge rule on the default event bus that sends to the
// interruption queue.
type eventRule struct {
	// key names the rule in kebab-case, for example spot-interruption. It is
	// part of names that must never change.
	key string

	// title names the rule as the official template does, for example
	// SpotInterruption.
	title string

	// description for people, up to EventBridge's 512 characters.
	description string

	// pattern of the events, as JSON without white space.
	pattern string
}

// interruptionEvents are the events that the controller reads. All of them
// announce that an instance stops or has stopped:
// https://karpenter.sh/docs/reference/cloudformation/#rules
//
// Charts support the last one since 1.10. Older charts delete unknown messages from the
// queue, so the rule does no harm, and an upgrade of the chart needs no new rule.
var interruptionEvents = []eventRule{
	{
		key:         "scheduled-change",
		title:       "ScheduledChange",
		description: "AWS Health events, for Karpenter",
		pattern:     eventPattern("aws.health", "AWS Health Event"),
	},
	{
		key:         "spot-interruption",
		title:       "SpotInterruption",
		description: "EC2 Spot instance interruption warnings, for Karpenter",
		pattern:     eventPattern("aws.ec2", "EC2 Spot Instance Interruption Warning"),
	},
	{
		key:         "rebalance",
		title:       "Rebalance",
		description: "EC2 instance rebalance recommendations, for Karpenter",
		pattern:     eventPattern("aws.ec2", "EC2 Instance Rebalance Recommendation"),
	},
	{
		key:         "instance-state-change",
		title:       "InstanceStateChange",
		description: "EC2 instance state-change notifications, for Karpenter",
		pattern:     eventPattern("aws.ec2", "EC2 Instance State-change Notification"),
	},
	{
		key:         "capacity-reservation-interruption",
		title:       "CapacityReservationInterruption",
		description: "EC2 capacity reservation interruption warnings, for Karpenter",
		pattern:     eventPattern("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
	},
}

// eventPattern returns the pattern of one type of events of one source:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
func eventPattern(source, detailType string) string {
	b, _ := json.Marshal(struct { //nolint:errchkjson // There are only strings to encode.
		Source     []string `json:"source"`
		DetailType []string `json:"detail-type"`
	}{[]string{source}, []string{detailType}})

	return string(b)
}
