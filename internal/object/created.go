package object

import "github.com/crossplane/crossplane-runtime/v2/pkg/meta"

// reasonCreateFailed is the reason of a condition of providers generated from Terraform:
// an asynchronous creation failed.
const reasonCreateFailed = "AsyncCreateFailure"

// Created reports whether the external resource was created, or is being created. The
// object's metadata counts as well, because an object that is restored from a backup has
// no status.
func (o Object) Created() bool {
	if o.String("status.atProvider.id") != "" {
		return true
	}
	for _, c := range o.Value("status.conditions").GetListValue().GetValues() {
		if c.GetStructValue().GetFields()["reason"].GetStringValue() == reasonCreateFailed {
			return false
		}
	}
	return o.Annotation(meta.AnnotationKeyExternalCreateSucceeded) != ""
}
