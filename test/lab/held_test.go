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

// acknowledgement in a message of ChangeBlocked.
var acknowledgement = regexp.MustCompile(`add (\S+) to spec\.acknowledgedChanges`)

// A change that AWS cannot make in place is held until it's acknowledged.
func TestChangeBlocked(t *testing.T) {
	t.Parallel()
	p := apply(t, claimed(t, "held"))
	p.settled()
	p.holdsThenReplaces("m7i.large")
}

// holdsThenReplaces has another type of instance asked for than the node group can
// have, and nothing goes. Acknowledged, the node group is replaced once, Usages
// first, and nothing else is made anew.
func (p *platform) holdsThenReplaces(instanceType string) {
	p.t.Helper()
	was := p.uids()
	p.edit([]any{instanceType}, "spec", "systemNodes", "instanceTypes")
	var token string
	p.within(settles, func(ctx context.Context) error {
		s, reason, message, err := p.held(ctx)
		if err != nil {
			return err
		}
		m := acknowledgement.FindStringSubmatch(message)
		if s != "True" || reason != "NeedsAcknowledgement" || m == nil {
			return errors.Errorf("claim is ChangeBlocked=%q: %s: %s", s, reason, message)
		}
		token = m[1]
		return nil
	})
	time.Sleep(3 * time.Second) // For something to go wrong.
	p.keeps(was)
	p.dropsNothing("asked for what is held")

	p.edit([]any{token}, "spec", "acknowledgedChanges")
	p.within(deletes, func(ctx context.Context) error {
		os, err := p.lab.Composed(ctx, p.xr)
		if err != nil {
			return err
		}
		group := os["node-group-system"]
		if group == nil || string(group.GetUID()) == was["node-group-system"] {
			return errors.New("the node group is not replaced")
		}
		types, _, err := unstructured.NestedStringSlice(group.Object, "spec", "forProvider", "instanceTypes")
		if err != nil || len(types) != 1 || types[0] != instanceType {
			return errors.Errorf("the node group has %v: %v", types, err)
		}
		if s, reason, message, err := p.held(ctx); err != nil || s != "False" {
			return errors.Errorf("claim is ChangeBlocked=%q: %s: %s: %v", s, reason, message, err)
		}
		return p.isReady(ctx)
	})
	// Its Usages, and those by it, go and come with it.
	maps.DeleteFunc(was, func(k, _ string) bool { return strings.Contains(k, "node-group-system") })
	p.keeps(was)
}

// held is what the claim says of changes that are held.
func (p *platform) held(ctx context.Context) (status, reason, message string, err error) {
	claim, err := p.lab.Get(ctx, p.claim)
	if err != nil {
		return "", "", "", err
	}
	status, reason, message = condition(claim, "ChangeBlocked")
	return status, reason, message, nil
}
