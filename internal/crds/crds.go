// Package crds validates composed objects against the CRDs their providers
// install. It's a helper for tests: CRDs come from the Go module cache, at both
// ends of the range of versions that our packages depend on, which internal/modules
// lists.
package crds

import (
	"context"
	"crypto/sha256"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	runtimeschema "k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/modules"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/schema"
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
	folder string
	groups []string
}

// sources of CRDs, and the groups to load. provider-aws has more than 2000,
// most of which aren't composed.
var sources = []source{
	{
		module: "github.com/upbound/provider-aws/v2",
		folder: "package/crds",
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
	{module: "github.com/crossplane-contrib/provider-helm", folder: "package/crds", groups: []string{"helm.m.crossplane.io"}},
	{module: "github.com/crossplane-contrib/provider-kubernetes", folder: "package/crds", groups: []string{"kubernetes.m.crossplane.io"}},
	{module: "github.com/crossplane/crossplane/v2", folder: "cluster/crds", groups: []string{"protection.crossplane.io", "pkg.crossplane.io"}},
	{module: "github.com/aws/karpenter-provider-aws", folder: "pkg/apis/crds", groups: []string{groupKarpenter, groupKarpenterAWS}},
}

// Validate returns the errors with which an API server with the CRDs of all
// providers would refuse to create the supplied object, and an error for each
// unknown field. It validates against each release of a provider. An error that
// not all releases have names the module and the versions. If
// provider-kubernetes' Object embeds a Karpenter kind, that is validated, too.
func Validate(ctx context.Context, obj map[string]any) field.ErrorList {
	errs := validate(ctx, obj)

	if groupVersionKind(obj).GroupKind() != kubernetesObject {
		return errs
	}

	manifest := field.NewPath("spec", "forProvider", "manifest")
	spec, _ := obj["spec"].(map[string]any)
	params, _ := spec["forProvider"].(map[string]any)
	m, ok := params["manifest"].(map[string]any)
	if !ok || !isKarpenter(groupVersionKind(m).Group) {
		return errs
	}
	return append(errs, prefix(manifest, validate(ctx, m))...)
}

// Name of the CRD of a kind, such as vpcs.ec2.aws.m.upbound.io.
func Name(gvk runtimeschema.GroupVersionKind) (string, error) {
	s, err := sourceOf(gvk)
	if err != nil {
		return "", err
	}
	d, err := s.load(modules.Releases(s.module)[0], gvk)
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
	s, err := sourceOf(gvk)
	if err != nil {
		return field.ErrorList{field.Invalid(field.NewPath("kind"), gvk.String(), err.Error())}
	}
	releases := make(map[string]field.ErrorList)
	seen := make(map[*definition]field.ErrorList)
	for _, r := range modules.Releases(s.module) {
		d, err := s.load(r, gvk) //nolint:contextcheck // The loaded definition is cached for later callers.
		if err != nil {
			releases[r] = field.ErrorList{field.Invalid(field.NewPath("kind"), gvk.String(), err.Error())}
			continue
		}
		if _, ok := seen[d]; !ok {
			seen[d] = append(validateMeta(obj, d.scope), d.schema.Validate(ctx, obj)...)
		}
		releases[r] = seen[d]
	}
	return combine(s.module, releases)
}

// combine the errors of all releases of a module. An error that not all releases have
// names those that do.
func combine(module string, releases map[string]field.ErrorList) field.ErrorList {
	type key struct {
		t             field.ErrorType
		field, detail string
	}
	have := make(map[key][]string)
	var first field.ErrorList
	for _, r := range slices.Sorted(maps.Keys(releases)) {
		for _, err := range releases[r] {
			k := key{t: err.Type, field: err.Field, detail: err.Detail}
			if have[k] == nil {
				first = append(first, err)
			}
			have[k] = append(have[k], r)
		}
	}
	var errs field.ErrorList
	for _, err := range first {
		out := *err
		if rs := have[key{t: err.Type, field: err.Field, detail: err.Detail}]; len(rs) < len(releases) {
			out.Detail = strings.TrimSpace(err.Detail + " (" + module + " " + strings.Join(rs, ", ") + ")")
		}
		errs = append(errs, &out)
	}
	return errs
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

// prefix the path of all errors. Errors at the root have no path.
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

func sourceOf(gvk runtimeschema.GroupVersionKind) (source, error) {
	i := slices.IndexFunc(sources, func(s source) bool { return slices.Contains(s.groups, gvk.Group) })
	if i < 0 {
		return source{}, errors.Errorf("cannot find a CRD of %s", gvk.GroupKind())
	}
	return sources[i], nil
}

// once is a map of expensive values: each is computed once, when it's first used.
type once[K comparable, V any] struct {
	m sync.Map
}

func (o *once[K, V]) get(k K, load func() (V, error)) (V, error) {
	f, _ := o.m.LoadOrStore(k, sync.OnceValues(load))
	return f.(func() (V, error))() //nolint:forcetypeassert // Only this type is stored.
}

type (
	// A definitionKey identifies a definition in a release.
	definitionKey struct {
		module, release string
		gvk             runtimeschema.GroupVersionKind
	}

	// A contentKey identifies a definition by its content: releases share definitions
	// that did not change.
	contentKey struct {
		sum [sha256.Size]byte
		gvk runtimeschema.GroupVersionKind
	}
)

var (
	definitions once[definitionKey, *definition]
	compiled    once[contentKey, *definition]
	loaded      once[[2]string, files]
)

// load the definition of a kind in a release.
func (s source) load(release string, gvk runtimeschema.GroupVersionKind) (*definition, error) {
	return definitions.get(definitionKey{module: s.module, release: release, gvk: gvk}, func() (*definition, error) {
		files, err := s.files(release)
		if err != nil {
			return nil, errors.Wrap(err, "cannot find CRDs")
		}
		b, ok := files[gvk.GroupKind()]
		if !ok {
			return nil, errors.Errorf("cannot find a CRD of %s", gvk.GroupKind())
		}
		// In many CRDs, only the version of the generator changes.
		b = generators.ReplaceAll(b, nil)
		return compiled.get(contentKey{sum: sha256.Sum256(b), gvk: gvk}, func() (*definition, error) { return parse(b, gvk) })
	})
}

// generators matches the annotation with the version of the generator.
var generators = regexp.MustCompile(`(?m)^ {4}controller-gen\.kubebuilder\.io/version: \S+$`)

func parse(b []byte, gvk runtimeschema.GroupVersionKind) (*definition, error) {
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

// Files of CRDs, by the kind they define.
type files map[runtimeschema.GroupKind][]byte

// files of a release.
func (s source) files(release string) (files, error) {
	return loaded.get([2]string{s.module, release}, func() (files, error) {
		m, err := modules.At(context.Background(), s.module, release)
		if err != nil {
			return nil, err
		}
		fsys, c, err := m.Files()
		if err != nil {
			return nil, err
		}
		defer c.Close() //nolint:errcheck // It's only read.
		out := files{}
		for _, g := range s.groups {
			if err := out.add(fsys, s.folder, g); err != nil {
				return nil, errors.Wrapf(err, "cannot read %s %s", s.module, release)
			}
		}
		return out, nil
	})
}

// names matches the kind in the names of a CRD.
var names = regexp.MustCompile(`(?m)^ {4}kind: (\S+)$`)

// add the CRDs of a group. It finds the kind that a CRD defines without parsing the whole
// file, which would take seconds for all CRDs. Files are called group_plural.yaml.
func (f files) add(fsys fs.FS, dir, group string) error {
	paths, err := fs.Glob(fsys, path.Join(dir, group+"_*.yaml"))
	if err != nil || len(paths) == 0 {
		return errors.Errorf("cannot find CRDs of group %s in %s", group, dir)
	}
	for _, p := range paths {
		b, err := fs.ReadFile(fsys, p)
		if err != nil {
			return errors.Wrap(err, "cannot read CRD")
		}
		m := names.FindSubmatch(b)
		if m == nil {
			return errors.Errorf("cannot find the kind that %s defines", p)
		}
		f[runtimeschema.GroupKind{Group: group, Kind: string(m[1])}] = b
	}
	return nil
}
