package examples

import (
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"
)

// Refusal is the message of the function for an invalid example, given its want.txt. That has
// what the commands print: a line for each error, after its position.
func Refusal(want string) string {
	var ms []string
	for l := range strings.Lines(want) {
		_, m, _ := strings.Cut(l, ": ")
		ms = append(ms, strings.TrimSpace(m))
	}
	return strings.Join(ms, "; ")
}

// Set a field of the observed composite resource to a JSON value.
func Set(req *fnv1.RunFunctionRequest, value string, path ...string) {
	o := req.GetObserved().GetComposite().GetResource()
	last := len(path) - 1
	for _, f := range path[:last] {
		o = o.GetFields()[f].GetStructValue()
	}
	o.Fields[path[last]] = resource.MustStructJSON(`{"value": ` + value + `}`).GetFields()["value"]
}

// At is the value of a field.
func At(o *structpb.Struct, path ...string) *structpb.Value {
	v := structpb.NewStructValue(o)
	for _, f := range path {
		v = v.GetStructValue().GetFields()[f]
	}
	return v
}

// DesiredResource of a response.
func DesiredResource(rsp *fnv1.RunFunctionResponse, name string) *structpb.Struct {
	return rsp.GetDesired().GetResources()[name].GetResource()
}

// Earlier is the desired state of an earlier step of the pipeline.
func Earlier() *fnv1.State {
	return &fnv1.State{
		Composite: &fnv1.Resource{
			Resource:          resource.MustStructJSON(`{"metadata": {"labels": {"a": "b"}}, "status": {"earlier": true, "accountId": "earlier", "cluster": {"name": "earlier"}}}`),
			ConnectionDetails: map[string][]byte{"a": []byte("b")},
		},
		Resources: map[string]*fnv1.Resource{
			"earlier": {Resource: resource.MustStructJSON(`{"apiVersion": "v1", "kind": "ConfigMap"}`), Ready: fnv1.Ready_READY_TRUE},
		},
	}
}
