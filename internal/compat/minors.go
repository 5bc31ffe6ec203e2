package compat

import (
	"slices"

	"github.com/Masterminds/semver/v3"
)

// A Minor is a minor version of Kubernetes on EKS. Dates are in UTC, in the form 2006-01-02.
// Those that AWS hasn't published are empty.
type Minor struct {
	// Version of Kubernetes: major and minor, such as 1.36.
	Version string

	// Released is when EKS first offered the version.
	Released string

	// StandardEnd is the end of standard support: from then on, a control plane costs more.
	StandardEnd string

	// ExtendedEnd is the end of extended support: from then on, EKS creates no cluster of
	// the version, and upgrades existing ones by itself.
	ExtendedEnd string

	// chart is the oldest one of Karpenter that supports the version.
	chart *semver.Version
}

// minors of Kubernetes that some chart of Karpenter supports, the oldest first.
//
// Dates, read on 2026-11-27 in copies of these pages. AWS' own has all up to 1.34, the other
// one those of 1.35 and 1.36. Neither has 1.37:
// https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html#kubernetes-release-calendar
// https://endoflife.date/amazon-eks
//
// Charts: https://karpenter.sh/docs/upgrading/compatibility/#compatibility-matrix
// The matrix has no upper limit of Kubernetes for a chart. The limit follows from it: a chart
// doesn't support a Kubernetes whose oldest chart is newer. The controllers' own
// MaxK8sVersion agrees: 1.35 in chart 1.9, 1.36 in 1.14, 1.37 in 1.15.
var minors = []Minor{
	{"1.30", "2024-05-23", "2025-07-23", "2026-07-23", semver.MustParse("0.37.0")},
	{"1.31", "2024-09-26", "2025-11-26", "2026-11-26", semver.MustParse("1.0.5")},
	{"1.32", "2025-01-23", "2026-03-23", "2027-03-23", semver.MustParse("1.2.0")},
	{"1.33", "2025-05-29", "2026-07-29", "2027-07-29", semver.MustParse("1.5.0")},
	{"1.34", "2025-10-02", "2026-12-02", "2027-12-02", semver.MustParse("1.6.0")},
	{"1.35", "2026-01-27", "2027-03-27", "2028-03-27", semver.MustParse("1.9.0")},
	{"1.36", "2026-06-02", "2027-08-02", "2028-08-02", semver.MustParse("1.13.0")},
	{Version: "1.37", chart: semver.MustParse("1.15.0")},
}

// OldestKubernetes is the oldest version of Kubernetes that a new platform may have: EKS has
// ended extended support for the earlier ones. It's a constant, because output must not
// depend on the date.
const OldestKubernetes = "1.32"

// Minors of Kubernetes that a new platform may have, the oldest first.
func Minors() []Minor {
	return slices.DeleteFunc(slices.Clone(minors), func(m Minor) bool { return Newer(OldestKubernetes, m.Version) })
}

// KubernetesVersions that a new platform may have, as major and minor, the oldest first: 1.9
// before 1.10.
func KubernetesVersions() []string {
	ms := Minors()
	vs := make([]string, 0, len(ms))
	for _, m := range ms {
		vs = append(vs, m.Version)
	}
	return vs
}

// IsKubernetes reports whether a platform may have a version of Kubernetes, even if only one
// that exists already.
func IsKubernetes(version string) bool {
	_, ok := lookup(version)
	return ok
}

// Ended is the date on which EKS ended extended support for a version of Kubernetes that only
// an existing platform may have, or empty for any other version.
func Ended(version string) string {
	if m, ok := lookup(version); ok && Newer(OldestKubernetes, version) {
		return m.ExtendedEnd
	}
	return ""
}

// lookup a version of Kubernetes in the table.
func lookup(version string) (Minor, bool) {
	i := slices.IndexFunc(minors, func(m Minor) bool { return m.Version == version })
	if i < 0 {
		return Minor{}, false
	}
	return minors[i], true
}
