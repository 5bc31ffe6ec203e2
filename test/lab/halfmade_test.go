package lab

import (
	"context"
	"testing"

	"github.com/crossplane/function-sdk-go/errors"
)

// A claim that's deleted before its platform is there leaves nothing behind.
func TestDeleteHalfMade(t *testing.T) {
	shared.Providers.Pause()
	defer shared.Providers.Resume()
	p := apply(t, claimed(t, "half"))
	p.half()
	p.deleted()
	shared.Providers.Resume()
}

// half made is a platform whose providers have done nothing yet.
func (p *platform) half() {
	p.t.Helper()
	const some = 5
	p.within(settles, func(ctx context.Context) error {
		os, err := p.lab.Composed(ctx, p.xr)
		if err != nil {
			return err
		}
		if len(os) < some {
			return errors.Errorf("%d objects, want %d", len(os), some)
		}
		return nil
	})
}
