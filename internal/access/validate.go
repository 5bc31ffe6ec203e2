package access

import (
	"strings"

	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

// Validate spec.access.
func Validate(c claim.Claim) field.ErrorList {
	return append(validateAdmins(c), validateArgoCD(c, field.NewPath("spec", "access", "argoCD"))...)
}

// serviceLinked is the path of roles that AWS services use.
const serviceLinked = "role/aws-service-role/"

// validateAdmins, of which each must be a principal for which EKS creates an access entry. The
// path of a role is part of its ARN, and the account may be another one:
// https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
func validateAdmins(c claim.Claim) field.ErrorList {
	var errs field.ErrorList
	seen := make(map[string]string)
	for i, s := range c.Spec.Access.Admins {
		p := claim.AdminsPath().Index(i)
		arn, ok := aws.ParseARN(s)
		if !ok {
			continue // The schema reports it.
		}
		name := aws.PrincipalName(arn)
		switch kind, _, _ := strings.Cut(arn.Resource, "/"); {
		case c.Region.Partition != "" && arn.Partition != c.Region.Partition:
			errs = append(errs, field.Invalid(p, s, "region "+c.Spec.Region+" is in partition "+c.Region.Partition+", which has principals of its own: use one of arn:"+c.Region.Partition))
		case strings.HasPrefix(arn.Resource, serviceLinked):
			errs = append(errs, field.Invalid(p, s, "is a service-linked role, for which EKS creates no access entry: use a role that people assume"))
		case name == "":
			errs = append(errs, field.Invalid(p, s, "must end with the name of the role or user"))
		default:
			id := strings.ToLower(arn.Account + kind + "/" + name)
			if first := seen[id]; first != "" && first != s {
				errs = append(errs, field.Invalid(p, s, "an account has only one "+kind+" "+name+", and another entry is "+first+": leave one of them out"))
			}
			seen[id] = s
		}
	}
	return errs
}

// validateArgoCD, which must exist, and be able to read its Secret.
func validateArgoCD(c claim.Claim, path *field.Path) field.ErrorList {
	a, f := c.Spec.Access.ArgoCD, c.Fences.ArgoCD
	errs := metav1validation.ValidateLabels(a.Labels, path.Child("labels"))
	for _, k := range claim.Sorted(a.Labels) {
		if strings.HasPrefix(k, "argocd.argoproj.io/") {
			errs = append(errs, field.Forbidden(path.Child("labels").Key(k), "is set by the platform: leave it out"))
		}
	}
	switch {
	case !a.Enabled:
	case f == nil:
		errs = append(errs, field.Forbidden(path.Child("enabled"), "the platform team names no Argo CD: leave it out"))
	case c.Namespaced && f.Namespace != c.Namespace:
		errs = append(errs, field.Forbidden(path.Child("enabled"), "Argo CD looks for clusters in namespace "+f.Namespace+", and a namespaced composite resource composes only in its own: create it in that namespace, or leave it out"))
	}
	return errs
}
