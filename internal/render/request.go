package render

import (
	"os"
	"path/filepath"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// annotationResourceName has the name of a composed resource in the desired state.
// Crossplane sets it.
const annotationResourceName = "crossplane.io/composition-resource-name"

// Request that Crossplane sends for a composite resource, with the input of the only step
// of a Composition, and with the composed resources that exist.
func Request(xr map[string]any, manifest []byte, observed map[string]*fnv1.Resource) (*fnv1.RunFunctionRequest, error) {
	s, err := structpb.NewStruct(xr)
	if err != nil {
		return nil, errors.Wrap(err, "cannot convert composite resource")
	}
	c, err := readComposition(manifest)
	if err != nil {
		return nil, err
	}
	input, err := c.input()
	if err != nil {
		return nil, err
	}
	return &fnv1.RunFunctionRequest{
		Input:    input,
		Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: s}, Resources: observed},
	}, nil
}

// A composition is a Composition, without a schema.
type composition map[string]any

func readComposition(manifest []byte) (composition, error) {
	docs, err := documents(manifest)
	if err != nil {
		return nil, errors.Wrap(err, "cannot read Composition")
	}
	if len(docs) != 1 || docs[0]["kind"] != "Composition" {
		return nil, errors.New("cannot read Composition: give one object of kind Composition")
	}
	return docs[0], nil
}

// compositeKind is the kind of the composite resources that it is for.
func (c composition) compositeKind() string {
	spec, _ := c["spec"].(map[string]any)
	ref, _ := spec["compositeTypeRef"].(map[string]any)
	kind, _ := ref["kind"].(string)
	return kind
}

// InputPath is the path in a Composition of a field of the function's input, whose path is
// that of an error in the fences.
func InputPath(path string) string { return "spec.pipeline[0]." + path }

// input of its only step.
func (c composition) input() (*structpb.Struct, error) {
	spec, _ := c["spec"].(map[string]any)
	steps, _ := spec["pipeline"].([]any)
	if len(steps) != 1 {
		return nil, errors.Errorf("cannot render a pipeline of %d steps: give a Composition whose only step is this function", len(steps))
	}
	step, _ := steps[0].(map[string]any)
	in, _ := step["input"].(map[string]any)
	s, err := structpb.NewStruct(in)
	return s, errors.Wrap(err, "cannot convert input")
}

// Observed reads composed resources from the YAML files of a folder. Each has its name in
// the annotation that Crossplane sets.
func Observed(dir string) (map[string]*fnv1.Resource, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, errors.Wrapf(err, "cannot look for observed resources in %s", dir)
	}
	if len(paths) == 0 {
		return nil, errors.Errorf("cannot find observed resources: no *.yaml in %s", dir)
	}
	slices.Sort(paths)
	o := make(map[string]*fnv1.Resource)
	for _, p := range paths {
		b, err := os.ReadFile(filepath.Clean(p))
		if err != nil {
			return nil, errors.Wrap(err, "cannot read observed resources")
		}
		docs, err := documents(b)
		if err != nil {
			return nil, errors.Wrapf(err, "cannot read %s", p)
		}
		for _, d := range items(docs) {
			if err := add(o, d); err != nil {
				return nil, errors.Wrapf(err, "cannot read %s", p)
			}
		}
	}
	return o, nil
}

// items in place of lists, which kubectl prints.
func items(docs []map[string]any) []map[string]any {
	var out []map[string]any
	for _, d := range docs {
		list, ok := d["items"].([]any)
		if !ok {
			out = append(out, d)
			continue
		}
		for _, i := range list {
			if obj, ok := i.(map[string]any); ok {
				out = append(out, obj)
			}
		}
	}
	return out
}

func add(o map[string]*fnv1.Resource, doc map[string]any) error {
	meta, _ := doc["metadata"].(map[string]any)
	annotations, _ := meta["annotations"].(map[string]any)
	name, _ := annotations[annotationResourceName].(string)
	if name == "" {
		return errors.Errorf("a %v has no annotation %s", doc["kind"], annotationResourceName)
	}
	if _, ok := o[name]; ok {
		return errors.Errorf("there are two resources called %q", name)
	}
	s, err := structpb.NewStruct(doc)
	if err != nil {
		return errors.Wrapf(err, "cannot convert %q", name)
	}
	o[name] = &fnv1.Resource{Resource: s}
	return nil
}

// Named is the object of a desired resource, with the annotation that Crossplane sets.
func Named(name string, r *structpb.Struct) map[string]any {
	obj := r.AsMap()
	meta, ok := obj["metadata"].(map[string]any)
	if !ok {
		meta = make(map[string]any)
		obj["metadata"] = meta
	}
	annotations, ok := meta["annotations"].(map[string]any)
	if !ok {
		annotations = make(map[string]any)
		meta["annotations"] = annotations
	}
	annotations[annotationResourceName] = name
	return obj
}
