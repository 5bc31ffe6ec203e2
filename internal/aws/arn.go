package aws

import (
	"strings"
)

// An ARN is an Amazon Resource Name:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
type ARN struct {
	Partition string
	Service   string
	Region    string
	Account   string
	Resource  string
}

// String is the ARN as AWS spells it.
func (a ARN) String() string {
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.Account, a.Resource}, ":")
}

// ParseARN reads an ARN. It's not ok if s isn't an ARN.
func ParseARN(s string) (ARN, bool) {
	f := strings.SplitN(s, ":", 6)
	if len(f) != 6 || f[0] != "arn" || f[1] == "" || f[2] == "" || f[5] == "" {
		return ARN{}, false
	}
	return ARN{Partition: f[1], Service: f[2], Region: f[3], Account: f[4], Resource: f[5]}, true
}

// PrincipalName is the name of an IAM role or user, without its path. All paths of an account
// share the names, whose case IAM ignores:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func PrincipalName(a ARN) string { return a.Resource[strings.LastIndex(a.Resource, "/")+1:] }

// ManagedPolicy is the ARN of an IAM policy that AWS manages, by its path and
// name, such as AmazonEKS_CNI_Policy.
func ManagedPolicy(partition, name string) string {
	return ARN{Partition: partition, Service: "iam", Account: "aws", Resource: "policy/" + name}.String()
}

// AccessPolicy is the ARN of an EKS access policy, by its name:
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
func AccessPolicy(partition, name string) string {
	return ARN{Partition: partition, Service: "eks", Account: "aws", Resource: "cluster-access-policy/" + name}.String()
}

// IsAccountID reports whether s is the id of an AWS account: twelve digits.
func IsAccountID(s string) bool {
	if len(s) != 12 {
		return false
	}
	return strings.Trim(s, "0123456789") == ""
}

const partitionChina = "aws-cn"

// EC2Principal is the service that roles of instances trust. EC2 has a name of
// its own in China.
func EC2Principal(partition string) string {
	if partition == partitionChina {
		return "ec2.amazonaws.com.cn"
	}
	return "ec2.amazonaws.com"
}

// ServiceHost is the name of the host of a service's API in a region.
func ServiceHost(partition, service, region string) string {
	suffix := ".amazonaws.com"
	if partition == partitionChina {
		suffix += ".cn"
	}
	return service + "." + region + suffix
}
