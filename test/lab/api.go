package lab

import (
	"context"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"
)

// copyAPI of ours to where it can be changed: with charts of the lab's own, the
// Composition says where they are.
func (l *Lab) copyAPI(context.Context) error {
	from := filepath.Join(l.source, rootModule, l.options.api().folder)
	for _, f := range []string{"activation.yaml", "definition.yaml", "composition.yaml", "crossplane.yaml"} {
		b, err := os.ReadFile(filepath.Join(from, f))
		if err != nil {
			return errors.Wrap(err, "cannot read our API")
		}
		if f == "composition.yaml" && l.charts != nil {
			if b, err = fence(b, "karpenterChartRepository", l.charts.url); err != nil {
				return err
			}
		}
		if err := write(l.path("apis", f), b); err != nil {
			return err
		}
	}
	return nil
}

// fence a Composition's claims with a field of the function's input.
func fence(composition []byte, field, value string) ([]byte, error) {
	o := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(composition, &o.Object); err != nil {
		return nil, errors.Wrap(err, "cannot parse the Composition")
	}
	steps, _, err := unstructured.NestedSlice(o.Object, "spec", "pipeline")
	if err != nil || len(steps) != 1 {
		return nil, errors.New("the Composition has more than one step")
	}
	step, ok := steps[0].(map[string]any)
	if !ok {
		return nil, errors.New("the Composition's step is no object")
	}
	if err := unstructured.SetNestedField(step, value, "input", field); err != nil {
		return nil, errors.Wrap(err, "cannot fence the Composition")
	}
	if err := unstructured.SetNestedSlice(o.Object, steps, "spec", "pipeline"); err != nil {
		return nil, errors.Wrap(err, "cannot fence the Composition")
	}
	b, err := yaml.Marshal(o.Object)
	return b, errors.Wrap(err, "cannot write the Composition")
}

// installAPI of ours: the XRD, the Composition, and which of the providers' kinds
// we need.
func (l *Lab) installAPI(ctx context.Context) error {
	for _, f := range []string{"activation.yaml", "definition.yaml", "composition.yaml"} {
		objects, err := readObjects(l.path("apis", f))
		if err != nil {
			return err
		}
		if err := l.Apply(ctx, objects...); err != nil {
			return err
		}
	}
	return l.offered(ctx)
}

// An api is what one of our Configurations brings.
type api struct {
	configuration, folder string

	// definition by name, and the condition that it has once users can make objects.
	definition, offered string

	// composite resources are of this kind.
	composite string
}

func (o Options) api() api {
	if o.Namespaced {
		return api{
			configuration: "configuration-seafarer-cluster-namespaced", folder: "apis-namespaced",
			definition: claimResource, offered: "Established",
			composite: "SeafarerCluster",
		}
	}
	return api{
		configuration: "configuration-seafarer-cluster", folder: "apis",
		definition: "x" + claimResource, offered: "Offered",
		composite: "XSeafarerCluster",
	}
}

// kind of composite resources.
func (a api) kind() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: "platform.seafarer.cloud", Version: "v1alpha1", Kind: a.composite}
}

// claimResource is what users make: claims, or composite resources in a namespace.
const claimResource = "seafarerclusters.platform.seafarer.cloud"

// compositeResource is what Crossplane makes of a claim.
const compositeResource = "x" + claimResource

// offered means that users can make what they are to make.
func (l *Lab) offered(ctx context.Context) error {
	a := l.options.api()
	return l.untilCondition(ctx, object(`{apiVersion: apiextensions.crossplane.io/v1, kind: CompositeResourceDefinition, metadata: {name: `+a.definition+`}}`), a.offered)
}

func (l *Lab) untilCondition(ctx context.Context, o *unstructured.Unstructured, kind string) error {
	err := until(ctx, startTimeout, func(ctx context.Context) error {
		now, err := l.Get(ctx, o)
		if err != nil {
			return err
		}
		if s, reason, message := condition(now, kind); s != "True" {
			return errors.Errorf("%s is %q: %s: %s", kind, s, reason, message)
		}
		return nil
	})
	return errors.Wrapf(err, "%s %s", o.GetKind(), o.GetName())
}
