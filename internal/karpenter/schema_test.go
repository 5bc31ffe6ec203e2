package karpenter

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/modules"
)

// samePatterns are fields of a NodePool in a claim, and where Karpenter has them.
var samePatterns = map[string]string{
	"expireAfter":                   "spec.template.spec.expireAfter",
	"terminationGracePeriod":        "spec.template.spec.terminationGracePeriod",
	"disruption.consolidateAfter":   "spec.disruption.consolidateAfter",
	"disruption.budgets[].nodes":    "spec.disruption.budgets[].nodes",
	"disruption.budgets[].duration": "spec.disruption.budgets[].duration",
}

// TestSamePatterns has the patterns of all releases of Karpenter that objects are checked
// against: what a claim accepts must not be refused in the cluster.
func TestSamePatterns(t *testing.T) {
	xrd, err := apis.Schema()
	if err != nil {
		t.Fatal(err)
	}
	const module = "github.com/aws/karpenter-provider-aws"
	for _, release := range modules.Releases(module) {
		m, err := modules.At(t.Context(), module, release)
		if err != nil {
			t.Fatal(err)
		}
		crd := nodePoolSchema(t, m)
		for own, theirs := range samePatterns {
			want, got := at(t, crd, theirs).Pattern, at(t, xrd, "spec.karpenter.nodePools[]."+own).Pattern
			if diff := cmp.Diff(want, got); diff != "" || got == "" {
				t.Errorf("the pattern of %s, and in Karpenter %s: -want, +got:\n%s", own, release, diff)
			}
		}
	}
}

// nodePoolSchema of a release of Karpenter.
func nodePoolSchema(t *testing.T, m modules.Module) apiextensionsv1.JSONSchemaProps {
	t.Helper()
	files, c, err := m.Files()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b, err := fs.ReadFile(files, "pkg/apis/crds/karpenter.sh_nodepools.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(b, &crd); err != nil {
		t.Fatal(err)
	}
	return *crd.Spec.Versions[0].Schema.OpenAPIV3Schema
}

// at a path of a schema.
func at(t *testing.T, s apiextensionsv1.JSONSchemaProps, path string) apiextensionsv1.JSONSchemaProps {
	t.Helper()
	for name := range strings.SplitSeq(path, ".") {
		name, list := strings.CutSuffix(name, "[]")
		next, ok := s.Properties[name]
		if !ok {
			t.Fatalf("there is no %s of %s", name, path)
		}
		if s = next; list {
			s = *next.Items.Schema
		}
	}
	return s
}
