package platform

import (
	"cmp"

	"github.com/Masterminds/semver/v3"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

// KubernetesVersion is what a resource waits for that is of a version of
// Kubernetes.
var KubernetesVersion = compose.Fact{What: "the version of Kubernetes that EKS runs", From: KeyCluster}

// A walk takes a platform from the versions it has to those that its claim asks
// for: the control plane by one minor, then the add-ons, the system nodes, and
// Karpenter at last, unless its chart has to go first.
//
// It never goes back, because EKS doesn't, and goes on only when it's told that
// all is well. What is not told now stays where it was desired last, so that no
// answer that goes missing makes a step.
type walk struct {
	spec     v1alpha1.SeafarerClusterSpec
	observed compose.Observed

	// was desired last, as the composite resource remembers it.
	was v1alpha1.VersionsStatus

	// told is the version of the control plane as EKS tells it now, or empty.
	told string

	// runs is the version that the control plane is known to run, or empty.
	runs string

	// nodes is the version that the system nodes are known to run, or empty.
	nodes string
}

func newWalk(s v1alpha1.SeafarerClusterSpec, f Facts, xr compose.Existing, o compose.Observed) walk {
	w := walk{
		spec:     s,
		observed: o,
		was: v1alpha1.VersionsStatus{
			ControlPlane: compat.Latest(xr.String("status.versions.controlPlane")),
			SystemNodes:  compat.Latest(xr.String("status.versions.systemNodes")),
			Karpenter:    xr.String("status.versions.karpenter"),
			Addons:       make(map[string]string),
		},
		told:  compat.Latest(o[KeyCluster].String("status.atProvider.version")),
		runs:  f.ClusterVersion,
		nodes: f.SystemNodesVersion,
	}
	for name, v := range xr.Value("status.versions.addons").GetStructValue().GetFields() {
		w.was.Addons[name] = v.GetStringValue()
	}
	if w.told == "" && w.runs != "" {
		// Nothing is desired but the next step, so what was is a step away.
		w.runs = compat.Latest(w.runs, compat.Previous(w.lastControlPlane()))
	}
	return w
}

// versions to desire now. Those that nobody knows are empty.
func (w walk) versions() v1alpha1.VersionsStatus {
	v := v1alpha1.VersionsStatus{
		ControlPlane: w.controlPlane(),
		SystemNodes:  w.systemNodes(),
		Karpenter:    w.karpenter(),
	}
	for _, a := range w.spec.Addons {
		if version, known := w.addon(a); known && version != "" {
			if v.Addons == nil {
				v.Addons = make(map[string]string)
			}
			v.Addons[a.Name] = version
		}
	}
	return v
}

func (w walk) exists(k compose.Key) bool {
	_, ok := w.observed[k]
	return ok
}

// asked is what the claim asks for, or what EKS went on to by itself.
func (w walk) asked() string { return compat.Latest(w.spec.KubernetesVersion, w.runs) }

// lastControlPlane is the version of the control plane that was desired last, or
// empty. One that nobody ever asked for is not ours.
func (w walk) lastControlPlane() string {
	v := w.observed[KeyCluster].String("spec.forProvider.version")
	if compat.Newer(v, compat.Latest(w.spec.KubernetesVersion, w.was.ControlPlane)) {
		v = ""
	}
	return compat.Latest(v, w.was.ControlPlane)
}

func (w walk) controlPlane() string {
	last := w.lastControlPlane()
	switch next := compat.Next(w.runs); {
	case w.runs == "" && (w.unmade(KeyCluster) || (last == "" && !w.exists(KeyCluster))):
		return w.spec.KubernetesVersion
	case w.runs == "":
		return last
	case w.asked() == w.runs:
		return w.runs
	case last == next: // It's under way.
		return next
	case w.told == w.runs && w.lacks(next) == nil:
		return next
	default:
		return w.runs
	}
}

// unmade tells whether a resource exists in Kubernetes and nowhere else, so that
// it may still become anything.
func (w walk) unmade(k compose.Key) bool { return w.exists(k) && !w.observed[k].Created() }

// at is the version that the control plane runs, or that it will begin with. It's
// empty if nobody has seen one yet.
func (w walk) at() string {
	switch {
	case w.runs != "":
		return w.runs
	case w.unmade(KeyCluster):
		return w.spec.KubernetesVersion
	default:
		return w.lastControlPlane()
	}
}

// systemNodes follow the control plane once the add-ons have.
func (w walk) systemNodes() string {
	cp := w.controlPlane()
	v := w.observed[KeySystemNodeGroup].String("spec.forProvider.version")
	if compat.Newer(v, cp) {
		v = "" // No node is newer than the control plane.
	}
	last := compat.Latest(v, w.was.SystemNodes, w.nodes)
	switch target := w.nodesTarget(); {
	case w.nodes == "" && (w.unmade(KeySystemNodeGroup) || (last == "" && !w.exists(KeySystemNodeGroup))):
		return target
	case compat.Newer(target, last) && w.told != "" && w.told == w.runs && len(w.unreadyAddons()) == 0:
		return target
	default:
		return last
	}
}

// nodesTarget is what system nodes may be at now: what the control plane runs, or
// what it will begin with, unless the claim holds them back.
func (w walk) nodesTarget() string {
	target := cmp.Or(w.at(), w.spec.KubernetesVersion)
	if held := w.spec.SystemNodes.KubernetesVersion; held != "" && compat.Newer(target, held) {
		return held
	}
	return target
}

// addon is the version of an add-on, or empty to leave it to EKS, and whether
// that is known. Until the one that a claim gives is due, it's the one there is.
func (w walk) addon(a v1alpha1.AddonSpec) (version string, known bool) {
	v, remembered := w.was.Addons[a.Name]
	switch {
	case w.due(a):
		return a.Version, true
	case remembered:
		return v, true
	case w.exists(KeyAddon(a.Name)):
		is := w.observed[KeyAddon(a.Name)].String("spec.forProvider.addonVersion")
		return "", is == "" && a.Version == ""
	case w.at() == "": // Then all of it is new.
		return a.Version, true
	default:
		return "", true
	}
}

// due is an add-on once the control plane is at the version of Kubernetes that the
// claim asks for, because that's what the add-on's version is for. That of
// kube-proxy tells itself for which it is.
func (w walk) due(a v1alpha1.AddonSpec) bool {
	of := w.spec.KubernetesVersion
	if proxy := compat.KubeProxy(a.Version); a.Name == AddonKubeProxy && compat.Newer(of, proxy) && proxy != "" {
		of = proxy
	}
	return w.at() != "" && !compat.Newer(of, w.at())
}

// unreadyAddons are the names of those that aren't there, aren't well, or aren't
// in the version they're desired in.
func (w walk) unreadyAddons() []string {
	var names []string
	for _, a := range w.spec.Addons {
		e := w.observed[KeyAddon(a.Name)]
		version, _ := w.addon(a)
		if !e.Is("Ready") || !e.Is("Synced") || (version != "" && version != e.String("status.atProvider.addonVersion")) {
			names = append(names, a.Name)
		}
	}
	return names
}

// karpenter is the version of the charts: the one that the claim asks for, or the
// one there is while the walk goes on with it. It's empty if nobody knows that.
func (w walk) karpenter() string {
	asked, last := w.spec.Karpenter.Version, w.lastKarpenter()
	switch {
	case last == asked || (!w.exists(KeyKarpenterRelease) && !w.exists(KeyKarpenterCRDRelease) && last == ""):
		return asked
	case w.runs == "":
		return last
	case !w.walking() || (last != "" && !supports(last, w.ahead())):
		return asked
	default:
		return last
	}
}

// lastKarpenter is the version of the charts that was desired last, or empty.
func (w walk) lastKarpenter() string {
	const version = "spec.forProvider.chart.version"
	for _, v := range []string{w.was.Karpenter, w.observed[KeyKarpenterRelease].String(version), w.observed[KeyKarpenterCRDRelease].String(version)} {
		if _, err := semver.StrictNewVersion(v); err == nil {
			return v
		}
	}
	return ""
}

// walking tells whether control plane or system nodes have a way to go.
func (w walk) walking() bool {
	return w.asked() != w.runs || compat.Newer(w.nodesTarget(), cmp.Or(w.nodes, w.was.SystemNodes))
}

// ahead is the version of the control plane that must be supported now: the next
// if there is one to go to.
func (w walk) ahead() string {
	if w.asked() == w.runs {
		return w.runs
	}
	return compat.Next(w.runs)
}

// supports tells whether a chart of Karpenter supports a version of Kubernetes.
func supports(chart, kubernetes string) bool {
	v, err := semver.StrictNewVersion(chart)
	return err == nil && compat.Karpenter(v, kubernetes) == nil
}
