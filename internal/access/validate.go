package access

import (
	"strings"

	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

// Validate spec.access: Argo CD must exist, and be able to read its Secret.
func Validate(c claim.Claim) field.ErrorList {
	path := field.NewPath("spec", "access", "argoCD")
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
