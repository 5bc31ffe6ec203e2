package karpenter

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

func TestSystems(t *testing.T) {
	const path = "spec.karpenter.nodePools[0].requirements"
	const linux = "there are node classes for linux only: use that, or leave it out"
	require := func(key, operator string, values ...string) v1alpha1.Requirement {
		return v1alpha1.Requirement{Key: key, Operator: operator, Values: values}
	}
	const osLabel, arch, family, instance = "kubernetes.io/os", "kubernetes.io/arch", "karpenter.k8s.aws/instance-family", "node.kubernetes.io/instance-type"
	cases := map[string]struct {
		reason       string
		requirements []v1alpha1.Requirement
		want         []string
	}{
		"Linux":        {reason: "The images are for Linux.", requirements: []v1alpha1.Requirement{require(osLabel, "In", "linux")}},
		"Either":       {reason: "Linux is left.", requirements: []v1alpha1.Requirement{require(osLabel, "In", "linux", "windows")}},
		"Windows":      {reason: "There is no image for Windows.", requirements: []v1alpha1.Requirement{require(osLabel, "In", "windows")}, want: []string{path + `[0].values: Invalid value: "windows": ` + linux}},
		"NotLinux":     {reason: "Nothing is left.", requirements: []v1alpha1.Requirement{require(osLabel, "NotIn", "linux")}, want: []string{path + `[0].values: Invalid value: "linux": ` + linux}},
		"None":         {reason: "Each node has an operating system.", requirements: []v1alpha1.Requirement{require(osLabel, "DoesNotExist")}, want: []string{path + `[0].values: Invalid value: "": ` + linux}},
		"ARM64":        {reason: "There are images for both architectures.", requirements: []v1alpha1.Requirement{require(arch, "In", "arm64"), require(family, "In", "m7g")}},
		"OtherName":    {reason: "Kubernetes has other names of architectures than AWS.", requirements: []v1alpha1.Requirement{require(arch, "In", "x86_64")}, want: []string{path + `[0].values: Invalid value: "x86_64": leaves no architecture: use amd64, arm64 or both`}},
		"Family":       {reason: "Without a requirement nodes are amd64.", requirements: []v1alpha1.Requirement{require(family, "In", "m7i", "m7g")}},
		"OtherFamily":  {reason: "Without a requirement nodes are amd64.", requirements: []v1alpha1.Requirement{require(family, "In", "m7g", "t4g")}, want: []string{path + `[0].values: Invalid value: "m7g, t4g": none of them is amd64, to which the NodePool is limited: require their architecture by kubernetes.io/arch`}},
		"OtherType":    {reason: "A type has the architecture of its family.", requirements: []v1alpha1.Requirement{require(instance, "In", "m7i.large"), require(arch, "In", "arm64")}, want: []string{path + `[0].values: Invalid value: "m7i.large": none of them is arm64, to which the NodePool is limited: require their architecture by kubernetes.io/arch`}},
		"Any":          {reason: "Any architecture is left.", requirements: []v1alpha1.Requirement{require(arch, "Exists"), require(family, "In", "m7g")}},
		"FutureFamily": {reason: "A family that isn't known may have any architecture.", requirements: []v1alpha1.Requirement{require(family, "In", "m99g")}},
		"NoFamily":     {reason: "Without these families others are left.", requirements: []v1alpha1.Requirement{require(family, "NotIn", "m7g")}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := messages(changed(func(c *claim.Claim) { c.Spec.Karpenter.NodePools[0].Requirements = tc.requirements }))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
