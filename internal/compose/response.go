package compose

import (
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/protocol"
)

// WriteTo adds the decisions to a response. Resources that an earlier step of the
// pipeline desires stay as they are, unless they have one of our keys.
func (a *Assembly) WriteTo(rsp *fnv1.RunFunctionResponse) {
	state := protocol.Desired(rsp)
	if state.GetResources() == nil {
		state.Resources = make(map[string]*fnv1.Resource)
	}
	for d := range a.Decisions() {
		d.writeTo(state)
	}
	for _, d := range a.Orphans {
		if _, theirs := state.GetResources()[string(d.Key)]; !theirs {
			d.writeTo(state)
		}
	}
	protocol.Require(rsp, a.Requirements)
	// Crossplane doesn't see what is withheld, and would call the platform ready.
	if len(a.Withheld()) > 0 {
		protocol.Composite(rsp).Ready = fnv1.Ready_READY_FALSE
	}
}

// writeTo the desired state, unless the resource is withheld.
func (d Decision) writeTo(state *fnv1.State) {
	if d.Desired == nil {
		return
	}
	ready := fnv1.Ready_READY_FALSE
	if d.Ready {
		ready = fnv1.Ready_READY_TRUE
	}
	state.Resources[string(d.Key)] = &fnv1.Resource{Resource: d.Desired, Ready: ready}
}
