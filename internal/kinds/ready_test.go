package kinds

import (
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// TestDeployed has a release in every state that provider-helm reports:
// https://github.com/crossplane-contrib/provider-helm/blob/v1.2.0/pkg/controller/namespaced/release/release.go
func TestDeployed(t *testing.T) {
	type want struct {
		ready bool
		why   string
	}
	const failed = `Release "karpenter" failed: context deadline exceeded`

	cases := map[string]struct {
		reason string
		// state, and the statuses of Synced and Ready, or empty if they don't exist.
		state, synced, ready string
		want                 want
	}{
		"New":              {reason: "Nothing is installed."},
		"Unreachable":      {reason: "The cluster cannot be reached, so the status may be outdated.", state: "deployed", synced: "False", ready: "True"},
		"Installing":       {reason: "The first revision is being installed.", state: "pending-install", synced: "True", ready: "False"},
		"InstallFailed":    {reason: "The first revision failed, and Helm reports the cause.", state: "failed", synced: "True", ready: "False", want: want{why: failed}},
		"Deployed":         {reason: "It's as desired.", state: "deployed", synced: "True", ready: "True", want: want{ready: true}},
		"WithoutReady":     {reason: "A release that is installed without errors may have no condition until the next poll.", state: "deployed", synced: "True", want: want{ready: true}},
		"ValuesDiffer":     {reason: "The last revision runs. Its chart or values are about to change.", state: "deployed", synced: "True", ready: "False", want: want{ready: true}},
		"Upgrading":        {reason: "The previous revision runs.", state: "pending-upgrade", synced: "True", ready: "False", want: want{ready: true}},
		"UpgradeFailed":    {reason: "It may run partially.", state: "failed", synced: "True", ready: "False", want: want{why: failed}},
		"CannotBeUpgraded": {reason: "The chart cannot be pulled.", state: "deployed", synced: "False", ready: "False"},
		"RollingBack":      {reason: "An upgrade failed.", state: "pending-rollback", synced: "True", ready: "False"},
		"Uninstalling":     {reason: "It's being deleted.", state: "uninstalling", synced: "True", ready: "False"},
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
