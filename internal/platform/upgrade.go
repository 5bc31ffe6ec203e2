package platform

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

// Conditions that tell of upgrades.
const (
	ConditionUpgrading      = "Upgrading"
	ConditionUpgradeBlocked = "UpgradeBlocked"
)

// Reasons of the condition Upgrading: the step that's under way, or why none is.
const (
	StepControlPlane = "ControlPlane"
	StepAddons       = "Addons"
	StepSystemNodes  = "SystemNodes"
	StepKarpenter    = "Karpenter"
	reasonUpToDate   = "UpToDate"
	reasonCreating   = "Creating"
)

// Reasons of the condition UpgradeBlocked.
const (
	reasonNotBlocked   = "NotBlocked"
	reasonCannotGoBack = "CannotGoBack"
	reasonVersionSkew  = "VersionSkew"
	reasonFailing      = compose.ReasonFailing
)

// A lack is what keeps the platform from its next step.
type lack struct {
	// step that is under way instead.
	step string

	message string

	// blocks is set if time won't help, and says why not.
	blocks string

	// of are the resources that the step is about.
	of []compose.Key
}

// lacks tells what there must be before the control plane goes to its next
// version, or nil if all is there. It's told now: what goes missing is lacking.
func (w walk) lacks(next string) *lack {
	if l := w.lacksAddons(); l != nil {
		return l
	}
	if l := w.lacksNodes(next); l != nil {
		return l
	}
	if l := w.lacksChart(next); l != nil {
		return l
	}
	if !w.observed[KeyCluster].Is("Ready") {
		return &lack{step: StepControlPlane, of: []compose.Key{KeyCluster}, message: fmt.Sprintf("Kubernetes %s waits for the cluster to be ready", next)}
	}
	return w.lacksProxy(next)
}

func (w walk) lacksAddons() *lack {
	if names := w.unreadyAddons(); len(names) > 0 {
		l := &lack{step: StepAddons, message: "Waiting for add-ons to be ready: " + strings.Join(names, ", ")}
		for _, n := range names {
			l.of = append(l.of, KeyAddon(n))
		}
		return l
	}
	return nil
}

// lacksNodes of the version that the control plane runs. AWS asks for that before
// the next upgrade, and allows for nodes that lag no more than Kubernetes does.
func (w walk) lacksNodes(next string) *lack {
	e := w.observed[KeySystemNodeGroup]
	have, want := compat.Latest(e.String("status.atProvider.version")), w.nodesTarget()
	switch {
	case compat.Newer(want, have):
		return &lack{step: StepSystemNodes, of: []compose.Key{KeySystemNodeGroup}, message: fmt.Sprintf("The system nodes go from %s to %s", cmp.Or(have, "an unknown version"), want)}
	case !e.Is("Ready") || !e.Is("Synced"):
		return &lack{step: StepSystemNodes, of: []compose.Key{KeySystemNodeGroup}, message: fmt.Sprintf("Kubernetes %s waits for the system nodes to be ready", next)}
	case compat.Behind(have, next) > compat.MaxSkew:
		return &lack{step: StepSystemNodes, of: []compose.Key{KeySystemNodeGroup}, blocks: reasonVersionSkew, message: fmt.Sprintf(
			"The system nodes run Kubernetes %s, and must not be more than %d minors behind %s: set spec.systemNodes.kubernetesVersion to a later version, or leave it out", have, compat.MaxSkew, next)}
	default:
		return nil
	}
}

// lacksChart that supports a version of Kubernetes. What counts is the one that
// runs, rather than the one that's asked for.
func (w walk) lacksChart(next string) *lack {
	e := w.observed[KeyKarpenterRelease]
	chart := e.String("spec.forProvider.chart.version")
	switch {
	case !supports(chart, next):
		return &lack{step: StepKarpenter, of: []compose.Key{KeyKarpenterRelease, KeyKarpenterCRDRelease}, message: fmt.Sprintf("Karpenter goes from %s to %s, which supports Kubernetes %s", cmp.Or(chart, "an unknown version"), w.spec.Karpenter.Version, next)}
	case !e.Is("Ready") || !e.Is("Synced") || e.String("status.atProvider.state") != stateDeployed:
		return &lack{step: StepKarpenter, of: []compose.Key{KeyKarpenterRelease, KeyKarpenterCRDRelease}, message: fmt.Sprintf("Kubernetes %s waits for Karpenter %s to be deployed", next, chart)}
	default:
		return nil
	}
}

// lacksProxy that is recent enough: EKS keeps the version that add-ons are
// installed in, whatever becomes of the cluster.
func (w walk) lacksProxy(next string) *lack {
	proxy := compat.KubeProxy(w.observed[KeyAddon(AddonKubeProxy)].String("status.atProvider.addonVersion"))
	switch {
	case proxy == "":
		return &lack{step: StepAddons, message: fmt.Sprintf("Kubernetes %s waits for kube-proxy to tell its version", next)}
	case compat.Behind(proxy, next) > compat.MaxSkew:
		return &lack{step: StepAddons, blocks: reasonVersionSkew, message: fmt.Sprintf(
			"The add-on kube-proxy is of Kubernetes %s, and must not be more than %d minors behind %s: give spec.addons an entry kube-proxy with a version for Kubernetes %s", proxy, compat.MaxSkew, next, w.runs)}
	default:
		return nil
	}
}

// Conditions tell which step of an upgrade is under way, and what blocks it.
func (p Plan) Conditions(a *compose.Assembly) []compose.Condition {
	return p.walk.conditions(p.Versions, a.Complaint)
}

// conditions of the walk, given what providers complain about.
func (w walk) conditions(v v1alpha1.VersionsStatus, complaint func(of ...compose.Key) string) []compose.Condition {
	upgrading := compose.Condition{Type: ConditionUpgrading, Status: metav1.ConditionFalse, Reason: reasonUpToDate}
	blocked := compose.Condition{Type: ConditionUpgradeBlocked, Status: metav1.ConditionFalse, Reason: reasonNotBlocked}
	block := func(reason, message string) {
		if reason != "" {
			blocked.Status, blocked.Reason, blocked.Message = metav1.ConditionTrue, reason, message
		}
	}
	if w.runs == "" {
		upgrading.Reason = reasonCreating
		return []compose.Condition{upgrading, blocked}
	}
	if l := w.step(v); l != nil {
		upgrading.Status, upgrading.Reason, upgrading.Message = metav1.ConditionTrue, l.step, l.message
		if w.asked() != v.ControlPlane {
			upgrading.Message += ", on the way to " + w.asked()
		}
		if c := complaint(l.of...); c != "" {
			block(reasonFailing, c)
		}
		block(l.blocks, l.message)
	}
	block(w.refused())
	return []compose.Condition{upgrading, blocked}
}

// step that is under way, if any.
func (w walk) step(v v1alpha1.VersionsStatus) *lack {
	switch {
	case compat.Newer(v.ControlPlane, w.runs):
		return &lack{step: StepControlPlane, of: []compose.Key{KeyCluster}, message: fmt.Sprintf("The control plane goes from %s to %s", w.runs, v.ControlPlane)}
	case w.asked() != w.runs:
		return w.waiting()
	case len(w.movingAddons()) > 0:
		l := &lack{step: StepAddons, message: "Add-ons go " + strings.Join(w.movingAddons(), ", ")}
		if unready := w.lacksAddons(); unready != nil {
			l.of = unready.of
		}
		return l
	case w.nodes != "" && compat.Newer(w.nodesTarget(), w.nodes):
		if l := w.lacksAddons(); l != nil {
			return l
		}
		return &lack{step: StepSystemNodes, of: []compose.Key{KeySystemNodeGroup}, message: fmt.Sprintf("The system nodes go from %s to %s", w.nodes, w.nodesTarget())}
	default:
		return w.movingChart(v.Karpenter)
	}
}

// waiting for what there must be before the control plane goes to its next version.
func (w walk) waiting() *lack {
	if l := w.lacks(compat.Next(w.runs)); l != nil {
		return l
	}
	return &lack{step: StepControlPlane, of: []compose.Key{KeyCluster}, message: "Waiting for EKS to tell the version of the control plane, last known as " + w.runs}
}

// movingChart is the step of Karpenter to a version, if it isn't there.
func (w walk) movingChart(to string) *lack {
	from := w.observed[KeyKarpenterRelease].String("spec.forProvider.chart.version")
	if from == "" || from == to {
		return nil
	}
	return &lack{step: StepKarpenter, of: []compose.Key{KeyKarpenterRelease, KeyKarpenterCRDRelease}, message: fmt.Sprintf("Karpenter goes from %s to %s", from, to)}
}

// movingAddons are those that go from one version to another.
func (w walk) movingAddons() []string {
	var moves []string
	for _, a := range w.spec.Addons {
		from := w.observed[KeyAddon(a.Name)].String("status.atProvider.addonVersion")
		if to, known := w.addon(a); known && to != "" && from != "" && from != to {
			moves = append(moves, fmt.Sprintf("from %s to %s (%s)", from, to, a.Name))
		}
	}
	return moves
}

// refused is what the claim asks for and cannot get, if anything: the reason and
// what to do.
func (w walk) refused() (reason, message string) {
	held := w.spec.SystemNodes.KubernetesVersion
	switch {
	case compat.Newer(w.runs, w.spec.KubernetesVersion):
		message = fmt.Sprintf("EKS runs Kubernetes %s and cannot go back to %s: set spec.kubernetesVersion to %s", w.runs, w.spec.KubernetesVersion, w.runs)
		if err := compat.Karpenter(semver.MustParse(w.spec.Karpenter.Version), w.runs); err != nil {
			message += "; " + err.Error()
		}
		return reasonCannotGoBack, message
	case held != "" && compat.Newer(w.nodes, held):
		return reasonCannotGoBack, fmt.Sprintf("The system nodes run Kubernetes %s and cannot go back to %s: set spec.systemNodes.kubernetesVersion to %s, or leave it out", w.nodes, held, w.nodes)
	default:
		return "", ""
	}
}
