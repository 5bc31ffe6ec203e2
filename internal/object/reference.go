package object

import "k8s.io/apimachinery/pkg/runtime/schema"

// A Reference of a Usage to an object.
type Reference struct {
	APIVersion, Kind, Name string
}

// Reference at a path, such as spec.of of a Usage.
func (o Object) Reference(path string) Reference {
	return Reference{
		APIVersion: o.String(path + ".apiVersion"),
		Kind:       o.String(path + ".kind"),
		Name:       o.String(path + ".resourceRef.name"),
	}
}

// GroupVersionKind of the object that is referred to.
func (r Reference) GroupVersionKind() schema.GroupVersionKind {
	return schema.FromAPIVersionAndKind(r.APIVersion, r.Kind)
}

// IsReferredToBy reports whether a reference is to the object.
func (o Object) IsReferredToBy(r Reference) bool {
	return o.Name() == r.Name && o.String("kind") == r.Kind && o.String("apiVersion") == r.APIVersion
}
