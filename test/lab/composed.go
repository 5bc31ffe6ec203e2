package lab

import (
	"cmp"
	"context"
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/crossplane/function-sdk-go/errors"
)

// Rendered returns the composed resources of a claim by name, from the function's
// render command. An empty composition means the lab's.
func (l *Lab) Rendered(ctx context.Context, claim, composition string) (map[string]*unstructured.Unstructured, error) {
	out, err := command(ctx, l.Dir, nil, claim, l.functionPath(), "render", "-", "--simulate", "--output=yaml",
		"--composition="+cmp.Or(composition, l.path("apis", "composition.yaml")))
	if err != nil {
		return nil, err
	}
	objects, err := decodeObjects([]byte(out))
	if err != nil {
		return nil, err
	}
	names := make(map[string]*unstructured.Unstructured, len(objects))
	for _, o := range objects {
		names[o.GetAnnotations()[annotationResource]] = o
	}
	return names, nil
}

// Composed returns the composed resources of a composite resource by name: all
// objects of our kinds with its label, whether or not it refers to them.
func (l *Lab) Composed(ctx context.Context, xr string) (map[string]*unstructured.Unstructured, error) {
	out := make(map[string]*unstructured.Unstructured)
	for _, k := range l.Providers.kinds {
		os, err := l.dynamic.Resource(k.resource).List(ctx, metav1.ListOptions{LabelSelector: labelComposite + "=" + xr})
		if err != nil {
			return nil, errors.Wrapf(err, "cannot list %s", k.resource.Resource)
		}
		for _, o := range os.Items {
			name := o.GetAnnotations()[annotationResource]
			if _, ok := out[name]; ok {
				return nil, errors.Errorf("there are two objects for resource %s", name)
			}
			out[name] = &o
		}
	}
	return out, nil
}

const (
	annotationResource = "crossplane.io/composition-resource-name"
	annotationExternal = "crossplane.io/external-name"
	labelComposite     = "crossplane.io/composite"
)

// mergePatch encodes fields as a JSON merge patch.
func mergePatch(fields map[string]any) []byte {
	b, err := json.Marshal(fields)
	if err != nil {
		panic(err) // They are plain values.
	}
	return b
}
