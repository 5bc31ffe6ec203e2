package compat

import (
	"fmt"
	"testing"
	"time"

	"github.com/Masterminds/semver/v3"
	"github.com/google/go-cmp/cmp"
)

// message of an error, or empty.
func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestChart(t *testing.T) {
	type want struct {
		version string
		err     string
	}

	cases := map[string]struct {
		reason string
		args   string
		want   want
	}{
		"Oldest":     {reason: "The lower end is in the range.", args: "1.9.0", want: want{version: "1.9.0"}},
		"Newest":     {reason: "All patches of the newest minor are in the range.", args: "1.15.99", want: want{version: "1.15.99"}},
		"TooOld":     {reason: "Chart 1.8 has a policy of its own.", args: "1.8.4", want: want{err: "chart 1.8.4 is not supported: set spec.karpenter.version to a version >=1.9.0 <1.16.0"}},
		"TooNew":     {reason: "What a newer chart needs is unknown.", args: "1.16.0", want: want{err: "chart 1.16.0 is not supported: set spec.karpenter.version to a version >=1.9.0 <1.16.0"}},
		"PreRelease": {reason: "Pre-releases are not supported.", args: "1.15.0-rc.1", want: want{err: "chart 1.15.0-rc.1 is not supported: set spec.karpenter.version to a version >=1.9.0 <1.16.0"}},
		"Prefix":     {reason: "The registry has no chart v1.14.1.", args: "v1.14.1", want: want{err: `chart version "v1.14.1" is not of the form 1.14.1: set spec.karpenter.version to a version >=1.9.0 <1.16.0`}},
		"Short":      {reason: "The registry has no chart 1.14.", args: "1.14", want: want{err: `chart version "1.14" is not of the form 1.14.1: set spec.karpenter.version to a version >=1.9.0 <1.16.0`}},
		"Empty":      {reason: "The empty string isn't a version.", want: want{err: `chart version "" is not of the form 1.14.1: set spec.karpenter.version to a version >=1.9.0 <1.16.0`}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			v, err := Chart(tc.args)
			got := want{err: message(err)}
			if v != nil {
				got.version = v.String()
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("%s\nChart(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestKarpenter(t *testing.T) {
	type args struct {
		chart      string
		kubernetes string
	}

	const unsupported = " of Kubernetes is not supported: set spec.kubernetesVersion to one of 1.32, 1.33, 1.34, 1.35, 1.36, 1.37"

	cases := map[string]struct {
		reason string
		args   args
		want   string
	}{
		"Default":      {reason: "A supported pair.", args: args{"1.14.1", "1.34"}},
		"Oldest":       {reason: "The oldest chart itself is supported.", args: args{"1.9.0", "1.35"}},
		"OldOnNew":     {reason: "The error names the oldest chart that supports it.", args: args{"1.8.0", "1.35"}, want: "chart 1.8.0 does not support Kubernetes 1.35: set spec.karpenter.version to 1.9.0 or later"},
		"LatestMinor":  {reason: "Patches do not add a Kubernetes.", args: args{"1.12.9", "1.36"}, want: "chart 1.12.9 does not support Kubernetes 1.36: set spec.karpenter.version to 1.13.0 or later"},
		"Newest":       {reason: "The newest pair.", args: args{"1.15.1", "1.37"}},
		"BelowNewest":  {reason: "The newest Kubernetes needs the newest chart.", args: args{"1.14.3", "1.37"}, want: "chart 1.14.3 does not support Kubernetes 1.37: set spec.karpenter.version to 1.15.0 or later"},
		"AncientChart": {reason: "The error does not recommend a chart that this function refuses.", args: args{"1.0.0", "1.31"}, want: "chart 1.0.0 does not support Kubernetes 1.31: set spec.karpenter.version to 1.9.0 or later"},
		"TooOld":       {reason: "Karpenter's matrix starts at 1.30.", args: args{"1.14.1", "1.29"}, want: "version 1.29" + unsupported},
		"TooNew":       {reason: "No supported chart supports it.", args: args{"1.15.1", "1.38"}, want: "version 1.38" + unsupported},
		"Patch":        {reason: "EKS versions have no patch number.", args: args{"1.14.1", "1.34.1"}, want: "version 1.34.1" + unsupported},
		"Major":        {reason: "The major version matters as well.", args: args{"1.14.1", "2.34"}, want: "version 2.34" + unsupported},
		"NotAVersion":  {reason: "Nonsense is not supported.", args: args{"1.14.1", "latest"}, want: "version latest" + unsupported},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			err := Karpenter(semver.MustParse(tc.args.chart), tc.args.kubernetes)
			if diff := cmp.Diff(tc.want, message(err)); diff != "" {
				t.Errorf("%s\nKarpenter(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestKubernetesVersions(t *testing.T) {
	want := []string{"1.32", "1.33", "1.34", "1.35", "1.36", "1.37"}
	if diff := cmp.Diff(want, KubernetesVersions()); diff != "" {
		t.Errorf("Versions must be sorted by minor.\nKubernetesVersions(): -want, +got:\n%s", diff)
	}
}

// TestMinors holds the table to what AWS promises: 14 months of standard support, and 12 of
// extended support.
func TestMinors(t *testing.T) {
	for i, m := range minors {
		if i > 0 {
			before := minors[i-1]
			if Next(before.Version) != m.Version || !before.chart.LessThan(m.chart) {
				t.Errorf("%s and %s: versions must follow each other, and their charts rise", before.Version, m.Version)
			}
		}
		if m.Released == "" && m.StandardEnd == "" && m.ExtendedEnd == "" {
			continue
		}
		for from, end := range map[string]struct {
			date   string
			months int
		}{m.Released: {m.StandardEnd, 14}, m.StandardEnd: {m.ExtendedEnd, 12}} {
			begins, err := time.Parse(time.DateOnly, from)
			if err != nil {
				t.Fatal(err)
			}
			if want := begins.AddDate(0, end.months, 0).Format(time.DateOnly); end.date != want {
				t.Errorf("%s: support from %s ends %d months later, on %s, want %s", m.Version, from, end.months, end.date, want)
			}
		}
	}
	if got := supportedCharts.Check(oldestChart); !got {
		t.Errorf("oldestChart %s is not in SupportedCharts %s", oldestChart, SupportedCharts)
	}
}

func TestEnded(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   string
		want   string
	}{
		"Ended":   {reason: "Only an existing platform may have it.", args: "1.31", want: "2026-11-26"},
		"Oldest":  {reason: "A new platform may have it.", args: OldestKubernetes},
		"Unknown": {reason: "No platform may have it.", args: "1.29"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := Ended(tc.args); got != tc.want {
				t.Errorf("%s\nEnded(%q): want %q, got %q", tc.reason, tc.args, tc.want, got)
			}
		})
	}
}

func TestRequirementKey(t *testing.T) {
	type args struct {
		key   string
		chart string
	}

	aws := func(key string) string {
		return fmt.Sprintf("label %s cannot be required: of the domain karpenter.k8s.aws only these can: "+
			"capacity-reservation-id, capacity-reservation-interruptible, capacity-reservation-type, "+
			"instance-accelerator-count, instance-accelerator-manufacturer, instance-accelerator-name, instance-capability-flex, "+
			"instance-category, instance-cpu, instance-cpu-manufacturer, instance-cpu-sustained-clock-speed-mhz, "+
			"instance-ebs-bandwidth, instance-encryption-in-transit-supported, instance-family, instance-generation, "+
			"instance-gpu-count, instance-gpu-manufacturer, instance-gpu-memory, instance-gpu-name, instance-hypervisor, "+
			"instance-local-nvme, instance-memory, instance-network-bandwidth, instance-size, instance-tenancy, "+
			"placement-group-id, placement-group-partition", key)
	}

	cases := map[string]struct {
		reason string
		args   args
		want   string
	}{
		"Zone":            {reason: "Kubernetes' own labels are allowed.", args: args{"topology.kubernetes.io/zone", "1.9.0"}},
		"Arch":            {reason: "Kubernetes' own labels are allowed.", args: args{"kubernetes.io/arch", "1.9.0"}},
		"OtherKubernetes": {reason: "The domains kubernetes.io and k8s.io are not restricted in any supported chart.", args: args{"team.kubernetes.io/tier", "1.9.0"}},
		"ZoneID":          {reason: "A label of AWS outside of Karpenter's domains is allowed.", args: args{"topology.k8s.aws/zone-id", "1.9.0"}},
		"Own":             {reason: "A user's own label is allowed.", args: args{"example.org/team", "1.9.0"}},
		"NoDomain":        {reason: "A label needs no domain.", args: args{"team", "1.9.0"}},
		"CapacityType":    {reason: "The one label of Karpenter's domain.", args: args{"karpenter.sh/capacity-type", "1.9.0"}},
		"Hypervisor":      {reason: "A label of the AWS provider.", args: args{"karpenter.k8s.aws/instance-hypervisor", "1.9.0"}},
		"Hostname":        {reason: "Refused by name.", args: args{"kubernetes.io/hostname", "1.15.0"}, want: "label kubernetes.io/hostname cannot be required: a node has its name only once it runs"},
		"NodePool":        {reason: "Refused by name.", args: args{"karpenter.sh/nodepool", "1.15.0"}, want: "label karpenter.sh/nodepool cannot be required: Karpenter sets it to the NodePool's own name"},
		"NodeClass":       {reason: "Allowed by the API server, refused by the controller.", args: args{"karpenter.k8s.aws/ec2nodeclass", "1.15.0"}, want: "label karpenter.k8s.aws/ec2nodeclass cannot be required: set nodeClassName instead"},
		"Initialized":     {reason: "Karpenter's domain is restricted.", args: args{"karpenter.sh/initialized", "1.15.0"}, want: "label karpenter.sh/initialized cannot be required: of the domain karpenter.sh only capacity-type can"},
		"BareDomain":      {reason: "A key without a slash is a domain to the rules.", args: args{"karpenter.sh", "1.15.0"}, want: "label karpenter.sh cannot be required: of the domain karpenter.sh only capacity-type can"},
		"SubDomain":       {reason: "Subdomains are restricted.", args: args{"a.karpenter.sh/capacity-type", "1.15.0"}, want: "label a.karpenter.sh/capacity-type cannot be required: of the domain karpenter.sh only capacity-type can"},
		"InstancePods":    {reason: "On Karpenter's page, but in none of its versions.", args: args{"karpenter.k8s.aws/instance-pods", "1.15.0"}, want: aws("karpenter.k8s.aws/instance-pods")},
		"AWSSubDomain":    {reason: "Subdomains are restricted.", args: args{"a.karpenter.k8s.aws/instance-cpu", "1.15.0"}, want: aws("a.karpenter.k8s.aws/instance-cpu")},
		"PlacementOld":    {reason: "Too new for the chart.", args: args{"karpenter.k8s.aws/placement-group-id", "1.10.2"}, want: "chart 1.10.2 does not know label karpenter.k8s.aws/placement-group-id: set spec.karpenter.version to 1.11.0 or later"},
		"PlacementNew":    {reason: "Known since 1.11.", args: args{"karpenter.k8s.aws/placement-group-id", "1.11.0"}},
		"InterruptOld":    {reason: "Too new for the chart.", args: args{"karpenter.k8s.aws/capacity-reservation-interruptible", "1.9.3"}, want: "chart 1.9.3 does not know label karpenter.k8s.aws/capacity-reservation-interruptible: set spec.karpenter.version to 1.10.0 or later"},
		"InterruptNew":    {reason: "Known since 1.10.", args: args{"karpenter.k8s.aws/capacity-reservation-interruptible", "1.10.0"}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			err := RequirementKey(tc.args.key, semver.MustParse(tc.args.chart))
			if diff := cmp.Diff(tc.want, message(err)); diff != "" {
				t.Errorf("%s\nRequirementKey(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
