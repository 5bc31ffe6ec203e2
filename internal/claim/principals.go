package claim

import (
	"cmp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
)

// AdminsPath is the field with the administrators of a cluster.
func AdminsPath() *field.Path { return field.NewPath("spec", "access", "admins") }

// ValidateNodeRole of a platform, by its name in AWS. EKS allows one access entry for each
// principal, and has one for the role of nodes, so it cannot be an administrator:
// https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
func ValidateNodeRole(c Claim, name string) field.ErrorList {
	var errs field.ErrorList
	for i, arn := range c.Spec.Access.Admins {
		if c.IsOwnRole(arn, name) {
			errs = append(errs, field.Invalid(AdminsPath().Index(i), arn, "is the role of the platform's nodes, which EKS lets join the cluster and nothing else: use another role"))
		}
	}
	return errs
}

// IsOwnRole reports whether an ARN is that of the role with a name in the platform's account.
// It isn't known without the account.
func (c Claim) IsOwnRole(arn, name string) bool {
	a, ok := aws.ParseARN(arn)
	return ok && a.Account == cmp.Or(c.Spec.AccountID, c.Fences.AccountID) && strings.HasPrefix(a.Resource, "role/") && strings.EqualFold(aws.PrincipalName(a), name)
}
