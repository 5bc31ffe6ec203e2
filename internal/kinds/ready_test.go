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

func TestStatus(t *testing.T) {
	type args struct {
		status                string
		ready, synced, lastOp string
	}
	type want struct {
		ready, why bool
	}
	cases := map[string]struct {
		reason string
		kind   status
		args   args
		want   want
	}{
		"Active":       {reason: "The cluster serves the platform.", kind: clusterStatus, args: args{status: "ACTIVE", ready: "True", synced: "True", lastOp: "True"}, want: want{ready: true}},
		"Updating":     {reason: "A cluster serves the platform while it's updated.", kind: clusterStatus, args: args{status: "UPDATING", ready: "True", synced: "True"}, want: want{ready: true}},
		"Creating":     {reason: "The provider reports Ready as soon as the cluster exists.", kind: clusterStatus, args: args{status: "CREATING", ready: "True", synced: "True"}},
		"Failed":       {reason: "A failed cluster doesn't heal.", kind: clusterStatus, args: args{status: "FAILED", ready: "True", synced: "True"}, want: want{why: true}},
		"Unreported":   {reason: "AWS has said nothing.", kind: clusterStatus, args: args{ready: "True", synced: "True"}},
		"CreateFailed": {reason: "A node group without nodes exists.", kind: nodeGroupStatus, args: args{status: "CREATE_FAILED", ready: "True", synced: "True"}, want: want{why: true}},
		"Degraded":     {reason: "Some nodes are missing.", kind: nodeGroupStatus, args: args{status: "DEGRADED", ready: "True", synced: "True"}, want: want{why: true}},
		"UpdateFailed": {reason: "The nodes aren't as desired.", kind: nodeGroupStatus, args: args{status: "ACTIVE", ready: "True", synced: "True", lastOp: "False"}},
		"Unsynced":     {reason: "The nodes aren't as desired.", kind: nodeGroupStatus, args: args{status: "ACTIVE", ready: "True", synced: "False"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var cs []any
			for typ, status := range map[string]string{"Synced": tc.args.synced, "Ready": tc.args.ready, "LastAsyncOperation": tc.args.lastOp} {
				if status != "" {
					cs = append(cs, map[string]any{"type": typ, "status": status})
				}
			}
			s, err := structpb.NewStruct(map[string]any{"status": map[string]any{"atProvider": map[string]any{"status": tc.args.status}, "conditions": cs}})
			if err != nil {
				t.Fatal(err)
			}
			ready, why := tc.kind.ready(object.Of(s))
			if got := (want{ready, why != ""}); got != tc.want {
				t.Errorf("\n%s\nready(...): want %+v, got %+v: %s", tc.reason, tc.want, got, why)
			}
		})
	}
}
