package kinds

import (
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// TestDeployed has a release in every state that provider-helm tells:
// https://github.com/crossplane-contrib/provider-helm/blob/v1.2.0/pkg/controller/namespaced/release/release.go
func TestDeployed(t *testing.T) {
	type want struct {
		ready bool
		why   string
	}
	const failed = `Release "karpenter" failed: context deadline exceeded`

	cases := map[string]struct {
		reason string
		// state, and what the conditions Synced and Ready say; empty if they
		// aren't there.
		state, synced, ready string
		want                 want
	}{
		"New":              {reason: "Nothing is installed."},
		"Unreachable":      {reason: "The cluster cannot be reached, for now or any longer: what is there is what was there.", state: "deployed", synced: "False", ready: "True"},
		"Installing":       {reason: "The first revision is being installed.", state: "pending-install", synced: "True", ready: "False"},
		"InstallFailed":    {reason: "The first revision has failed, and Helm says why.", state: "failed", synced: "True", ready: "False", want: want{why: failed}},
		"Deployed":         {reason: "It's as it should be.", state: "deployed", synced: "True", ready: "True", want: want{ready: true}},
		"WithoutReady":     {reason: "A release that was installed without a hitch may lack the condition until the next poll.", state: "deployed", synced: "True", want: want{ready: true}},
		"ValuesDiffer":     {reason: "The last revision runs. Its chart or values are about to change.", state: "deployed", synced: "True", ready: "False", want: want{ready: true}},
		"Upgrading":        {reason: "The revision before runs.", state: "pending-upgrade", synced: "True", ready: "False", want: want{ready: true}},
		"UpgradeFailed":    {reason: "Half of it may run.", state: "failed", synced: "True", ready: "False", want: want{why: failed}},
		"CannotBeUpgraded": {reason: "The chart cannot be pulled.", state: "deployed", synced: "False", ready: "False"},
		"RollingBack":      {reason: "An upgrade has failed.", state: "pending-rollback", synced: "True", ready: "False"},
		"Uninstalling":     {reason: "It goes.", state: "uninstalling", synced: "True", ready: "False"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var cs []any
			for typ, status := range map[string]string{"Synced": tc.synced, "Ready": tc.ready} {
				if status != "" {
					cs = append(cs, map[string]any{"type": typ, "status": status})
				}
			}
			s, err := structpb.NewStruct(map[string]any{"status": map[string]any{
				"atProvider": map[string]any{"state": tc.state, "releaseDescription": failed},
				"conditions": cs,
			}})
			if err != nil {
				t.Fatal(err)
			}
			ready, why := deployed(object.Of(s))
			if got := (want{ready, why}); got != tc.want {
				t.Errorf("\n%s\ndeployed(...): want %+v, got %+v", tc.reason, tc.want, got)
			}
		})
	}
}
