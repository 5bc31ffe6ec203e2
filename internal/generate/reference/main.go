// Command reference writes the reference documents: a table of every field of the API and
// one of the platform team's fences, in English and in French.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis"
)

// fencesCRD is generated from the Go types of the function's input.
const fencesCRD = "package/input/seafarer-cluster.fn.platform.seafarer.cloud_fences.yaml"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: reference FOLDER")
		os.Exit(2)
	}
	if err := generate(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// generate all documents into a folder. They are written even if the translation is
// incomplete, which is an error.
func generate(folder string) error {
	ds, incomplete := documents(fencesCRD)
	for name, d := range ds {
		if err := os.WriteFile(filepath.Join(folder, name), d, 0o600); err != nil { //nolint:gosec // The path is an argument of the command.
			return errors.Wrap(err, "cannot write")
		}
	}
	return incomplete
}

// documents by file name, with the fences of a CRD.
func documents(crd string) (map[string][]byte, error) {
	api, err := apis.Schema()
	if err != nil {
		return nil, err
	}
	fences, err := fencesSchema(crd)
	if err != nil {
		return nil, err
	}
	tr, err := loadTranslation()
	if err != nil {
		return nil, err
	}
	schemas := map[string]apiextensionsv1.JSONSchemaProps{"spec": api.Properties["spec"], "status": api.Properties["status"], "fences": fences}
	en, fr := newPrinter(english, nil), newPrinter(french, tr)
	ds := map[string][]byte{
		"reference.md":    append(en.document(english.reference, schemas, "spec", "status"), en.versions()...),
		"reference.fr.md": append(fr.document(french.reference, schemas, "spec", "status"), fr.versions()...),
		"fences.md":       en.document(english.fences, schemas, "fences"),
		"fences.fr.md":    fr.document(french.fences, schemas, "fences"),
	}
	return ds, tr.check()
}

// fencesSchema is the schema of the function's input, without the fields of every
// Kubernetes object.
func fencesSchema(path string) (apiextensionsv1.JSONSchemaProps, error) {
	b, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return apiextensionsv1.JSONSchemaProps{}, errors.Wrap(err, "cannot read CRD")
	}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.Unmarshal(b, crd); err != nil {
		return apiextensionsv1.JSONSchemaProps{}, errors.Wrap(err, "cannot parse CRD")
	}
	s := *crd.Spec.Versions[0].Schema.OpenAPIV3Schema
	for _, f := range []string{"apiVersion", "kind", "metadata"} {
		delete(s.Properties, f)
	}
	return s, nil
}
