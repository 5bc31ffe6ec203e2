package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/simulate"
)

// maxPasses is more than any claim needs to become stable.
const maxPasses = 20

// claims returns the requests that Crossplane sends for claims whose resources are
// ready.
func (c *cli) claims(ctx context.Context, f *function) ([][]byte, error) {
	manifest, err := os.ReadFile(filepath.Clean(c.Example))
	if err != nil {
		return nil, errors.Wrap(err, "cannot read the claim")
	}
	claims := make([][]byte, c.Claims)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(c.Clients)
	for i := range claims {
		g.Go(func() error {
			var err error
			claims[i], err = settledRequest(ctx, f, manifest, fmt.Sprintf("claim-%04d", i))
			return err
		})
	}
	return claims, g.Wait()
}

// settledRequest returns a claim's request once all composed resources exist and are
// ready, with the metadata that a control plane adds.
func settledRequest(ctx context.Context, f *function, manifest []byte, name string) ([]byte, error) {
	xr, err := render.Composite(manifest, apis.Composition)
	if err != nil {
		return nil, err
	}
	if err := rename(xr, name); err != nil {
		return nil, err
	}
	if err := claim.Default(xr); err != nil {
		return nil, err
	}
	req, err := render.Request(xr, apis.Composition, nil)
	if err != nil {
		return nil, err
	}
	spec, _ := xr["spec"].(map[string]any)
	region, _ := spec["region"].(string)
	world := simulate.World{Partition: "aws", Account: simulate.Account, Region: region}
	var before []byte
	for range maxPasses {
		b, err := proto.MarshalOptions{Deterministic: true}.Marshal(req)
		if err != nil {
			return nil, errors.Wrap(err, "cannot marshal a request")
		}
		if slices.Equal(b, before) {
			return proto.Marshal(simulate.WithMetadata(req))
		}
		rsp, err := f.response(ctx, b)
		if err != nil {
			return nil, errors.Wrapf(err, "cannot settle %s", name)
		}
		before, req.Observed.Resources = b, world.Observe(req.GetObserved().GetResources(), rsp)
	}
	return nil, errors.Errorf("%s does not settle", name)
}

// rename renames a composite resource and its claim.
func rename(xr map[string]any, name string) error {
	spec, _ := xr["spec"].(map[string]any)
	ref, _ := spec["claimRef"].(map[string]any)
	meta, _ := xr["metadata"].(map[string]any)
	labels, _ := meta["labels"].(map[string]any)
	if ref == nil || labels == nil {
		return errors.New("cannot rename the claim: the example must be a claim")
	}
	delete(spec, "clusterName")
	meta["name"], ref["name"], labels["crossplane.io/claim-name"] = name, name, name
	return nil
}

// A result of a load.
type result struct {
	times       []time.Duration
	took        time.Duration
	first, last int
}

// load calls the function with all claims, one after another, for the duration and at
// least once.
func (c *cli) load(ctx context.Context, f *function, claims [][]byte) (result, error) {
	// Calls with an invalid claim would be fast. Each claim was valid before, and the same
	// request gets the same response.
	r := result{}
	var next atomic.Int64
	var mu sync.Mutex
	began := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for range c.Clients {
		g.Go(func() error {
			for {
				n := int(next.Add(1)) - 1
				if n >= len(claims) && time.Since(began) >= c.Duration {
					return nil
				}
				start := time.Now()
				if _, err := f.call(ctx, claims[n%len(claims)]); err != nil {
					return err
				}
				took := time.Since(start)
				mu.Lock()
				r.times = append(r.times, took)
				round := len(r.times) == len(claims)
				mu.Unlock()
				if round {
					var err error
					if r.first, err = f.rss(); err != nil {
						return err
					}
				}
			}
		})
	}
	if err := g.Wait(); err != nil {
		return r, errors.Wrapf(err, "a call failed\n%s", f.log)
	}
	r.took = time.Since(began)
	var err error
	r.last, err = f.rss()
	return r, err
}

// check prints the measurements, and returns an error if they exceed a limit.
func (r result) check(started time.Duration) error {
	slices.Sort(r.times)
	at := func(q float64) time.Duration { return r.times[int(q*float64(len(r.times)-1))] }
	p50, p99 := at(0.5), at(0.99)
	tail, growth := float64(p99)/float64(p50), float64(r.last)/float64(r.first)
	fmt.Printf("start to response      %8s   want less than %s\n", started.Round(time.Millisecond), maxStart)
	fmt.Printf("calls                  %8d   %.0f a second, no errors\n", len(r.times), float64(len(r.times))/r.took.Seconds())
	fmt.Printf("median call            %8s\n", p50.Round(10*time.Microsecond))
	fmt.Printf("99 of 100 calls within %8s   %.1f times the median, want %.0f at most\n", p99.Round(10*time.Microsecond), tail, maxTail)
	fmt.Printf("memory                 %5d MiB   want %d MiB at most\n", r.last>>20, maxRSS>>20)
	fmt.Printf("  after the first round%5d MiB   %.2f times, want %.1f at most\n", r.first>>20, growth, maxGrowth)
	if started > maxStart || tail > maxTail || growth > maxGrowth || r.last > maxRSS {
		return errors.New("the function exceeds a limit: see above")
	}
	return nil
}
