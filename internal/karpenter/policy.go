package karpenter

import (
	"github.com/Masterminds/semver/v3"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws/iam"
)

// A scope is what the controller's permissions are limited to.
type scope struct {
	// partition of the region: aws, aws-cn or aws-us-gov.
	partition string

	// region of the cluster, for example eu-west-3.
	region string

	// account that owns the cluster: 12 digits.
	account string

	// cluster is the EKS cluster's name, up to 100 characters.
	cluster string

	// nodeRoleARN is the ARN of the role the controller may give to nodes.
	nodeRoleARN string

	// queueARN is the ARN of the interruption queue. Only read if interruption
	// is set.
	queueARN string

	// version of the chart.
	version *semver.Version

	// interruption is whether the controller reads the interruption queue.
	interruption bool
}

// A controllerPolicy is one of the policies of the controller's role.
type controllerPolicy struct {
	// key names the policy in kebab-case, for example node-lifecycle. It is
	// part of names that must never change.
	key string

	// title names the policy as the official template does, for example
	// NodeLifecycle of KarpenterControllerNodeLifecyclePolicy.
	title string

	document iam.Document
}

// controllerPolicies returns the policies of the controller's role: the
// statements of the official template, in its order, for the chart's version:
// https://karpenter.sh/docs/reference/cloudformation/#controller-authorization
//
// They are several because a single document with all statements exceeds IAM's
// limit for slightly longer cluster names. The official policy ZonalShift is
// missing, because settings.enableZonalShift is never set.
func controllerPolicies(s scope) []controllerPolicy {
	ps := []controllerPolicy{
		{key: "node-lifecycle", title: "NodeLifecycle", document: s.nodeLifecycle()},
		{key: "iam-integration", title: "IAMIntegration", document: s.iamIntegration()},
		{key: "eks-integration", title: "EKSIntegration", document: s.eksIntegration()},
	}
	if s.interruption {
		ps = append(ps, controllerPolicy{key: "interruption", title: "Interruption", document: s.interruptionQueue()})
	}
	return append(ps, controllerPolicy{key: "resource-discovery", title: "ResourceDiscovery", document: s.resourceDiscovery()})
}

// Tags that identify the owner of a resource. The controller sets them on
// everything it creates, and may change nothing without them.
const (
	tagEKSCluster = "eks:eks-cluster-name"
	tagNodePool   = "karpenter.sh/nodepool"
	tagNodeClass  = "karpenter.k8s.aws/ec2nodeclass"
	tagRegion     = "topology.kubernetes.io/region"
)

// Condition keys of the tags a request sets, and of those a resource has.
const (
	requestTag  = "aws:RequestTag/"
	resourceTag = "aws:ResourceTag/"
)

// nodeLifecycle lets the controller launch, tag and terminate this cluster's
// instances.
func (s scope) nodeLifecycle() iam.Document {
	created := s.ec2("*:fleet/*", "*:instance/*", "*:volume/*", "*:network-interface/*", "*:launch-template/*", "*:spot-instances-request/*")
	launched := iam.Conditions{
		"StringEquals": {requestTag + s.tagCluster(): {"owned"}, requestTag + tagEKSCluster: {s.cluster}},
		"StringLike":   {requestTag + tagNodePool: {"*"}},
	}
	owned := iam.Conditions{
		"StringEquals": {resourceTag + s.tagCluster(): {"owned"}},
		"StringLike":   {resourceTag + tagNodePool: {"*"}},
	}

	return iam.Document{Statements: []iam.Statement{
		{
			Sid:       "AllowScopedEC2InstanceAccessActions",
			Actions:   []string{"ec2:RunInstances", "ec2:CreateFleet"},
			Resources: s.ec2(granted(launchInputs, s.version)...),
		},
		{
			Sid:        "AllowScopedEC2LaunchTemplateAccessActions",
			Actions:    []string{"ec2:RunInstances", "ec2:CreateFleet"},
			Resources:  s.ec2("*:launch-template/*"),
			Conditions: owned,
		},
		{
			Sid:        "AllowScopedEC2InstanceActionsWithTags",
			Actions:    []string{"ec2:RunInstances", "ec2:CreateFleet", "ec2:CreateLaunchTemplate"},
			Resources:  created,
			Conditions: launched,
		},
		{
			Sid:       "AllowScopedResourceCreationTagging",
			Actions:   []string{"ec2:CreateTags"},
			Resources: created,
			Conditions: iam.Conditions{
				"StringEquals": {
					requestTag + s.tagCluster(): {"owned"},
					requestTag + tagEKSCluster:  {s.cluster},
					"ec2:CreateAction":          {"RunInstances", "CreateFleet", "CreateLaunchTemplate"},
				},
				"StringLike": {requestTag + tagNodePool: {"*"}},
			},
		},
		{
			Sid:       "AllowScopedResourceTagging",
			Actions:   []string{"ec2:CreateTags"},
			Resources: s.ec2("*:instance/*"),
			Conditions: iam.Conditions{
				"StringEquals":              {resourceTag + s.tagCluster(): {"owned"}},
				"StringLike":                {resourceTag + tagNodePool: {"*"}},
				"StringEqualsIfExists":      {requestTag + tagEKSCluster: {s.cluster}},
				"ForAllValues:StringEquals": {"aws:TagKeys": {tagEKSCluster, "karpenter.sh/nodeclaim", "Name"}},
			},
		},
		{
			Sid:        "AllowScopedDeletion",
			Actions:    []string{"ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"},
			Resources:  s.ec2("*:instance/*", "*:launch-template/*"),
			Conditions: owned,
		},
	}}
}

// iamIntegration lets the controller give nodes their role, by instance profiles
// of its own.
func (s scope) iamIntegration() iam.Document {
	return iam.Document{Statements: []iam.Statement{
		{
			Sid:       "AllowPassingInstanceRole",
			Actions:   []string{"iam:PassRole"},
			Resources: []string{s.nodeRoleARN},
			Conditions: iam.Conditions{"StringEquals": {
				// In China, EC2 has either name.
				"iam:PassedToService": {"ec2.amazonaws.com", "ec2.amazonaws.com.cn"},
			}},
		},
		{
			Sid:       "AllowScopedInstanceProfileCreationActions",
			Actions:   []string{"iam:CreateInstanceProfile"},
			Resources: s.instanceProfiles(),
			Conditions: iam.Conditions{
				"StringEquals": {
					requestTag + s.tagCluster(): {"owned"},
					requestTag + tagEKSCluster:  {s.cluster},
					requestTag + tagRegion:      {s.region},
				},
				"StringLike": {requestTag + tagNodeClass: {"*"}},
			},
		},
		{
			Sid:       "AllowScopedInstanceProfileTagActions",
			Actions:   []string{"iam:TagInstanceProfile"},
			Resources: s.instanceProfiles(),
			Conditions: iam.Conditions{
				"StringEquals": {
					resourceTag + s.tagCluster(): {"owned"},
					resourceTag + tagRegion:      {s.region},
					requestTag + s.tagCluster():  {"owned"},
					requestTag + tagEKSCluster:   {s.cluster},
					requestTag + tagRegion:       {s.region},
				},
				"StringLike": {resourceTag + tagNodeClass: {"*"}, requestTag + tagNodeClass: {"*"}},
			},
		},
		{
			Sid:       "AllowScopedInstanceProfileActions",
			Actions:   []string{"iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"},
			Resources: s.instanceProfiles(),
			Conditions: iam.Conditions{
				"StringEquals": {resourceTag + s.tagCluster(): {"owned"}, resourceTag + tagRegion: {s.region}},
				"StringLike":   {resourceTag + tagNodeClass: {"*"}},
			},
		},
	}}
}

// eksIntegration lets the controller find the API server.
func (s scope) eksIntegration() iam.Document {
	return iam.Document{Statements: []iam.Statement{{
		Sid:       "AllowAPIServerEndpointDiscovery",
		Actions:   []string{"eks:DescribeCluster"},
		Resources: []string{"arn:" + s.partition + ":eks:" + s.region + ":" + s.account + ":cluster/" + s.cluster},
	}}}
}

// interruptionQueue lets the controller read the interruption queue.
func (s scope) interruptionQueue() iam.Document {
	return iam.Document{Statements: []iam.Statement{{
		Sid:       "AllowInterruptionQueueActions",
		Actions:   []string{"sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"},
		Resources: []string{s.queueARN},
	}}}
}

// resourceDiscovery lets the controller read instance types, prices, images and
// other resources to choose from. The two statements about instance profiles
// are needed even where the controller creates none: without them an
// EC2NodeClass is never deleted.
func (s scope) resourceDiscovery() iam.Document {
	return iam.Document{Statements: []iam.Statement{
		{
			Sid:        "AllowRegionalReadActions",
			Actions:    granted(regionalReads, s.version),
			Resources:  []string{"*"},
			Conditions: iam.Conditions{"StringEquals": {"aws:RequestedRegion": {s.region}}},
		},
		{
			Sid:       "AllowSSMReadActions",
			Actions:   []string{"ssm:GetParameter"},
			Resources: []string{"arn:" + s.partition + ":ssm:" + s.region + "::parameter/aws/service/*"},
		},
		{
			Sid:       "AllowPricingReadActions",
			Actions:   []string{"pricing:GetProducts"},
			Resources: []string{"*"},
		},
		{
			Sid:       "AllowUnscopedInstanceProfileListAction",
			Actions:   []string{"iam:ListInstanceProfiles"},
			Resources: []string{"*"},
		},
		{
			Sid:       "AllowInstanceProfileReadActions",
			Actions:   []string{"iam:GetInstanceProfile"},
			Resources: s.instanceProfiles(),
		},
	}}
}

// queuePolicy returns the policy of the interruption queue: EventBridge may send to it,
// and requests without TLS are denied. It is the official one:
// https://karpenter.sh/docs/reference/cloudformation/#karpenterinterruptionqueuepolicy
func queuePolicy(queueARN string) iam.Document {
	return iam.Document{ID: "EC2InterruptionPolicy", Statements: []iam.Statement{
		{
			Principal: iam.Principal{Service: []string{"events.amazonaws.com", "sqs.amazonaws.com"}},
			Actions:   []string{"sqs:SendMessage"},
			Resources: []string{queueARN},
		},
		{
			Sid:        "DenyHTTP",
			Effect:     iam.Deny,
			Principal:  iam.Principal{Any: true},
			Actions:    []string{"sqs:*"},
			Resources:  []string{queueARN},
			Conditions: iam.Conditions{"Bool": {"aws:SecureTransport": {"false"}}},
		},
	}}
}

// tagCluster is the key of the tag that names the cluster that owns a resource.
func (s scope) tagCluster() string {
	return "kubernetes.io/cluster/" + s.cluster
}

// ec2 returns ARNs of EC2 in the scope's region, from their parts after the
// account. The account is *, as in the official policies: shared subnets and
// images can belong to another account.
func (s scope) ec2(parts ...string) []string {
	arns := make([]string, 0, len(parts))
	for _, p := range parts {
		arns = append(arns, "arn:"+s.partition+":ec2:"+s.region+":"+p)
	}
	return arns
}

// instanceProfiles is the ARN of all of the account's instance profiles: the
// controller chooses their names, and conditions on tags limit its access.
func (s scope) instanceProfiles() []string {
	return []string{"arn:" + s.partition + ":iam::" + s.account + ":instance-profile/*"}
}
