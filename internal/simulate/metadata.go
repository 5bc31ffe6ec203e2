package simulate

import (
	_ "embed"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// metadata that an API server, Crossplane and a provider add to what is observed.
// Most of it is managedFields, of three managers: Crossplane applied the spec, the
// provider updated its metadata and then the status. It's that of one managed
// resource of medium size.
//
//go:embed metadata.json
var metadata []byte

// WithMetadata is a request as large as one in a control plane: what is observed
// has the metadata that it has there, the same for each.
func WithMetadata(req *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	m := &structpb.Struct{}
	c, ok := proto.Clone(req).(*fnv1.RunFunctionRequest)
	if err := protojson.Unmarshal(metadata, m); err != nil || !ok {
		return req // Both are ours: a benchmark would show it by its request's size.
	}
	for _, r := range c.GetObserved().GetResources() {
		proto.Merge(r.GetResource().GetFields()["metadata"].GetStructValue(), m)
	}
	return c
}
