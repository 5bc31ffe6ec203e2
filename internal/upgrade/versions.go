// Package upgrade decides what is desired now: which versions a platform has on its way to those
// of its claim, and which values it retains because AWS takes them only at creation. It's
// a function of what is requested and what is known.
package upgrade

import (
	"cmp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
)

// An Upgrade takes a platform from the versions that it has to those of its claim: the
// control plane by one minor, then the add-ons, the system nodes and at last Karpenter,
// unless its chart has to go first.
//
// It never requests an older version than the running one, and takes a step only while
// everything is reported as healthy. A version that isn't reported now stays as it was desired
// last, so a missing report never makes a step. What was rolled back in EKS stays there until
// the claim requests that version.
type Upgrade struct {
	want claim.Claim
	is   facts.Facts

	// runs is the version of Kubernetes that the control plane is known to run, or empty.
	runs string

	// wasAddons are the versions of add-ons that were desired last, by name.
	wasAddons map[string]string
}

// New upgrade of a platform.
func New(c claim.Claim, f facts.Facts) Upgrade {
	u := Upgrade{want: c, is: f, runs: f.Cluster.Version, wasAddons: make(map[string]string)}
	for _, a := range f.Versions.Addons {
		if a.Version != "" { // An entry that lost its version remembers nothing.
			u.wasAddons[a.Name] = a.Version
		}
	}
	if f.Cluster.Reported == "" && u.runs != "" {
		// Only the next step is ever desired, so what was desired last is one step away.
		u.runs = compat.Latest(u.runs, compat.Previous(u.lastControlPlane()))
	}
	return u
}

// Versions to desire now. Unknown ones are empty.
func (u Upgrade) Versions() v1alpha1.VersionsStatus {
	v := v1alpha1.VersionsStatus{ControlPlane: u.controlPlane(), Karpenter: u.karpenter()}
	if nodes := u.systemNodes(); nodes != "" {
		v.NodeGroups = []v1alpha1.NamedVersion{{Name: key.System, Version: nodes}}
	}
	for _, a := range u.want.Addons {
		if version, known := u.Addon(a); known && version != "" {
			v.Addons = append(v.Addons, v1alpha1.NamedVersion{Name: a.Name, Version: version})
		}
	}
	slices.SortFunc(v.Addons, func(a, b v1alpha1.NamedVersion) int { return strings.Compare(a.Name, b.Name) })
	return v
}

// NodeGroup is the version of Kubernetes of a node group, or empty if it's unknown.
func NodeGroup(v v1alpha1.VersionsStatus, name string) string {
	i := slices.IndexFunc(v.NodeGroups, func(g v1alpha1.NamedVersion) bool { return g.Name == name })
	if i < 0 {
		return ""
	}
	return v.NodeGroups[i].Version
}

// nodes is the node group of the system nodes.
func (u Upgrade) nodes() facts.NodeGroup { return u.is.NodeGroups[key.System] }

// target is the version of Kubernetes that the claim requests, or one that EKS upgraded or
// rolled back to by itself.
func (u Upgrade) target() string {
	if u.is.Cluster.RolledBackFrom != "" {
		return u.runs
	}
	return compat.Latest(u.want.Spec.KubernetesVersion, u.runs)
}

// lastControlPlane is the version of the control plane that was desired last, or empty. A
// version in the object's spec that was never requested isn't ours.
func (u Upgrade) lastControlPlane() string {
	was := compat.Latest(u.is.Versions.ControlPlane)
	v := u.is.Cluster.Desired
	if compat.Newer(v, compat.Latest(u.want.Spec.KubernetesVersion, was)) {
		v = ""
	}
	return compat.Latest(v, was)
}

func (u Upgrade) controlPlane() string {
	last := u.lastControlPlane()
	switch next := compat.Next(u.runs); {
	case u.runs == "" && (notCreated(u.is.Cluster.Component) || (last == "" && !u.is.Cluster.Exists)):
		return u.want.Spec.KubernetesVersion
	case u.runs == "":
		return last
	case u.target() == u.runs:
		return u.runs
	case last == next: // The step has begun.
		return next
	case u.is.Cluster.Reported == u.runs && u.blocker(next) == nil:
		return next
	default:
		return u.runs
	}
}

// notCreated reports whether a component exists in Kubernetes only, so that its version can
// still change to any other.
func notCreated(c facts.Component) bool { return c.Exists && !c.Created }

// current is the version that the control plane runs, or that it will be created with. It's
// empty if neither is known.
func (u Upgrade) current() string {
	switch {
	case u.runs != "":
		return u.runs
	case notCreated(u.is.Cluster.Component):
		return u.want.Spec.KubernetesVersion
	default:
		return u.lastControlPlane()
	}
}

// systemNodes follow the control plane once the add-ons did.
func (u Upgrade) systemNodes() string {
	nodes, last := u.nodes(), u.lastNodes()
	switch target := u.nodesTarget(); {
	case nodes.RolledBackFrom != "":
		return nodes.Version
	case nodes.Version == "" && (notCreated(nodes.Component) || (last == "" && !nodes.Exists)):
		return target
	case compat.Newer(target, last) && u.is.Cluster.Reported != "" && u.is.Cluster.Reported == u.runs && len(u.unreadyAddons()) == 0:
		return target
	default:
		return last
	}
}

// lastNodes is the version of the system nodes that was desired last, or that they run. It's
// empty if neither is known.
func (u Upgrade) lastNodes() string {
	nodes := u.nodes()
	v := nodes.Desired
	if compat.Newer(v, u.controlPlane()) {
		v = "" // No node is newer than the control plane.
	}
	return compat.Latest(v, compat.Latest(NodeGroup(u.is.Versions, key.System)), nodes.Version)
}

// nodesTarget is the version that system nodes may have now: that of the control plane,
// unless the claim pins them, or they were rolled back.
func (u Upgrade) nodesTarget() string {
	if nodes := u.nodes(); nodes.RolledBackFrom != "" {
		return nodes.Version
	}
	target := cmp.Or(u.current(), u.want.Spec.KubernetesVersion)
	if limit := u.want.Spec.SystemNodes.KubernetesVersion; limit != "" && compat.Newer(target, limit) {
		return limit
	}
	return target
}

// Addon is the version of an add-on, or empty to leave the choice to EKS, and whether it's
// known. Until the version of the claim is due, it's the existing one.
func (u Upgrade) Addon(a v1alpha1.AddonSpec) (version string, known bool) {
	is := u.is.Addons[a.Name]
	was, remembered := u.wasAddons[a.Name]
	switch {
	case u.isDue(a):
		return a.Version, true
	case remembered:
		return was, true
	case is.Exists:
		return "", is.Desired == "" && a.Version == ""
	case u.current() == "": // The whole platform is new.
		return a.Version, true
	default:
		return "", true
	}
}

// isDue reports whether the control plane runs the version of Kubernetes that an add-on's
// version is for: that of the claim, or that of kube-proxy.
func (u Upgrade) isDue(a v1alpha1.AddonSpec) bool {
	of := u.want.Spec.KubernetesVersion
	if proxy := compat.KubeProxy(a.Version); a.Name == claim.KubeProxy && compat.Newer(of, proxy) && proxy != "" {
		of = proxy
	}
	return u.current() != "" && !compat.Newer(of, u.current())
}

// unreadyAddons are the names of add-ons that aren't ready in the desired version.
func (u Upgrade) unreadyAddons() []string {
	var names []string
	for _, a := range u.want.Addons {
		is := u.is.Addons[a.Name]
		version, _ := u.Addon(a)
		if !is.Works() || (version != "" && version != is.Reported) {
			names = append(names, a.Name)
		}
	}
	return names
}

// karpenter is the version of the charts: that of the claim, or the existing one while the
// upgrade of Kubernetes goes on with it. It's empty if it's unknown.
func (u Upgrade) karpenter() string {
	k, want, last := u.is.Karpenter, u.want.Spec.Karpenter.Version, u.lastKarpenter()
	switch {
	case last == want || (!k.Controller.Exists && !k.CRDs.Exists && last == ""):
		return want
	case u.runs == "":
		return last
	case !u.isUnderWay() || (last != "" && !supports(last, u.ahead())):
		return want
	default:
		return last
	}
}

// lastKarpenter is the version of the charts that was desired last, or empty.
func (u Upgrade) lastKarpenter() string {
	for _, v := range []string{u.is.Versions.Karpenter, u.is.Karpenter.Controller.Desired, u.is.Karpenter.CRDs.Desired} {
		if _, err := semver.StrictNewVersion(v); err == nil {
			return v
		}
	}
	return ""
}

// isUnderWay reports whether control plane or system nodes have steps left.
func (u Upgrade) isUnderWay() bool {
	was := compat.Latest(NodeGroup(u.is.Versions, key.System))
	return u.target() != u.runs || compat.Newer(u.nodesTarget(), cmp.Or(u.nodes().Version, was))
}

// ahead is the version of the control plane that Karpenter must support now: the next one,
// if there is one to go to.
func (u Upgrade) ahead() string {
	if u.target() == u.runs {
		return u.runs
	}
	return compat.Next(u.runs)
}

// supports reports whether a chart of Karpenter supports a version of Kubernetes.
func supports(chart, kubernetes string) bool {
	v, err := semver.StrictNewVersion(chart)
	return err == nil && compat.Karpenter(v, kubernetes) == nil
}
