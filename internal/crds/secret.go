package crds

import (
	"bytes"
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	runtimeschema "k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// secretKind is built into the API server and has no CRD.
var secretKind = runtimeschema.GroupVersionKind{Version: "v1", Kind: "Secret"}

// validateSecret as the API server does, with unknown fields as errors.
func validateSecret(obj map[string]any) field.ErrorList {
	errs := validateMeta(obj, extv1.NamespaceScoped)
	b, err := json.Marshal(obj)
	if err != nil {
		return append(errs, field.InternalError(nil, err))
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var s corev1.Secret
	if err := d.Decode(&s); err != nil {
		return append(errs, field.Invalid(field.NewPath("data"), field.OmitValueType{}, err.Error()))
	}
	errs = append(errs, metav1validation.ValidateLabels(s.Labels, field.NewPath("metadata", "labels"))...)
	total := 0
	for k, v := range s.Data {
		total += len(v)
		for _, m := range validation.IsConfigMapKey(k) {
			errs = append(errs, field.Invalid(field.NewPath("data").Key(k), k, m))
		}
	}
	if total > corev1.MaxSecretSize {
		errs = append(errs, field.TooLong(field.NewPath("data"), field.OmitValueType{}, corev1.MaxSecretSize))
	}
	return errs
}
