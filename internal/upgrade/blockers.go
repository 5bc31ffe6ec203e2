package upgrade

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
)

// A blocker is a reason why a platform doesn't take its next step.
type blocker struct {
	// step that is in progress instead.
	step string

	message string

	// reason why waiting doesn't help, or empty if it does.
	reason string

	// of are the resources of the step.
	of []key.Key
}

// blocker of the control plane's step to its next version, or nil. All must be reported to
// be well now.
func (u Upgrade) blocker(next string) *blocker {
	if b := u.addonsBlocker(); b != nil {
		return b
	}
	if b := u.nodesBlocker(next); b != nil {
		return b
	}
	if b := u.chartBlocker(next); b != nil {
		return b
	}
	if !u.is.Cluster.Ready {
		return &blocker{step: StepControlPlane, of: []key.Key{key.Cluster}, message: fmt.Sprintf("Kubernetes %s waits for the cluster to be ready", next)}
	}
	return u.proxyBlocker(next)
}

func (u Upgrade) addonsBlocker() *blocker {
	names := u.unreadyAddons()
	if len(names) == 0 {
		return nil
	}
	b := &blocker{step: StepAddons, message: "Waiting for add-ons to be ready: " + strings.Join(names, ", ")}
	for _, n := range names {
		b.of = append(b.of, key.Addon(n))
	}
	return b
}

// nodesBlocker, unless the system nodes run the version of the control plane. AWS requires
// that before the next upgrade, and allows as much skew as Kubernetes does.
func (u Upgrade) nodesBlocker(next string) *blocker {
	nodes, of := u.nodes(), []key.Key{key.NodeGroup(key.System)}
	have, want := compat.Latest(nodes.Reported), u.nodesTarget()
	switch {
	case compat.Newer(want, have):
		return &blocker{step: StepSystemNodes, of: of, message: fmt.Sprintf("The system nodes are upgraded from %s to %s", cmp.Or(have, "an unknown version"), want)}
	case !nodes.Works():
		return &blocker{step: StepSystemNodes, of: of, message: fmt.Sprintf("Kubernetes %s waits for the system nodes to be ready", next)}
	case compat.Behind(have, next) > compat.MaxSkew:
		return &blocker{step: StepSystemNodes, of: of, reason: reasonVersionSkew, message: fmt.Sprintf(
			"The system nodes run Kubernetes %s, and must not be more than %d minors behind %s: set spec.systemNodes.kubernetesVersion to a later version, or leave it out", have, compat.MaxSkew, next)}
	default:
		return nil
	}
}

// charts are the releases of Karpenter's charts.
var charts = []key.Key{key.Karpenter, key.KarpenterCRDs}

// chartBlocker, unless the installed chart of Karpenter supports a version of Kubernetes.
func (u Upgrade) chartBlocker(next string) *blocker {
	k := u.is.Karpenter
	switch chart := k.Controller.Desired; {
	case !supports(chart, next):
		return &blocker{step: StepKarpenter, of: charts, message: fmt.Sprintf("Karpenter is upgraded from %s to %s, which supports Kubernetes %s", cmp.Or(chart, "an unknown version"), u.want.Spec.Karpenter.Version, next)}
	case !k.Controller.Works() || !k.Deployed:
		return &blocker{step: StepKarpenter, of: charts, message: fmt.Sprintf("Kubernetes %s waits for Karpenter %s to be deployed", next, chart)}
	default:
		return nil
	}
}

// proxyBlocker, unless kube-proxy is recent enough: EKS doesn't upgrade add-ons along with
// the cluster.
func (u Upgrade) proxyBlocker(next string) *blocker {
	proxy := compat.KubeProxy(u.is.Addons[claim.KubeProxy].Reported)
	switch {
	case proxy == "":
		return &blocker{step: StepAddons, message: fmt.Sprintf("Kubernetes %s waits for EKS to report the version of kube-proxy", next)}
	case compat.Behind(proxy, next) > compat.MaxSkew:
		return &blocker{step: StepAddons, reason: reasonVersionSkew, message: fmt.Sprintf(
			"The add-on kube-proxy is of Kubernetes %s, and must not be more than %d minors behind %s: give spec.addons an entry kube-proxy with a version for Kubernetes %s", proxy, compat.MaxSkew, next, u.runs)}
	default:
		return nil
	}
}
