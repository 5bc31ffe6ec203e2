// Package simulate makes what providers would report of desired resources once they exist,
// and once they change. It doesn't call AWS; ids derive from names.
package simulate

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/runtime/schema"

	xpv1 "github.com/crossplane/crossplane-runtime/v2/apis/common/v1"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/kinds"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// Account of resources whose claim has none. AWS uses it in its own documents.
const Account = "123456789012"

// since is the time of all transitions.
const since = "2026-01-01T00:00:00Z"

// annotationExternal is the name by which a provider identifies a resource.
const annotationExternal = "crossplane.io/external-name"

// A World is where resources exist.
type World struct {
	Partition string
	Account   string
	Region    string

	// subnets' ids by the names of their objects, if all are known.
	subnets map[string]string

	// Others are the tags of resources that AWS has already, by their external names.
	Others map[string]map[string]any

	// KubernetesVersion that the cluster runs, or is created with.
	KubernetesVersion string
}

// Observe what a response desires as if exactly that existed and were ready, given what was
// observed before.
func (w World) Observe(before map[string]*fnv1.Resource, rsp *fnv1.RunFunctionResponse) map[string]*fnv1.Resource {
	o := make(map[string]*fnv1.Resource, len(rsp.GetDesired().GetResources()))
	w.subnets = make(map[string]string)
	for name, r := range rsp.GetDesired().GetResources() {
		if f := r.GetResource().GetFields(); f["kind"].GetStringValue() == "Subnet" {
			w.subnets[at(r.GetResource(), []string{"metadata", "name"}).GetStringValue()] = resource{name: name}.id("subnet")
		}
	}
	for name, r := range rsp.GetDesired().GetResources() {
		o[name] = &fnv1.Resource{Resource: w.Exist(name, r.GetResource(), before[name].GetResource())}
	}
	return o
}

// Exist is a resource with the status that its provider would report. It depends on the
// resource before, because not every field can change.
func (w World) Exist(name string, desired, before *structpb.Struct) *structpb.Struct {
	o, ok := proto.Clone(desired).(*structpb.Struct)
	if !ok {
		return desired
	}
	if o.GetFields() == nil {
		o.Fields = make(map[string]*structpb.Value)
	}
	status := &structpb.Struct{}
	if kind := kinds.OfObject(object.Of(o)); kind.Object == nil || !kind.Silent {
		var err error
		if status, err = structpb.NewStruct(w.status(resource{name: name, object: o, before: before})); err != nil {
			return o // The table has plain values only.
		}
		o.Fields["status"] = structpb.NewStructValue(status)
	}
	if m := o.GetFields()["metadata"].GetStructValue(); m.GetFields() != nil {
		m.Fields["uid"] = structpb.NewStringValue(digest(name, 32))
		id := status.GetFields()["atProvider"].GetStructValue().GetFields()["id"].GetStringValue()
		m.Fields["annotations"] = annotated(m, name, id, !object.Of(o).Absent())
	}
	return o
}

// annotated with the key of the composed resource, and with its external name: the id,
// unless the resource has another.
func annotated(m *structpb.Struct, name, id string, exists bool) *structpb.Value {
	a := m.GetFields()["annotations"].GetStructValue()
	if a == nil {
		a = &structpb.Struct{Fields: make(map[string]*structpb.Value)}
	}
	a.Fields["crossplane.io/composition-resource-name"] = structpb.NewStringValue(name)
	if exists {
		a.Fields["crossplane.io/external-create-succeeded"] = structpb.NewStringValue(since)
	}
	if _, ok := a.GetFields()[annotationExternal]; !ok && id != "" {
		a.Fields[annotationExternal] = structpb.NewStringValue(id)
	}
	return structpb.NewStructValue(a)
}

func (w World) status(r resource) map[string]any {
	synced := map[string]any{"type": "Synced", "status": "True", "reason": "ReconcileSuccess", "lastTransitionTime": since}
	s := map[string]any{"conditions": []any{
		map[string]any{"type": "Ready", "status": "True", "reason": "Available", "lastTransitionTime": since},
		synced,
	}}
	if m := r.refused(); m != "" {
		synced["status"], synced["reason"], synced["message"] = "False", "ReconcileError", m
	}
	if r.isMissing(w) {
		synced["status"], synced["reason"], synced["message"] = "False", "ReconcileError", "observe failed: "+object.ErrAbsent
		return map[string]any{"conditions": []any{synced}}
	}
	if reported := w.reported(r); len(reported) > 0 {
		s["atProvider"] = reported
	}
	return s
}

// isMissing reports whether a resource in AWS neither exists nor may be created.
func (r resource) isMissing(w World) bool {
	o := object.Of(r.object)
	kind := kinds.OfObject(o)
	if _, others := w.Others[r.external()]; others || (!kind.Named && !kind.IDFromAWS) {
		return false
	}
	return !o.Allows(xpv1.ManagementActionCreate) && at(r.before, []string{"status", "atProvider"}) == nil
}

// reported is what a resource's provider reports of it.
func (w World) reported(r resource) map[string]any {
	o := object.Of(r.object)
	reported := make(map[string]any)
	if report, ok := reports[schema.GroupKind{Group: o.Group(), Kind: o.String("kind")}]; ok {
		reported = report(w, r)
	}
	theirs, others := w.Others[r.external()]
	switch tags := o.Value("spec.forProvider.tags"); {
	case others && !o.Allows(xpv1.ManagementActionUpdate):
		reported["tags"] = theirs
	case tags != nil:
		reported["tags"] = tags.AsInterface()
	}
	r.reportImmutable(kinds.OfObject(o), reported)
	return reported
}

// reportImmutable fields as they were when the resource was created.
func (r resource) reportImmutable(kind kinds.Kind, reported map[string]any) {
	before := &structpb.Struct{Fields: map[string]*structpb.Value{"spec": structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{
		"forProvider": r.before.GetFields()["status"].GetStructValue().GetFields()["atProvider"],
	}})}}
	for _, f := range kind.Immutable {
		path := strings.Split(f.Path, ".")
		v := at(r.object, path)
		if was := at(before, path); was != nil && (f.AllowedValue == "" || v.GetStringValue() != f.AllowedValue) {
			v = was
		}
		if v == nil || f.Unreported {
			continue
		}
		o := reported
		for _, p := range path[2 : len(path)-1] {
			if o[p] == nil {
				o[p] = make(map[string]any)
			}
			o, _ = o[p].(map[string]any)
		}
		is := v.AsInterface()
		if s, ok := is.(string); ok {
			is = strings.TrimPrefix(s, f.TrimPrefix)
		}
		o[path[len(path)-1]] = is
	}
}

// at a path of field names, a value.
func at(o *structpb.Struct, path []string) *structpb.Value {
	v := structpb.NewStructValue(o)
	for _, f := range path {
		v = v.GetStructValue().GetFields()[f]
	}
	return v
}

// digest of a name in hexadecimal digits, as long as AWS's ids are.
func digest(name string, length int) string {
	h := sha256.Sum256([]byte(name))
	return hex.EncodeToString(h[:])[:length]
}
