package compose

import (
	"maps"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// WriteTo adds what was decided to a response. Resources that an earlier step of
// the pipeline desires are left alone, unless they have one of our names.
func (a *Assembly) WriteTo(rsp *fnv1.RunFunctionResponse) {
	d := state(rsp)
	if d.GetResources() == nil {
		d.Resources = make(map[string]*fnv1.Resource)
	}
	for _, p := range a.Parts {
		for _, s := range p.States {
			s.writeTo(d)
		}
	}
	for _, u := range a.Usages {
		u.writeTo(d)
	}
	for _, s := range a.Departing {
		if _, theirs := d.GetResources()[string(s.Key)]; !theirs {
			s.writeTo(d)
		}
	}
	a.ask(rsp)
	// What is withheld does not exist for Crossplane. It would call the platform
	// ready without it.
	if len(a.Withheld()) > 0 {
		composite(rsp).Ready = fnv1.Ready_READY_FALSE
	}
}

// writeTo desired state, unless the resource is withheld.
func (s State) writeTo(d *fnv1.State) {
	if s.Desired != nil {
		d.Resources[string(s.Key)] = &fnv1.Resource{Resource: s.Desired, Ready: ready(s.Ready)}
	}
}

// ask for what must be known to decide what may go.
func (a *Assembly) ask(rsp *fnv1.RunFunctionResponse) {
	if len(a.Asks) == 0 {
		return
	}
	if rsp.GetRequirements() == nil {
		rsp.Requirements = &fnv1.Requirements{}
	}
	if rsp.GetRequirements().GetResources() == nil {
		rsp.Requirements.Resources = make(map[string]*fnv1.ResourceSelector, len(a.Asks))
	}
	for k, s := range a.Asks {
		rsp.Requirements.Resources[string(k)] = s
	}
}

// WriteStatus of the composite resource, on top of what an earlier step of the
// pipeline wrote to it. The status is a pointer to a struct. What is empty in it
// isn't written.
func WriteStatus(rsp *fnv1.RunFunctionResponse, apiVersion, kind string, status any) error {
	s, err := fields(status)
	if err != nil {
		return errors.Wrap(err, "cannot convert status")
	}
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
	maps.Copy(f["status"].GetStructValue().GetFields(), s.GetFields())
	return nil
}

// WriteConnection adds details to those that an earlier step of the pipeline wrote.
// Crossplane puts them into the Secret that the claim asks for.
func WriteConnection(rsp *fnv1.RunFunctionResponse, details map[string][]byte) {
	c := composite(rsp)
	if c.GetConnectionDetails() == nil {
		c.ConnectionDetails = make(map[string][]byte, len(details))
	}
	maps.Copy(c.GetConnectionDetails(), details)
}

func composite(rsp *fnv1.RunFunctionResponse) *fnv1.Resource {
	d := state(rsp)
	if d.GetComposite() == nil {
		d.Composite = &fnv1.Resource{}
	}
	return d.GetComposite()
}

func state(rsp *fnv1.RunFunctionResponse) *fnv1.State {
	if rsp.GetDesired() == nil {
		rsp.Desired = &fnv1.State{}
	}
	return rsp.GetDesired()
}

func ready(r bool) fnv1.Ready {
	if r {
		return fnv1.Ready_READY_TRUE
	}
	return fnv1.Ready_READY_FALSE
}
