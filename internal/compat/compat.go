// Package compat contains tables of compatible versions: charts of Karpenter,
// versions of Kubernetes, and the labels that a chart's NodePools may require.
//
// It doesn't depend on this project's API or on AWS, so that validation and
// composition can share its tables.
package compat

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// SupportedCharts is the range of chart versions whose permissions, custom
// resources and values this function supports. It is a constraint in the syntax
// of github.com/Masterminds/semver, without pre-releases.
//
// Chart 1.9 is the first that splits the controller's policy:
// https://karpenter.sh/docs/upgrading/upgrade-guide/#upgrading-to-190
const SupportedCharts = ">=1.9.0 <1.16.0"

// oldestChart is the lower end of SupportedCharts.
var oldestChart = semver.MustParse("1.9.0")

// supportedCharts is SupportedCharts, parsed.
var supportedCharts = func() *semver.Constraints {
	c, err := semver.NewConstraint(SupportedCharts)
	if err != nil {
		panic(err)
	}
	return c
}()

// Chart parses the version of a chart, for example 1.14.1, and checks that it's
// supported. Versions of charts have no v prefix.
func Chart(version string) (*semver.Version, error) {
	v, err := semver.StrictNewVersion(version)
	if err != nil {
		return nil, fmt.Errorf("chart version %q is not of the form 1.14.1: set spec.karpenter.version to a version %s", version, SupportedCharts)
	}
	if !supportedCharts.Check(v) {
		return nil, fmt.Errorf("chart %s is not supported: set spec.karpenter.version to a version %s", v, SupportedCharts)
	}
	return v, nil
}

// Karpenter returns an error if a chart of Karpenter does not support a version
// of Kubernetes, for example 1.35. The error names the version to set.
// Karpenter itself would start, and only log the error.
func Karpenter(chart *semver.Version, kubernetes string) error {
	m, ok := lookup(kubernetes)
	if !ok {
		return fmt.Errorf("version %s of Kubernetes is not supported: set spec.kubernetesVersion to one of %s", kubernetes, strings.Join(KubernetesVersions(), ", "))
	}
	oldest := m.chart
	if !chart.LessThan(oldest) {
		return nil
	}
	if oldest.LessThan(oldestChart) {
		oldest = oldestChart
	}
	return fmt.Errorf("chart %s does not support Kubernetes %s: set spec.karpenter.version to %s or later", chart, kubernetes, oldest)
}

// minor returns the minor of a version of Kubernetes 1, which EKS writes as
// 1.35, or 0 if it is not one.
func minor(kubernetes string) uint64 {
	v, err := semver.StrictNewVersion(kubernetes + ".0")
	if err != nil || v.Major() != 1 {
		return 0
	}
	return v.Minor()
}
