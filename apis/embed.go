// Package apis is the Configuration package: the API, the Composition that
// serves it and what they need installed.
package apis

import (
	_ "embed"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"
)

//go:embed definition.yaml
var definition []byte

// Composition is the Composition, as YAML.
//
//go:embed composition.yaml
var Composition []byte

// Schema of composite resources and claims: that of the only version in the
// CompositeResourceDefinition.
func Schema() (apiextensionsv1.JSONSchemaProps, error) { return SchemaOf(definition) }

// SchemaOf a CompositeResourceDefinition, which must have one version.
func SchemaOf(definition []byte) (apiextensionsv1.JSONSchemaProps, error) {
	var xrd struct {
		Spec struct {
			Versions []struct {
				Schema struct {
					OpenAPIV3Schema apiextensionsv1.JSONSchemaProps `json:"openAPIV3Schema"`
				} `json:"schema"`
			} `json:"versions"`
		} `json:"spec"`
	}
	if err := yaml.Unmarshal(definition, &xrd); err != nil {
		return apiextensionsv1.JSONSchemaProps{}, errors.Wrap(err, "cannot parse definition")
	}
	if len(xrd.Spec.Versions) != 1 {
		return apiextensionsv1.JSONSchemaProps{}, errors.Errorf("cannot use definition with %d versions", len(xrd.Spec.Versions))
	}
	return xrd.Spec.Versions[0].Schema.OpenAPIV3Schema, nil
}
