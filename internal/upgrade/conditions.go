package upgrade

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// Conditions on upgrades.
const (
	ConditionUpgrading      = "Upgrading"
	ConditionUpgradeBlocked = "UpgradeBlocked"
)

// Reasons of the condition Upgrading: the current step, or why there is none.
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
	reasonNotBlocked       = "NotBlocked"
	reasonOlderThanRunning = "OlderThanRunning"
	reasonRolledBack       = "RolledBack"
	reasonVersionSkew      = "VersionSkew"
	reasonFailing          = "Failing"
)

// Conditions report the current step of an upgrade and what blocks it, given what providers
// complain about.
func (u Upgrade) Conditions(v v1alpha1.VersionsStatus, complaint func(of ...key.Key) string) []object.Condition {
	upgrading := object.Condition{Type: ConditionUpgrading, Status: metav1.ConditionFalse, Reason: reasonUpToDate}
	blocked := object.Condition{Type: ConditionUpgradeBlocked, Status: metav1.ConditionFalse, Reason: reasonNotBlocked}
	block := func(reason, message string) {
		if reason != "" {
			blocked.Status, blocked.Reason, blocked.Message = metav1.ConditionTrue, reason, message
		}
	}
	if u.runs == "" {
		upgrading.Reason = reasonCreating
		return []object.Condition{upgrading, blocked}
	}
	if b := u.step(v); b != nil {
		upgrading.Status, upgrading.Reason, upgrading.Message = metav1.ConditionTrue, b.step, b.message
		if u.target() != v.ControlPlane {
			upgrading.Message += ", on the way to " + u.target()
		}
		if c := complaint(b.of...); c != "" {
			block(reasonFailing, c)
		}
		block(b.reason, b.message)
	}
	block(u.refused())
	return []object.Condition{upgrading, blocked}
}

// step that is in progress, if any.
func (u Upgrade) step(v v1alpha1.VersionsStatus) *blocker {
	switch {
	case compat.Newer(v.ControlPlane, u.runs):
		return &blocker{step: StepControlPlane, of: []key.Key{key.Cluster}, message: fmt.Sprintf("The control plane is upgraded from %s to %s", u.runs, v.ControlPlane)}
	case u.target() != u.runs:
		return u.waiting()
	case len(u.movingAddons()) > 0:
		b := &blocker{step: StepAddons, message: "Add-ons are upgraded " + strings.Join(u.movingAddons(), ", ")}
		if unready := u.addonsBlocker(); unready != nil {
			b.of = unready.of
		}
		return b
	case u.nodes().Version != "" && compat.Newer(u.nodesTarget(), u.nodes().Version):
		if b := u.addonsBlocker(); b != nil {
			return b
		}
		return &blocker{step: StepSystemNodes, of: []key.Key{key.NodeGroup(key.System)}, message: fmt.Sprintf("The system nodes are upgraded from %s to %s", u.nodes().Version, u.nodesTarget())}
	default:
		return u.movingChart(v.Karpenter)
	}
}

// waiting is for what the control plane's next step requires.
func (u Upgrade) waiting() *blocker {
	if b := u.blocker(compat.Next(u.runs)); b != nil {
		return b
	}
	return &blocker{step: StepControlPlane, of: []key.Key{key.Cluster}, message: "Waiting for EKS to report the version of the control plane, last known as " + u.runs}
}

// movingChart is Karpenter's step to a version, unless it has that.
func (u Upgrade) movingChart(to string) *blocker {
	from := u.is.Karpenter.Controller.Desired
	if from == "" || from == to {
		return nil
	}
	return &blocker{step: StepKarpenter, of: charts, message: fmt.Sprintf("Karpenter is upgraded from %s to %s", from, to)}
}

// movingAddons go from one version to another.
func (u Upgrade) movingAddons() []string {
	var moves []string
	for _, a := range u.want.Addons {
		from := u.is.Addons[a.Name].Reported
		if to, known := u.Addon(a); known && to != "" && from != "" && from != to {
			moves = append(moves, fmt.Sprintf("from %s to %s (%s)", from, to, a.Name))
		}
	}
	return moves
}

// refused is the request of the claim that isn't met, if any: why, and what to do.
func (u Upgrade) refused() (reason, message string) {
	want, nodes := u.want.Spec.KubernetesVersion, u.nodes()
	limit := u.want.Spec.SystemNodes.KubernetesVersion
	switch {
	case compat.Newer(u.runs, want):
		return reasonOlderThanRunning, u.olderThanRunning()
	case u.is.Cluster.RolledBackFrom != "" && compat.Newer(want, u.runs):
		return reasonRolledBack, fmt.Sprintf("EKS rolled the control plane back from %s to %s, where it stays: set spec.kubernetesVersion to %s, and to a later version once you upgrade again", u.is.Cluster.RolledBackFrom, u.runs, u.runs)
	case limit != "" && compat.Newer(nodes.Version, limit):
		return reasonOlderThanRunning, fmt.Sprintf("The system nodes run Kubernetes %s, and the platform doesn't roll them back to %s: set spec.systemNodes.kubernetesVersion to %s, or leave it out", nodes.Version, limit, nodes.Version)
	case nodes.RolledBackFrom != "" && compat.Newer(cmp.Or(limit, want), nodes.Version):
		return reasonRolledBack, fmt.Sprintf("The system nodes were rolled back from %s to %s, where they stay: set spec.systemNodes.kubernetesVersion to %s, and leave it out once you upgrade them again", nodes.RolledBackFrom, nodes.Version, nodes.Version)
	default:
		return "", ""
	}
}

// olderThanRunning describes a claim with an older version than the control plane's.
func (u Upgrade) olderThanRunning() string {
	want := u.want.Spec.KubernetesVersion
	message := fmt.Sprintf("EKS runs Kubernetes %s, and the platform doesn't roll it back to %s: set spec.kubernetesVersion to %s", u.runs, want, u.runs)
	if err := compat.Karpenter(semver.MustParse(u.want.Spec.Karpenter.Version), u.runs); err != nil {
		message += "; " + err.Error()
	}
	return message
}
