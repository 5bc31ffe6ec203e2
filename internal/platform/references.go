package platform

import (
	xpv1 "github.com/crossplane/crossplane-runtime/v2/apis/common/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
)

// ObjectName is the name of the Kubernetes object of a composed resource. One that exists
// retains its name.
func (p Plan) ObjectName(k key.Key) string {
	if n, ok := p.Facts.Name(k); ok {
		return n
	}
	return aws.ObjectName(p.Owner, string(k))
}

// Ref to another composed resource. The provider waits for it.
func (p Plan) Ref(k key.Key) *xpv1.NamespacedReference {
	return &xpv1.NamespacedReference{Name: p.ObjectName(k)}
}

// Refs to other composed resources.
func (p Plan) Refs(ks ...key.Key) []xpv1.NamespacedReference {
	rs := make([]xpv1.NamespacedReference, 0, len(ks))
	for _, k := range ks {
		rs = append(rs, *p.Ref(k))
	}
	return rs
}

// ID of a resource in AWS, or empty.
func (p Plan) ID(k key.Key) string { return p.Facts.ID(k) }

// IDs of resources in AWS, or nil if one of them is unknown.
func (p Plan) IDs(ks ...key.Key) []*string {
	ids := make([]*string, 0, len(ks))
	for _, k := range ks {
		if p.ID(k) == "" {
			return nil
		}
		ids = append(ids, new(p.ID(k)))
	}
	return ids
}

// Exists reports whether a resource exists.
func (p Plan) Exists(k key.Key) bool { return p.Facts.Exists(k) }

// Follow has the field at a path, which contains the ids of resources, follow a change of the
// references to them. The provider resolves a reference once. Its policy to resolve always
// would forget, at each change, what the resource's other references resolved to.
func (p Plan) Follow(r compose.Resource, path string, to ...key.Key) compose.Resource {
	for _, k := range to {
		r = r.Needs(p.ID(k) != "" || !p.Exists(r.Key), compose.Fact{What: "the id of " + string(k), From: k}, path)
	}
	return r
}
