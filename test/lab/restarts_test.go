package lab

import (
	"context"
	"testing"
	"time"
)

// Restarts create no duplicate and lose no edit.
func TestRestarts(t *testing.T) {
	// Paused providers: the platform is incomplete when the function is killed.
	shared.Providers.Pause()
	defer shared.Providers.Resume()
	p := apply(t, minimalClaim(t, "restarts"))
	p.waitPartial()
	shared.KillFunction()
	before := p.uids()
	shared.Providers.Resume()
	time.Sleep(5 * time.Second) // For Crossplane to call the function.
	p.checkRetained(before)
	if err := shared.StartFunction(); err != nil {
		t.Fatal(err)
	}
	p.waitSettled()
	p.checkRetained(before)
	before = p.uids()

	steps := []struct {
		name    string
		restart func(ctx context.Context) error
	}{
		{name: "Function", restart: func(context.Context) error {
			shared.KillFunction()
			time.Sleep(3 * time.Second) // For Crossplane to call the function.
			return shared.StartFunction()
		}},
		{name: "APIServer", restart: shared.RestartAPIServer},
		{name: "Crossplane", restart: func(ctx context.Context) error { return shared.RestartCrossplane(ctx, RaisedCircuitBreaker...) }},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			p.t = t
			// The edit is pending during the restart.
			p.edit(map[string]any{"restarted": s.name}, "spec", "tags")
			if err := s.restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			p.waitTag("restarted", s.name)
			t.Logf("edit reconciled %s after the restart", time.Since(start).Round(100*time.Millisecond))
			p.waitSettled()
			unchanged(t, before, p.uids())
		})
	}
}

// With Crossplane's default flags, its circuit breaker opens on each new platform,
// which becomes ready nevertheless, more slowly.
func TestCircuitBreaker(t *testing.T) {
	if err := shared.RestartCrossplane(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shared.RestartCrossplane(context.Background(), RaisedCircuitBreaker...); err != nil {
			t.Error(err)
		}
	})
	p := apply(t, minimalClaim(t, "breaker"))
	p.waitSettled()
	before := p.uids()
	start := time.Now()
	p.edit(map[string]any{"team": "breaker"}, "spec", "tags")
	p.waitTag("team", "breaker")
	t.Logf("edit reconciled after %s", time.Since(start).Round(100*time.Millisecond))
	unchanged(t, before, p.uids())
}
