package platform

import "github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"

// deployed tells whether a release runs. provider-helm says that one is Ready only
// while its last revision is deployed with the chart and the values of its spec.
// During an upgrade the revision before still runs, so that the platform stays as
// ready as it was, unless the upgrade fails or cannot be tried.
func deployed(e compose.Existing) (bool, string) {
	state := e.String("status.atProvider.state")
	switch state {
	case stateDeployed, statePendingUpgrade:
		return e.Is("Synced"), ""
	case stateFailed:
		return false, e.String("status.atProvider.releaseDescription")
	default:
		return false, ""
	}
}

// States of a release, as Helm calls them.
const (
	stateDeployed       = "deployed"
	statePendingUpgrade = "pending-upgrade"
	stateFailed         = "failed"
)
