package lab

import (
	"context"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/crossplane/function-sdk-go/errors"
)

// acknowledgement matches the token in a message of ChangeBlocked.
var acknowledgement = regexp.MustCompile(`add (\S+) to spec\.acknowledgedChanges`)

// A change that AWS cannot make in place is blocked until it's acknowledged.
func TestChangeBlocked(t *testing.T) {
	t.Parallel()
	p := apply(t, minimalClaim(t, "change-blocked"))
	p.waitSettled()
	p.checkBlockedChange("m7i.large")
}

// checkBlockedChange changes the node group's instance type, which is blocked and
// deletes nothing. Once acknowledged, the node group is replaced once, after its
// Usages, and nothing else is.
func (p *platform) checkBlockedChange(instanceType string) {
	p.t.Helper()
	before := p.uids()
	p.edit([]any{instanceType}, "spec", "systemNodes", "instanceTypes")
	var token string
	p.within(settleTimeout, func(ctx context.Context) error {
		s, reason, message, err := p.changeBlocked(ctx)
		if err != nil {
			return err
		}
		m := acknowledgement.FindStringSubmatch(message)
		if s != "True" || reason != "NeedsAcknowledgement" || m == nil {
			return errors.Errorf("claim: got ChangeBlocked=%q: %s: %s, want True: NeedsAcknowledgement", s, reason, message)
		}
		token = m[1]
		return nil
	})
	time.Sleep(3 * time.Second) // For a wrong change to happen.
	p.checkRetained(before)
	p.checkNoDeletions("blocked")

	p.edit([]any{token}, "spec", "acknowledgedChanges")
	p.within(deleteTimeout, func(ctx context.Context) error {
		os, err := p.lab.Composed(ctx, p.xr)
		if err != nil {
			return err
		}
		group := os["node-group-system"]
		if group == nil || string(group.GetUID()) == before["node-group-system"] {
			return errors.New("the node group is not replaced")
		}
		types, _, err := unstructured.NestedStringSlice(group.Object, "spec", "forProvider", "instanceTypes")
		if err != nil || len(types) != 1 || types[0] != instanceType {
			return errors.Errorf("node group: got instance types %v, want %s: %v", types, instanceType, err)
		}
		if s, reason, message, err := p.changeBlocked(ctx); err != nil || s != "False" {
			return errors.Errorf("claim: got ChangeBlocked=%q: %s: %s: %v, want False", s, reason, message, err)
		}
		return p.isReady(ctx)
	})
	// Its Usages, and those by it, are replaced with it.
	maps.DeleteFunc(before, func(k, _ string) bool { return strings.Contains(k, "node-group-system") })
	p.checkRetained(before)
}

// changeBlocked returns the claim's condition ChangeBlocked.
func (p *platform) changeBlocked(ctx context.Context) (status, reason, message string, err error) {
	claim, err := p.lab.Get(ctx, p.claim)
	if err != nil {
		return "", "", "", err
	}
	status, reason, message = condition(claim, "ChangeBlocked")
	return status, reason, message, nil
}
