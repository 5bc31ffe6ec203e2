package lab

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// awsFaults of AWS and of the providers.
var awsFaults = []fault{
	{name: "AWS throttles", weight: 4, inject: func(ctx context.Context, r *rand.Rand, _ *platform) error {
		return failCalls(ctx, r, AWSFault{Rate: 0.5})
	}},
	{name: "AWS is unavailable", weight: 2, inject: func(ctx context.Context, r *rand.Rand, _ *platform) error {
		const unavailable = 503
		return failCalls(ctx, r, AWSFault{Status: unavailable, Rate: 0.5})
	}},
	{name: "AWS denies access", weight: 2, inject: func(ctx context.Context, r *rand.Rand, _ *platform) error {
		services := []string{"ec2", "eks", "iam", "sqs", "events", "sts"}
		return failCalls(ctx, r, AWSFault{Service: services[r.IntN(len(services))], Code: "AccessDenied", Rate: 1})
	}},
	{name: "providers for the cluster killed", weight: 2, inject: func(context.Context, *rand.Rand, *platform) error {
		return shared.RestartProviders()
	}},
}

// lostResults aren't injected during creation. A provider that's killed between AWS's
// response and the update of its annotations, or whose update the API server doesn't accept
// for a second, has lost the result of the creation. Crossplane then waits until a person
// removes the annotation, rather than create a duplicate: docs/troubleshooting.md.
var lostResults = []fault{
	{name: "provider-aws killed", weight: 2, inject: func(context.Context, *rand.Rand, *platform) error {
		return shared.RestartProviderAWS()
	}},
	apiServerKilled,
}

// failCalls fails calls of AWS for a random time.
func failCalls(ctx context.Context, r *rand.Rand, f AWSFault) error {
	if err := shared.AWS.SetFaults(ctx, f); err != nil {
		return err
	}
	pause(ctx, r, 8*time.Second)
	return shared.AWS.SetFaults(ctx)
}

// faultsInAWS returns the faults of the control plane, except for simulated providers and
// lost results, and of AWS.
func faultsInAWS(more ...fault) []fault {
	fs := slices.DeleteFunc(slices.Clone(faults), func(f fault) bool { return f.name == "providers paused" || f.name == apiServerKilled.name })
	return slices.Concat(fs, awsFaults, more)
}

// Despite faults of AWS and of the control plane, a platform is created, upgraded and
// deleted, and the account is then as before.
func testFaultsInAWS(t *testing.T) {
	r := newRand(t)
	const phase = 3 // times -faults: with AWS everything takes longer
	claim := minimalClaim(t, "aws-faults")
	a := &awsPlatform{platform: &platform{t: t, lab: shared, claim: claim, timeout: settleTimeoutAWS}, region: "eu-west-3"}
	a.set("1.35", "spec", "kubernetesVersion")
	a.before = a.account()
	if _, err := shared.AWS.AddAPIServer(t.Context(), claim.GetNamespace()); err != nil {
		t.Fatal(err)
	}
	a.apply()
	a.injectFaults(r, phase**faultTime, faultsInAWS())
	a.waitSettled()
	a.waitNoWrites()
	a.checkNoDeletions("created")

	before := a.uidsWithoutSecrets()
	a.edit("1.36", "spec", "kubernetesVersion")
	a.injectFaults(r, phase**faultTime, faultsInAWS(lostResults...))
	a.waitSettled()
	a.checkRetained(before)
	a.waitNoWrites()
	a.checkNoDeletions("upgraded")

	a.delete()
	a.injectFaults(r, phase**faultTime, faultsInAWS(lostResults...))
	a.waitDeleted()
	a.unchanged(a.before)
	if left := shared.AWS.Leaked(); len(left) > 0 {
		t.Errorf("nodes whose cluster was deleted before them: %v", left)
	}
}
