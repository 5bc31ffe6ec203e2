// Package crds validates composed objects against the CRDs their providers
// install. It's a helper for tests: CRDs come from the Go module cache, at the
// versions go.mod pins, so that what's composed is tested against what's built
// with.
package crds

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	runtimeschema "k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/schema"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/modules"
)

// Groups of Karpenter, whose kinds are embedded in objects for another cluster.
const (
	groupKarpenter    = "karpenter.sh"
	groupKarpenterAWS = "karpenter.k8s.aws"
)

// kubernetesObject is the kind that embeds an object for another cluster.
var kubernetesObject = runtimeschema.GroupKind{Group: "kubernetes.m.crossplane.io", Kind: "Object"}

// A source of CRDs is a folder of a module.
type source struct {
	module string
	folder []string
	groups []string
}

// sources of CRDs, and the groups to load. Of provider-aws there are more than
// 2000, most of which are of no use here.
var sources = []source{
	{
		module: "github.com/upbound/provider-aws/v2",
		folder: []string{"package", "crds"},
		groups: []string{
			"cloudwatchevents.aws.m.upbound.io",
			"cloudwatchlogs.aws.m.upbound.io",
			"ec2.aws.m.upbound.io",
			"eks.aws.m.upbound.io",
			"iam.aws.m.upbound.io",
			"kms.aws.m.upbound.io",
			"sqs.aws.m.upbound.io",
		},
	},
	{module: "github.com/crossplane-contrib/provider-helm", folder: []string{"package", "crds"}, groups: []string{"helm.m.crossplane.io"}},
	{module: "github.com/crossplane-contrib/provider-kubernetes", folder: []string{"package", "crds"}, groups: []string{"kubernetes.m.crossplane.io"}},
	{module: "github.com/crossplane/crossplane/v2", folder: []string{"cluster", "crds"}, groups: []string{"protection.crossplane.io", "pkg.crossplane.io"}},
	{module: "github.com/aws/karpenter-provider-aws", folder: []string{"pkg", "apis", "crds"}, groups: []string{groupKarpenter, groupKarpenterAWS}},
}

// Validate returns what an API server with the CRDs of all providers would say
// to the creation of the supplied object, with unknown fields as errors. Where
// the object is one of provider-kubernetes that embeds a Karpenter kind, it
// validates that one, too.
func Validate(ctx context.Context, obj map[string]any) field.ErrorList {
	errs := validate(ctx, obj)

	if groupVersionKind(obj).GroupKind() != kubernetesObject {
		return errs
	}

	path := field.NewPath("spec", "forProvider", "manifest")
	spec, _ := obj["spec"].(map[string]any)
	params, _ := spec["forProvider"].(map[string]any)
	m, ok := params["manifest"].(map[string]any)
	if !ok || !isKarpenter(groupVersionKind(m).Group) {
		return errs
	}
	return append(errs, prefix(path, validate(ctx, m))...)
}

// Name of the CRD of a kind, such as vpcs.ec2.aws.m.upbound.io.
func Name(gvk runtimeschema.GroupVersionKind) (string, error) {
	d, err := load(gvk)
	if err != nil {
		return "", err
	}
	return d.name, nil
}

func validate(ctx context.Context, obj map[string]any) field.ErrorList {
	gvk := groupVersionKind(obj)
	if gvk == secretKind {
		return validateSecret(obj)
	}
	d, err := load(gvk) //nolint:contextcheck // What is loaded serves whoever comes later, too.
	if err != nil {
		return field.ErrorList{field.Invalid(field.NewPath("kind"), gvk.String(), err.Error())}
	}
	return append(validateMeta(obj, d.scope), d.schema.Validate(ctx, obj)...)
}

// validateMeta validates the name and the namespace, which aren't part of a
// CRD's schema.
func validateMeta(obj map[string]any, scope extv1.ResourceScope) field.ErrorList {
	path := field.NewPath("metadata")
	m, _ := obj["metadata"].(map[string]any)
	name, _ := m["name"].(string)
	namespace, _ := m["namespace"].(string)

	var errs field.ErrorList
	if name == "" {
		errs = append(errs, field.Required(path.Child("name"), ""))
	}
	if name != "" {
		for _, msg := range validation.IsDNS1123Subdomain(name) {
			errs = append(errs, field.Invalid(path.Child("name"), name, msg))
		}
	}

	switch {
	case scope == extv1.ClusterScoped && namespace != "":
		errs = append(errs, field.Forbidden(path.Child("namespace"), "not allowed on this type"))
	case scope == extv1.NamespaceScoped && namespace == "":
		errs = append(errs, field.Required(path.Child("namespace"), ""))
	}
	return errs
}

func groupVersionKind(obj map[string]any) runtimeschema.GroupVersionKind {
	v, _ := obj["apiVersion"].(string)
	k, _ := obj["kind"].(string)
	return runtimeschema.FromAPIVersionAndKind(v, k)
}

func isKarpenter(group string) bool {
	return group == groupKarpenter || group == groupKarpenterAWS
}

// prefix the path of all errors. What's at the root has no path at all.
func prefix(path *field.Path, errs field.ErrorList) field.ErrorList {
	var root *field.Path
	for _, err := range errs {
		if err.Field == root.String() {
			err.Field = path.String()
			continue
		}
		err.Field = path.String() + "." + err.Field
	}
	return errs
}

// A definition is one version of a CRD.
type definition struct {
	name   string
	schema *schema.Schema
	scope  extv1.ResourceScope
}

// definitions by group, version and kind. They're large, so each is loaded when
// it's used first, and only once.
var definitions sync.Map

func load(gvk runtimeschema.GroupVersionKind) (*definition, error) {
	f, _ := definitions.LoadOrStore(gvk, sync.OnceValues(func() (*definition, error) {
		return read(gvk)
	}))
	fn, ok := f.(func() (*definition, error))
	if !ok {
		return nil, errors.Errorf("cannot load a definition from a %T", f)
	}
	return fn()
}

func read(gvk runtimeschema.GroupVersionKind) (*definition, error) {
	i := slices.IndexFunc(sources, func(s source) bool { return slices.Contains(s.groups, gvk.Group) })
	if i < 0 {
		return nil, errors.Errorf("cannot find a CRD of %s", gvk.GroupKind())
	}
	files, err := sources[i].files()
	if err != nil {
		return nil, errors.Wrap(err, "cannot find CRDs")
	}
	path, ok := files[gvk.GroupKind()]
	if !ok {
		return nil, errors.Errorf("cannot find a CRD of %s", gvk.GroupKind())
	}

	b, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, errors.Wrap(err, "cannot read CRD")
	}
	crd := &extv1.CustomResourceDefinition{}
	if err := yaml.Unmarshal(b, crd); err != nil {
		return nil, errors.Wrapf(err, "cannot parse CRD of %s", gvk.GroupKind())
	}

	v := slices.IndexFunc(crd.Spec.Versions, func(v extv1.CustomResourceDefinitionVersion) bool {
		return v.Name == gvk.Version && v.Served && v.Schema != nil
	})
	if v < 0 {
		return nil, errors.Errorf("cannot find version %q in the CRD of %s", gvk.Version, gvk.GroupKind())
	}

	s, err := schema.New(crd.Spec.Versions[v].Schema.OpenAPIV3Schema)
	return &definition{name: crd.GetName(), schema: s, scope: crd.Spec.Scope}, errors.Wrapf(err, "cannot compile schema of %s", gvk)
}

// Files are the files of CRDs, by the kind they define.
type files map[runtimeschema.GroupKind]string

// loaded are the files of each source. There are many, so they are looked through
// when they're used first, and only once.
var loaded sync.Map

func (s source) files() (files, error) {
	f, _ := loaded.LoadOrStore(s.module, sync.OnceValues(func() (files, error) {
		m, err := modules.Find(context.Background(), "", s.module)
		if err != nil {
			return nil, err
		}
		out := files{}
		return out, out.add(filepath.Join(append([]string{m.Dir}, s.folder...)...), s.groups...)
	}))
	fn, ok := f.(func() (files, error))
	if !ok {
		return nil, errors.Errorf("cannot load files from a %T", f)
	}
	return fn()
}

// names matches the kind in the names of a CRD.
var names = regexp.MustCompile(`(?m)^ {4}kind: (\S+)$`)

// add the CRDs of the supplied groups. It finds out which kind a CRD defines
// without parsing all of it, which would take seconds for all of them. Files are
// called group_plural.yaml.
func (f files) add(dir string, groups ...string) error {
	for _, g := range groups {
		paths, err := filepath.Glob(filepath.Join(dir, g+"_*.yaml"))
		if err != nil || len(paths) == 0 {
			return errors.Errorf("cannot find CRDs of group %s in %s", g, dir)
		}
		for _, p := range paths {
			b, err := os.ReadFile(filepath.Clean(p))
			if err != nil {
				return errors.Wrap(err, "cannot read CRD")
			}
			m := names.FindSubmatch(b)
			if m == nil {
				return errors.Errorf("cannot find which kind %s defines", p)
			}
			f[runtimeschema.GroupKind{Group: g, Kind: string(m[1])}] = p
		}
	}
	return nil
}
