// Package render does Crossplane's part for one platform: it makes the composite
// resource of the manifest that a user applies, and the request that Crossplane would
// send to the function.
package render

import (
	"bytes"
	"cmp"
	"io"

	"k8s.io/apimachinery/pkg/util/yaml"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
)

// DefaultNamespace of a claim without one, as in kubectl.
const DefaultNamespace = "default"

// claimFields of a spec are not copied to the composite resource.
var claimFields = []string{"compositeDeletePolicy", "resourceRef", "writeConnectionSecretToRef"}

// Composite reads a manifest, as YAML or JSON, and returns the composite resource that
// the Composition is for. A Composition for the claim's kind is for namespaced composite
// resources, which need no claim; otherwise Crossplane makes the composite resource from
// the claim. A composite resource is returned as it is.
func Composite(manifest, composition []byte) (map[string]any, error) {
	obj, err := applied(manifest)
	if err != nil {
		return nil, err
	}
	c, err := readComposition(composition)
	if err != nil {
		return nil, err
	}
	switch of := c.compositeKind(); {
	case of == v1alpha1.ClaimKind && obj["kind"] == of:
		return namespaced(obj)
	case of == v1alpha1.CompositeKind && obj["kind"] == of:
		return obj, nil
	case of == v1alpha1.CompositeKind:
		return composite(obj)
	default:
		return nil, errors.Errorf("cannot render a %s with a Composition for kind %q: give another Composition", obj["kind"], of)
	}
}

// applied is the only object of a manifest, of one of our kinds.
func applied(manifest []byte) (map[string]any, error) {
	docs, err := documents(manifest)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, errors.Errorf("cannot render %d objects at once: give one %s", len(docs), v1alpha1.ClaimKind)
	}
	obj := docs[0]
	if obj["apiVersion"] != v1alpha1.APIVersion {
		return nil, errors.Errorf("cannot render an object of apiVersion %q: give a %s of %s", obj["apiVersion"], v1alpha1.ClaimKind, v1alpha1.APIVersion)
	}
	if obj["kind"] != v1alpha1.CompositeKind && obj["kind"] != v1alpha1.ClaimKind {
		return nil, errors.Errorf("cannot render an object of kind %q: give a %s", obj["kind"], v1alpha1.ClaimKind)
	}
	return obj, nil
}

// named object in a namespace, which defaults to that of kubectl.
func named(obj map[string]any) (name, namespace string, err error) {
	meta, _ := obj["metadata"].(map[string]any)
	if name, _ = meta["name"].(string); name == "" {
		return "", "", errors.Errorf("cannot render a %s without metadata.name: set it", v1alpha1.ClaimKind)
	}
	namespace, _ = meta["namespace"].(string)
	return name, cmp.Or(namespace, DefaultNamespace), nil
}

// namespaced composite resource, as it is applied.
func namespaced(obj map[string]any) (map[string]any, error) {
	_, namespace, err := named(obj)
	if err != nil {
		return nil, err
	}
	meta, _ := obj["metadata"].(map[string]any)
	meta["namespace"] = namespace
	return obj, nil
}

// composite resource of a claim. Crossplane names it after the claim with a random
// suffix, which is left out here: nothing may depend on it.
func composite(claim map[string]any) (map[string]any, error) {
	name, namespace, err := named(claim)
	if err != nil {
		return nil, err
	}
	spec := make(map[string]any)
	if s, ok := claim["spec"].(map[string]any); ok {
		spec = s
	}
	for _, f := range claimFields {
		delete(spec, f)
	}
	spec["claimRef"] = map[string]any{
		"apiVersion": v1alpha1.APIVersion,
		"kind":       v1alpha1.ClaimKind,
		"name":       name,
		"namespace":  namespace,
	}
	return map[string]any{
		"apiVersion": v1alpha1.APIVersion,
		"kind":       v1alpha1.CompositeKind,
		"metadata": map[string]any{
			"name":   name,
			"labels": map[string]any{"crossplane.io/claim-name": name, "crossplane.io/claim-namespace": namespace},
		},
		"spec": spec,
	}, nil
}

// A SyntaxError is that of a file that isn't YAML.
type SyntaxError struct {
	err error
}

// Error of the parser, whose lines count from the start of a document.
func (s *SyntaxError) Error() string { return "cannot parse YAML: " + s.err.Error() }

// Unwrap the error of the parser.
func (s *SyntaxError) Unwrap() error { return s.err }

// documents of a YAML stream that are not empty.
func documents(stream []byte) ([]map[string]any, error) {
	var docs []map[string]any
	r := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(stream)))
	defer r.Close() //nolint:errcheck // It reads from memory.
	buf := make([]byte, len(stream)+1)
	for {
		n, err := r.Read(buf)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, errors.Wrap(err, "cannot read YAML")
		}
		var doc map[string]any
		if err := sigsyaml.UnmarshalStrict(buf[:n], &doc); err != nil {
			return nil, &SyntaxError{err: err}
		}
		if len(doc) > 0 {
			docs = append(docs, doc)
		}
	}
}
