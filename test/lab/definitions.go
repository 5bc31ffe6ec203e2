package lab

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/modules"
)

// providerConfigCRDs are no managed resources, so the activation policy doesn't
// list them.
var providerConfigCRDs = []string{
	"clusterproviderconfigs.helm.m.crossplane.io", "providerconfigs.helm.m.crossplane.io", "providerconfigusages.helm.m.crossplane.io",
	"clusterproviderconfigs.kubernetes.m.crossplane.io", "providerconfigs.kubernetes.m.crossplane.io", "providerconfigusages.kubernetes.m.crossplane.io",
}

// awsProviderConfigCRDs are needed by the real provider-aws only.
var awsProviderConfigCRDs = []string{"clusterproviderconfigs.aws.m.upbound.io", "providerconfigs.aws.m.upbound.io", "providerconfigusages.aws.m.upbound.io"}

// A provider has the CRDs whose group ends in suffix. Labs for which real returns
// true run it as a process. Its version is in go.mod of folder.
type provider struct {
	suffix, module, folder string

	real func(o Options) bool
}

var providers = []provider{
	{suffix: "aws.m.upbound.io", module: "github.com/upbound/provider-aws/v2", folder: providerAWSModule, real: func(o Options) bool { return o.AWS }},
	{suffix: "helm.m.crossplane.io", module: "github.com/crossplane-contrib/provider-helm", folder: providerHelmModule, real: inCluster},
	{suffix: "kubernetes.m.crossplane.io", module: "github.com/crossplane-contrib/provider-kubernetes", folder: providerKubernetesModule, real: inCluster},
}

func inCluster(o Options) bool { return o.InCluster }

func providerOf(group string) (provider, bool) {
	i := slices.IndexFunc(providers, func(p provider) bool { return strings.HasSuffix(group, p.suffix) })
	if i < 0 {
		return provider{}, false
	}
	return providers[i], true
}

// find returns the module of a provider, at the version that the lab runs.
func (p provider) find(ctx context.Context, source string) (modules.Module, error) {
	v, err := moduleVersion(ctx, filepath.Join(source, p.folder), p.module)
	if err != nil {
		return modules.Module{}, err
	}
	return modules.At(ctx, p.module, v)
}

// installDefinitions installs the CRDs of the kinds that we activate, from the Go
// module cache.
func (l *Lab) installDefinitions(ctx context.Context) error {
	root := filepath.Join(l.source, rootModule)
	names, err := activated(filepath.Join(root, "apis", "activation.yaml"))
	if err != nil {
		return err
	}
	dirs := make(map[string]string)
	for _, p := range providers {
		m, err := p.find(ctx, l.source)
		if err != nil {
			return err
		}
		dirs[p.suffix] = m.Dir
	}
	if l.options.AWS {
		names = append(names, awsProviderConfigCRDs...)
	}
	var crds []*unstructured.Unstructured
	for _, name := range slices.Concat(names, providerConfigCRDs) {
		plural, group, _ := strings.Cut(name, ".")
		p, ok := providerOf(group)
		if !ok {
			return errors.Errorf("%s belongs to no known provider", name)
		}
		objects, err := readObjects(filepath.Join(dirs[p.suffix], "package", "crds", group+"_"+plural+".yaml"))
		if err != nil {
			return err
		}
		crds = append(crds, objects...)
	}
	if err := l.Apply(ctx, crds...); err != nil {
		return err
	}
	for _, o := range crds {
		if err := l.waitEstablished(ctx, o.GetName()); err != nil {
			return err
		}
	}
	return nil
}

// waitEstablished waits until the API server serves a CRD.
func (l *Lab) waitEstablished(ctx context.Context, crd string) error {
	return l.untilCondition(ctx, object(`{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: `+crd+`}}`), "Established")
}

// activated returns the names of the CRDs in an activation policy.
func activated(path string) ([]string, error) {
	objects, err := readObjects(path)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, o := range objects {
		ns, _, err := unstructured.NestedStringSlice(o.Object, "spec", "activate")
		if err != nil {
			return nil, errors.Wrap(err, "cannot read which kinds to activate")
		}
		names = append(names, ns...)
	}
	return names, nil
}
