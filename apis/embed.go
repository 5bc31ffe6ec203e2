// Package apis is the Configuration package: the API, the Composition that
// serves it and what they need installed.
package apis

import _ "embed"

// Definition is the CompositeResourceDefinition, as YAML.
//
//go:embed definition.yaml
var Definition []byte

// Composition is the Composition, as YAML.
//
//go:embed composition.yaml
var Composition []byte
