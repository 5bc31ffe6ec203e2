// Package simulate plays the providers: it says what a resource that is desired
// would look like once it exists. Nothing here calls AWS; ids are made of names.
package simulate

import (
	"crypto/sha256"
	"encoding/hex"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// Account that resources live in unless a claim says otherwise. It's the one
// that AWS uses in its own documents.
const Account = "123456789012"

// since is when everything has become as it is.
const since = "2026-01-01T00:00:00Z"

// annotationExternal is the name by which a provider knows a resource.
const annotationExternal = "crossplane.io/external-name"

// A World is where resources exist.
type World struct {
	Partition string
	Account   string
	Region    string
}

// Observe what a response desires as if all of it existed and were ready, and
// nothing else did.
func (w World) Observe(rsp *fnv1.RunFunctionResponse) map[string]*fnv1.Resource {
	o := make(map[string]*fnv1.Resource, len(rsp.GetDesired().GetResources()))
	for name, r := range rsp.GetDesired().GetResources() {
		o[name] = &fnv1.Resource{Resource: w.Exist(name, r.GetResource())}
	}
	return o
}

// Exist is a resource as a provider would leave it: with a status.
func (w World) Exist(name string, desired *structpb.Struct) *structpb.Struct {
	o, ok := proto.Clone(desired).(*structpb.Struct)
	if !ok {
		return desired
	}
	if o.GetFields() == nil {
		o.Fields = make(map[string]*structpb.Value)
	}
	status := &structpb.Struct{}
	if !silent[o.GetFields()["kind"].GetStringValue()] {
		var err error
		if status, err = structpb.NewStruct(w.status(name, o)); err != nil {
			return o // The table holds plain values.
		}
		o.Fields["status"] = structpb.NewStructValue(status)
	}
	if m := o.GetFields()["metadata"].GetStructValue(); m.GetFields() != nil {
		m.Fields["uid"] = structpb.NewStringValue(digest(name, 32))
		id := status.GetFields()["atProvider"].GetStructValue().GetFields()["id"].GetStringValue()
		m.Fields["annotations"] = annotated(m, name, id)
	}
	return o
}

// annotated with the name that Crossplane knows a composed resource by, and with
// the id that the provider does, unless it was told another name.
func annotated(m *structpb.Struct, name, id string) *structpb.Value {
	a := m.GetFields()["annotations"].GetStructValue()
	if a == nil {
		a = &structpb.Struct{Fields: make(map[string]*structpb.Value)}
	}
	a.Fields["crossplane.io/composition-resource-name"] = structpb.NewStringValue(name)
	if _, ok := a.GetFields()[annotationExternal]; !ok && id != "" {
		a.Fields[annotationExternal] = structpb.NewStringValue(id)
	}
	return structpb.NewStructValue(a)
}

func (w World) status(name string, o *structpb.Struct) map[string]any {
	s := map[string]any{"conditions": []any{
		map[string]any{"type": "Ready", "status": "True", "reason": "Available", "lastTransitionTime": since},
		map[string]any{"type": "Synced", "status": "True", "reason": "ReconcileSuccess", "lastTransitionTime": since},
	}}
	f := o.GetFields()
	tell, ok := kinds[f["kind"].GetStringValue()]
	if !ok {
		return s
	}
	s["atProvider"] = tell(w, resource{name: name, object: o})
	return s
}

// digest of a name in hexadecimal digits, as long as AWS's ids are.
func digest(name string, length int) string {
	h := sha256.Sum256([]byte(name))
	return hex.EncodeToString(h[:])[:length]
}
