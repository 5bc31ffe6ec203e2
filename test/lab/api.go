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

// copyAPI copies our API to the lab's folder. If the lab has its own charts, the
// Composition there refers to their registry.
func (l *Lab) copyAPI(context.Context) error {
	from := filepath.Join(l.source, rootModule, l.options.api().folder)
	for _, f := range []string{"activation.yaml", "definition.yaml", "composition.yaml", "crossplane.yaml"} {
		b, err := os.ReadFile(filepath.Join(from, f))
		if err != nil {
			return errors.Wrap(err, "cannot read our API")
		}
		if f == "composition.yaml" && l.charts != nil {
			if b, err = setInput(b, "karpenterChartRepository", l.charts.url); err != nil {
				return err
			}
		}
		if err := write(l.path("apis", f), b); err != nil {
			return err
		}
	}
	return nil
}

// setInput sets a field of the function's input in a Composition.
func setInput(composition []byte, field, value string) ([]byte, error) {
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
		return nil, errors.Wrap(err, "cannot set the function's input")
	}
	if err := unstructured.SetNestedSlice(o.Object, steps, "spec", "pipeline"); err != nil {
		return nil, errors.Wrap(err, "cannot set the function's input")
	}
	b, err := yaml.Marshal(o.Object)
	return b, errors.Wrap(err, "cannot write the Composition")
}

// installAPI installs the XRD, the Composition and the activation policy.
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
	return l.waitOffered(ctx)
}

// An api is the content of one of our Configurations.
type api struct {
	configuration, folder string

	// definition is the XRD's name, and condition is true once its API is served.
	definition, condition string

	// composite is the kind of composite resources.
	composite string
}

func (o Options) api() api {
	if o.Namespaced {
		return api{
			configuration: "configuration-seafarer-cluster-namespaced", folder: "apis-namespaced",
			definition: claimResource, condition: "Established",
			composite: "SeafarerCluster",
		}
	}
	return api{
		configuration: "configuration-seafarer-cluster", folder: "apis",
		definition: "x" + claimResource, condition: "Offered",
		composite: "XSeafarerCluster",
	}
}

// kind returns the kind of composite resources.
func (a api) kind() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: "platform.seafarer.cloud", Version: "v1alpha1", Kind: a.composite}
}

// claimResource is what users create: claims, or namespaced composite resources.
const claimResource = "seafarerclusters.platform.seafarer.cloud"

// compositeResource is what Crossplane creates for a claim.
const compositeResource = "x" + claimResource

// waitOffered waits until users can create claims or composite resources.
func (l *Lab) waitOffered(ctx context.Context) error {
	a := l.options.api()
	return l.untilCondition(ctx, object(`{apiVersion: apiextensions.crossplane.io/v1, kind: CompositeResourceDefinition, metadata: {name: `+a.definition+`}}`), a.condition)
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
