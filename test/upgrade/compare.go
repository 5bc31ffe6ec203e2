package main

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/kinds"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
)

// composite stands for the key of the composite resource.
const composite = "(composite resource)"

// A change of what is desired of a platform.
type change struct {
	// Harm that the change does, or empty.
	Harm string `json:"harm,omitempty"`

	Example string `json:"example"`

	// Key of the composed resource.
	Key string `json:"key"`

	// Field is the path of the field, or empty if it's the whole resource.
	Field string `json:"field,omitempty"`

	// Before and After are the field's values, or nil if there is none. Of a whole resource
	// it's the kind.
	Before any `json:"before,omitempty"`
	After  any `json:"after,omitempty"`
}

// present function.
func present(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	return function.Run(ctx, req, 0), nil
}

// compare what the function of a revision desires of its examples with what the present
// function makes of them.
func compare(ctx context.Context, source string, earlier runner) ([]change, error) {
	ps, err := platforms(source)
	if err != nil {
		return nil, err
	}
	changes := []change{}
	for _, p := range ps {
		cs, err := p.compare(ctx, earlier, present)
		if err != nil {
			return nil, errors.Wrapf(err, "cannot simulate example %s", p.example)
		}
		changes = append(changes, cs...)
	}
	return changes, nil
}

// compare a platform between two functions.
func (p platform) compare(ctx context.Context, earlier, later runner) ([]change, error) {
	exists, before, err := settle(ctx, earlier, p.request, func(*fnv1.RunFunctionResponse) {})
	if err != nil {
		return nil, err
	}
	if m := render.Fatal(before); m != "" {
		return nil, errors.New(m)
	}
	harms := harm{exists: exists, before: before, of: make(map[string]map[string]string)}
	_, after, err := settle(ctx, later, exists, harms.add)
	if err != nil {
		return nil, err
	}
	return harms.changes(p.example, after), nil
}

// harm of all passes.
type harm struct {
	exists *fnv1.RunFunctionRequest
	before *fnv1.RunFunctionResponse

	// of resources, by key and field.
	of map[string]map[string]string
}

func (h harm) set(key, field, what string) {
	if h.of[key] == nil {
		h.of[key] = make(map[string]string)
	}
	h.of[key][field] = what
}

// add the harm of a pass.
func (h harm) add(rsp *fnv1.RunFunctionResponse) {
	if m := render.Fatal(rsp); m != "" {
		h.set(composite, "", "refused: "+m)
		return // What is observed stays as it is.
	}
	if m := blocked(rsp); m != "" && blocked(h.before) == "" {
		h.set(composite, "", "blocked: "+m)
	}
	desired := rsp.GetDesired().GetResources()
	for k, r := range h.exists.GetObserved().GetResources() {
		is, want := object.Of(r.GetResource()), desired[k].GetResource()
		if want == nil {
			h.set(k, "", h.dropped(is, desired))
			continue
		}
		for _, f := range []string{"apiVersion", "kind", "metadata.name", "metadata.namespace"} {
			if object.Of(want).String(f) != is.String(f) {
				h.set(k, f, "another object")
			}
		}
		for _, c := range object.ImmutableChanges(kinds.OfObject(is).Immutable, want, is) {
			h.set(k, c.Field, "immutable")
		}
	}
}

// dropped resource: it may have another key now.
func (h harm) dropped(is object.Object, desired map[string]*fnv1.Resource) string {
	for _, k := range slices.Sorted(maps.Keys(desired)) {
		o := object.Of(desired[k].GetResource())
		isNew := h.exists.GetObserved().GetResources()[k] == nil
		if isNew && o.String("kind") == is.String("kind") && o.Group() == is.Group() {
			return "dropped, or renamed to " + k
		}
	}
	return "dropped"
}

// blocked changes of a platform, or empty.
func blocked(rsp *fnv1.RunFunctionResponse) string {
	for _, c := range rsp.GetConditions() {
		if c.GetType() == compose.ConditionChangeBlocked && c.GetStatus() == fnv1.Status_STATUS_CONDITION_TRUE {
			return c.GetMessage()
		}
	}
	return ""
}

// changes from what was desired to what is desired in the end, and the harm on the way.
func (h harm) changes(example string, after *fnv1.RunFunctionResponse) []change {
	was, is := desired(h.before), desired(after)
	if render.Fatal(after) != "" {
		is = was // Nothing changes.
	}
	var cs []change
	for _, k := range sortedKeys(was, is) {
		before, after := fieldsOf(was[k]), fieldsOf(is[k])
		if was[k] == nil || is[k] == nil { // The whole resource.
			before, after = map[string]any{"": before["kind"]}, map[string]any{"": after["kind"]}
		}
		for _, f := range sortedKeys(before, after, harmed(h.of[k])) {
			if what := h.of[k][f]; what != "" || !reflect.DeepEqual(before[f], after[f]) {
				cs = append(cs, change{Harm: what, Example: example, Key: k, Field: f, Before: before[f], After: after[f]})
			}
		}
	}
	return cs
}

// harmed fields, without values.
func harmed(harms map[string]string) map[string]any {
	fields := make(map[string]any, len(harms))
	for f := range harms {
		fields[f] = nil
	}
	return fields
}

// sortedKeys of several maps.
func sortedKeys[V any](ms ...map[string]V) []string {
	all := make(map[string]V)
	for _, m := range ms {
		maps.Copy(all, m)
	}
	return slices.Sorted(maps.Keys(all))
}

// desired objects of a response by key, and the status of the composite resource.
func desired(rsp *fnv1.RunFunctionResponse) map[string]*structpb.Struct {
	os := map[string]*structpb.Struct{composite: rsp.GetDesired().GetComposite().GetResource()}
	for k, r := range rsp.GetDesired().GetResources() {
		os[k] = r.GetResource()
	}
	return os
}

// fieldsOf an object by path: values without fields of their own.
func fieldsOf(o *structpb.Struct) map[string]any {
	fields := make(map[string]any)
	for k, v := range o.AsMap() {
		addFields(fields, k, v)
	}
	return fields
}

func addFields(fields map[string]any, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, c := range v {
			if strings.ContainsAny(k, "./") {
				addFields(fields, path+"["+k+"]", c)
				continue
			}
			addFields(fields, path+"."+k, c)
		}
	case []any:
		for i, c := range v {
			addFields(fields, path+"["+strconv.Itoa(i)+"]", c)
		}
	default:
		fields[path] = v
	}
}
