package lab

import (
	"context"
	"testing"
	"time"
)

// Whatever is killed, and whenever: nothing is made twice, and nothing is lost.
func TestRestarts(t *testing.T) {
	// Providers that are slow: the platform is half made when the function dies.
	shared.Providers.Pause()
	defer shared.Providers.Resume()
	p := apply(t, claimed(t, "restarts"))
	p.half()
	shared.KillFunction()
	was := p.uids()
	shared.Providers.Resume()
	time.Sleep(5 * time.Second) // For Crossplane to notice.
	p.keeps(was)
	if err := shared.StartFunction(); err != nil {
		t.Fatal(err)
	}
	p.settled()
	p.keeps(was)
	was = p.uids()

	steps := []struct {
		name    string
		restart func(ctx context.Context) error
	}{
		{name: "Function", restart: func(context.Context) error {
			shared.KillFunction()
			time.Sleep(3 * time.Second) // For Crossplane to notice.
			return shared.StartFunction()
		}},
		{name: "APIServer", restart: shared.RestartAPIServer},
		{name: "Crossplane", restart: func(ctx context.Context) error { return shared.RestartCrossplane(ctx, Patient...) }},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			p.t = t
			// There's something to do while it's away.
			p.edit(map[string]any{"restarted": s.name}, "spec", "tags")
			if err := s.restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			p.arrives("restarted", s.name)
			t.Logf("edit arrived %s after the restart", time.Since(start).Round(100*time.Millisecond))
			p.settled()
			unchanged(t, was, p.uids())
		})
	}
}

// With Crossplane's own flags its circuit breaker opens on each new platform. It
// becomes ready all the same, if slowly.
func TestCircuitBreaker(t *testing.T) {
	if err := shared.RestartCrossplane(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shared.RestartCrossplane(context.Background(), Patient...); err != nil {
			t.Error(err)
		}
	})
	p := apply(t, claimed(t, "breaker"))
	p.settled()
	was := p.uids()
	start := time.Now()
	p.edit(map[string]any{"team": "breaker"}, "spec", "tags")
	p.arrives("team", "breaker")
	t.Logf("edit arrived after %s", time.Since(start).Round(100*time.Millisecond))
	unchanged(t, was, p.uids())
}
