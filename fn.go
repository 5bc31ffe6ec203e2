package main

import (
	"context"
	"time"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
)

// A Function composes a platform from a SeafarerCluster. It has no state between
// calls. Package function lists its steps and the domains that describe a platform.
type Function struct {
	fnv1.UnimplementedFunctionRunnerServiceServer

	// ttl is the longest time for which Crossplane may cache a response.
	ttl time.Duration
}

// RunFunction returns the resources that a platform should have now.
func (f *Function) RunFunction(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	return function.Run(ctx, req, f.ttl), nil
}
