// Command function-seafarer-cluster is a Crossplane composition function that
// composes a complete Kubernetes platform on AWS. Called without a command, it
// serves Crossplane over gRPC.
package main

import (
	"time"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/cli"
)

func main() {
	cli.Main(func(ttl time.Duration) fnv1.FunctionRunnerServiceServer { return &Function{ttl: ttl} })
}
