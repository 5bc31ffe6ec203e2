package object

import (
	"maps"
	"slices"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
)

// Composed resources that exist, by key.
type Composed map[key.Key]Object

// ReadComposed resources of a request. Each needs an apiVersion, a kind and a name.
func ReadComposed(req *fnv1.RunFunctionRequest) (Composed, error) {
	rs := req.GetObserved().GetResources()
	c := make(Composed, len(rs))
	for _, name := range slices.Sorted(maps.Keys(rs)) {
		o := Of(rs[name].GetResource())
		for _, path := range []string{"apiVersion", "kind", "metadata.name"} {
			if o.String(path) == "" {
				return nil, errors.Errorf("cannot read observed resource %q: it has no %s", name, path)
			}
		}
		c[key.Key(name)] = o
	}
	return c, nil
}

// Keys of all composed resources, sorted.
func (c Composed) Keys() []key.Key { return slices.Sorted(maps.Keys(c)) }

// RequiredResources that an earlier response required, by the key of the requirement. A
// resource that doesn't exist is empty; one that Crossplane hasn't read yet is absent.
type RequiredResources map[key.Key]Object

// ReadRequired resources of a request.
func ReadRequired(req *fnv1.RunFunctionRequest) RequiredResources {
	rs := make(RequiredResources, len(req.GetRequiredResources()))
	for k, r := range req.GetRequiredResources() {
		rs[key.Key(k)] = Object{}
		if items := r.GetItems(); len(items) > 0 {
			rs[key.Key(k)] = Of(items[0].GetResource())
		}
	}
	return rs
}
