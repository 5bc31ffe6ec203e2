package compose

import (
	"maps"

	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// WriteTo adds what was decided to a response. Resources that an earlier step of
// the pipeline desires are left alone, unless they have one of our names.
func (a *Assembly) WriteTo(rsp *fnv1.RunFunctionResponse) {
	if rsp.GetDesired() == nil {
		rsp.Desired = &fnv1.State{}
	}
	d := rsp.GetDesired()
	if d.GetResources() == nil {
		d.Resources = make(map[string]*fnv1.Resource)
	}
	for _, p := range a.Parts {
		for _, s := range p.States {
			if s.Desired != nil {
				d.Resources[string(s.Key)] = &fnv1.Resource{Resource: s.Desired, Ready: ready(s.Ready)}
			}
		}
	}
	// What is withheld does not exist for Crossplane. It would call the platform
	// ready without it.
	if len(a.Withheld()) > 0 {
		composite(rsp).Ready = fnv1.Ready_READY_FALSE
	}
}

// WriteStatus of the composite resource, on top of what an earlier step of the
// pipeline wrote to it.
func WriteStatus(rsp *fnv1.RunFunctionResponse, apiVersion, kind string, status *structpb.Struct) {
	c := composite(rsp)
	if c.GetResource().GetFields() == nil {
		c.Resource = &structpb.Struct{Fields: make(map[string]*structpb.Value)}
	}
	f := c.GetResource().GetFields()
	f["apiVersion"] = structpb.NewStringValue(apiVersion)
	f["kind"] = structpb.NewStringValue(kind)
	if f["status"].GetStructValue().GetFields() == nil {
		f["status"] = structpb.NewStructValue(&structpb.Struct{Fields: make(map[string]*structpb.Value)})
	}
	maps.Copy(f["status"].GetStructValue().GetFields(), status.GetFields())
}

func composite(rsp *fnv1.RunFunctionResponse) *fnv1.Resource {
	if rsp.GetDesired().GetComposite() == nil {
		rsp.Desired.Composite = &fnv1.Resource{}
	}
	return rsp.GetDesired().GetComposite()
}

func ready(r bool) fnv1.Ready {
	if r {
		return fnv1.Ready_READY_TRUE
	}
	return fnv1.Ready_READY_FALSE
}
