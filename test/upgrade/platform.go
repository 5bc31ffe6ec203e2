package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/schema"
)

// A runner calls a function.
type runner func(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error)

// A platform is an example of a revision.
type platform struct {
	example string
	request *fnv1.RunFunctionRequest
}

// platforms of all valid examples in the source of a revision, of which nothing exists.
func platforms(source string) ([]platform, error) {
	defaults, err := readDefaults(filepath.Join(source, "apis", "definition.yaml"))
	if err != nil {
		return nil, err
	}
	claims, err := filepath.Glob(filepath.Join(source, "example", "*", "claim.yaml"))
	if err != nil || len(claims) == 0 {
		return nil, errors.Errorf("cannot find examples in %s", source)
	}
	slices.Sort(claims)
	var ps []platform
	for _, c := range claims {
		dir := filepath.Dir(c)
		if name := filepath.Base(dir); !strings.HasPrefix(name, "invalid-") {
			req, err := request(source, dir, defaults)
			if err != nil {
				return nil, errors.Wrapf(err, "cannot read example %s", name)
			}
			ps = append(ps, platform{example: name, request: req})
		}
	}
	return ps, nil
}

// request of Crossplane for an example. Its API server stored the defaults of the revision.
func request(source, dir string, defaults *schema.Schema) (*fnv1.RunFunctionRequest, error) {
	path := filepath.Join(dir, "composition.yaml")
	if _, err := os.Stat(path); err != nil {
		path = filepath.Join(source, "apis", "composition.yaml")
	}
	composition, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	claim, err := os.ReadFile(filepath.Clean(filepath.Join(dir, "claim.yaml")))
	if err != nil {
		return nil, err
	}
	xr, err := render.Composite(claim, composition)
	if err != nil {
		return nil, err
	}
	defaults.Default(xr)
	return render.Request(xr, composition, nil)
}

// readDefaults of a CompositeResourceDefinition.
func readDefaults(path string) (*schema.Schema, error) {
	b, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, errors.Wrap(err, "cannot read the API of the revision")
	}
	s, err := apis.SchemaOf(b)
	if err != nil {
		return nil, errors.Wrap(err, "cannot use the API of the revision")
	}
	delete(s.Properties, "status")
	return schema.New(&s)
}

// settle a platform: call the function, and simulate the providers, until nothing changes.
// Each response is visited, and the last one returned with its request.
func settle(ctx context.Context, run runner, req *fnv1.RunFunctionRequest, visit func(*fnv1.RunFunctionResponse)) (*fnv1.RunFunctionRequest, *fnv1.RunFunctionResponse, error) {
	for range render.MaxPasses {
		rsp, err := run(ctx, req)
		if err != nil {
			return nil, nil, err
		}
		visit(rsp)
		next := render.Next(req, rsp)
		if render.Fatal(rsp) != "" || proto.Equal(next, req) {
			return req, rsp, nil
		}
		req = next
	}
	return nil, nil, errors.Errorf("after %d passes it still changes", render.MaxPasses)
}
