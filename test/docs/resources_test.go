package docs

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/modules"
)

// A resource in kubectl's sense: a kind.
type resource struct {
	namespaced bool

	// schema of its objects, or nil if its fields aren't checked.
	schema *apiextensionsv1.JSONSchemaProps

	// conditions of its objects, or nil if they aren't checked.
	conditions []string
}

// builtIn resources of Kubernetes that documents use, and the category of all managed
// resources.
var builtIn = map[string]resource{
	"deployment": {namespaced: true},
	"managed":    {namespaced: true},
	"namespace":  {},
	"pods":       {namespaced: true},
}

// crdFolders are the folders with the CRDs of modules, and the groups that documents use.
var crdFolders = []struct {
	module string
	folder string
	groups []string
}{
	{"github.com/upbound/provider-aws/v2", "package/crds", []string{
		"aws.m.upbound.io", "cloudwatchevents.aws.m.upbound.io", "cloudwatchlogs.aws.m.upbound.io", "ec2.aws.m.upbound.io",
		"eks.aws.m.upbound.io", "iam.aws.m.upbound.io", "kms.aws.m.upbound.io", "sqs.aws.m.upbound.io",
	}},
	{"github.com/crossplane-contrib/provider-helm", "package/crds", []string{"helm.m.crossplane.io"}},
	{"github.com/crossplane-contrib/provider-kubernetes", "package/crds", []string{"kubernetes.m.crossplane.io"}},
	{"github.com/crossplane/crossplane/v2", "cluster/crds", []string{"apiextensions.crossplane.io", "pkg.crossplane.io", "protection.crossplane.io"}},
	{"github.com/aws/karpenter-provider-aws", "pkg/apis/crds", []string{"karpenter.sh", "karpenter.k8s.aws"}},
}

// crdFiles are the paths of CRDs, by the plural and group that their file names have.
var crdFiles = sync.OnceValues(func() (map[string]string, error) {
	files := make(map[string]string)
	for _, f := range crdFolders {
		m, err := modules.Find(context.Background(), "", f.module)
		if err != nil {
			return nil, err
		}
		for _, g := range f.groups {
			paths, err := filepath.Glob(filepath.Join(m.Dir, filepath.FromSlash(f.folder), g+"_*.yaml"))
			if err != nil || len(paths) == 0 {
				return nil, errors.Errorf("cannot find CRDs of %s", g)
			}
			for _, p := range paths {
				plural := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(p), g+"_"), ".yaml")
				files[plural+"."+g] = p
			}
		}
	}
	return files, nil
})

// findResource by a name that kubectl accepts: plural or singular, with or without a group.
func findResource(name string) (resource, error) {
	if r, ok := builtIn[name]; ok {
		return r, nil
	}
	for _, n := range []string{name, plural(name)} {
		switch n {
		case "seafarerclusters", "sfc":
			return platformResource(true)
		case "xseafarerclusters", "xsfc":
			return platformResource(false)
		}
		path, err := crdFile(n)
		if err != nil {
			return resource{}, err
		}
		if path != "" {
			r, _, err := readCRD(path)
			return r, err
		}
	}
	return resource{}, errors.Errorf("there is no resource %s", name)
}

// plural of a singular name, with its group.
func plural(name string) string {
	singular, group, qualified := strings.Cut(name, ".")
	s := singular + "s"
	if strings.HasSuffix(singular, "s") {
		s = singular + "es"
	}
	if qualified {
		s += "." + group
	}
	return s
}

// crdFile of a resource. Without a group, the name must be unique.
func crdFile(name string) (string, error) {
	files, err := crdFiles()
	if err != nil || files[name] != "" {
		return files[name], err
	}
	var found []string
	for n := range files {
		if p, _, _ := strings.Cut(n, "."); p == name {
			found = append(found, n)
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return files[found[0]], nil
	default:
		return "", errors.Errorf("%s is ambiguous: use one of %v", name, found)
	}
}

// readCRD is the resource of a CRD, and the name of its kind.
func readCRD(path string) (resource, string, error) {
	b, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return resource{}, "", err
	}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.Unmarshal(b, crd); err != nil {
		return resource{}, "", err
	}
	versions := crd.Spec.Versions
	r := resource{
		namespaced: crd.Spec.Scope == apiextensionsv1.NamespaceScoped,
		schema:     versions[len(versions)-1].Schema.OpenAPIV3Schema,
	}
	return r, crd.Spec.Names.Kind, nil
}

// platformResource is a SeafarerCluster, or an XSeafarerCluster, with fields that Crossplane
// adds.
func platformResource(claim bool) (resource, error) {
	s, err := apis.Schema()
	if err != nil {
		return resource{}, err
	}
	str := apiextensionsv1.JSONSchemaProps{Type: "string"}
	object := func(names ...string) apiextensionsv1.JSONSchemaProps {
		o := apiextensionsv1.JSONSchemaProps{Type: "object", Properties: make(map[string]apiextensionsv1.JSONSchemaProps)}
		for _, n := range names {
			o.Properties[n] = str
		}
		return o
	}
	condition := object("type", "status", "reason", "message", "lastTransitionTime")
	s.Properties["status"].Properties["conditions"] = apiextensionsv1.JSONSchemaProps{Type: "array", Items: &apiextensionsv1.JSONSchemaPropsOrArray{Schema: &condition}}
	s.Properties["spec"].Properties["resourceRef"] = object("apiVersion", "kind", "name")
	return resource{namespaced: claim, schema: &s, conditions: append(function.ConditionTypes(), crossplaneConditions...)}, nil
}
