package lab

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// awsFaults are what goes wrong with AWS, and with those who work in it.
var awsFaults = []fault{
	{name: "AWS throttles", often: 4, do: func(ctx context.Context, r *rand.Rand, _ *platform) error {
		return failing(ctx, r, AWSFault{Rate: 0.5})
	}},
	{name: "AWS is unavailable", often: 2, do: func(ctx context.Context, r *rand.Rand, _ *platform) error {
		const unavailable = 503
		return failing(ctx, r, AWSFault{Status: unavailable, Rate: 0.5})
	}},
	{name: "AWS denies access", often: 2, do: func(ctx context.Context, r *rand.Rand, _ *platform) error {
		services := []string{"ec2", "eks", "iam", "sqs", "events", "sts"}
		return failing(ctx, r, AWSFault{Service: services[r.IntN(len(services))], Code: "AccessDenied", Rate: 1})
	}},
	{name: "providers for the cluster killed", often: 2, do: func(context.Context, *rand.Rand, *platform) error {
		return shared.RestartProviders()
	}},
}

// providerAWSKilled is no fault of a platform that's being made: a provider that's
// killed between AWS's answer and the note that it takes of it has lost an id,
// and Crossplane then waits for somebody to look, rather than make it twice.
var providerAWSKilled = fault{name: "provider-aws killed", often: 2, do: func(context.Context, *rand.Rand, *platform) error {
	return shared.RestartProviderAWS()
}}

// failing calls of AWS, for some time.
func failing(ctx context.Context, r *rand.Rand, f AWSFault) error {
	if err := shared.AWS.Fail(ctx, f); err != nil {
		return err
	}
	pause(ctx, r, 8*time.Second)
	return shared.AWS.Fail(ctx)
}

// suffered by a platform in AWS: faults of the control plane, but for those of a
// stand-in that's not there, and of AWS.
func suffered(more ...fault) []fault {
	fs := slices.DeleteFunc(slices.Clone(faults), func(f fault) bool { return f.name == "providers away" })
	return slices.Concat(fs, awsFaults, more)
}

// Whatever AWS answers, and whatever is killed, while a platform is made, upgraded
// and deleted: in the end it's all there, or the account is empty.
func testFaultsInAWS(t *testing.T) {
	r := dice(t)
	const phase = 3 // times -faults: with AWS everything takes longer.
	claim := claimed(t, "aws-faults")
	a := &inAWS{platform: &platform{t: t, lab: shared, claim: claim, patience: settlesAWS}, region: "eu-west-3"}
	a.set("1.35", "spec", "kubernetesVersion")
	a.before = a.account()
	if _, err := shared.AWS.Offer(t.Context(), claim.GetNamespace()); err != nil {
		t.Fatal(err)
	}
	a.apply()
	a.suffer(r, phase**faultTime, suffered())
	a.settled()
	a.quiet()
	a.dropsNothing("made")

	was := a.lasting()
	a.edit("1.36", "spec", "kubernetesVersion")
	a.suffer(r, phase**faultTime, suffered(providerAWSKilled))
	a.settled()
	a.keeps(was)
	a.quiet()
	a.dropsNothing("upgraded")

	a.delete()
	a.suffer(r, phase**faultTime, suffered(providerAWSKilled))
	a.gone()
	a.unchanged(a.before)
	if left := shared.AWS.Leaked(); len(left) > 0 {
		t.Errorf("nodes whose cluster went before they did: %v", left)
	}
}
