package upgrade

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// existing object from JSON.
func existing(t *testing.T, j string) object.Object {
	t.Helper()
	s := &structpb.Struct{}
	if err := s.UnmarshalJSON([]byte(j)); err != nil {
		t.Fatal(err)
	}
	return object.Of(s)
}

const (
	conditionsGood = `"conditions": [{"type": "Ready", "status": "True"}, {"type": "Synced", "status": "True"}]`
	conditionsBad  = `"conditions": [{"type": "Ready", "status": "True"}, {"type": "Synced", "status": "False"}]`
)

// healthy platform at a version of Kubernetes, both desired and running.
func healthy(version, chart, proxy string) map[key.Key]string {
	is := `{"spec": {"forProvider": {"version": "` + version + `"}}, "status": {"atProvider": {"id": "a", "version": "` + version + `"}, ` + conditionsGood + `}}`
	o := map[key.Key]string{
		key.Cluster:               is,
		key.NodeGroup(key.System): is,
		key.Karpenter:             `{"spec": {"forProvider": {"chart": {"version": "` + chart + `"}}}, "status": {"atProvider": {"state": "deployed"}, ` + conditionsGood + `}}`,
	}
	for _, name := range []string{"vpc-cni", "eks-pod-identity-agent", "coredns", "aws-ebs-csi-driver"} {
		o[key.Addon(name)] = `{"spec": {"forProvider": {}}, "status": {"atProvider": {"id": "a", "addonVersion": "v1.0.0-eksbuild.1"}, ` + conditionsGood + `}}`
	}
	o[key.Addon(claim.KubeProxy)] = `{"spec": {"forProvider": {}}, "status": {"atProvider": {"id": "a", "addonVersion": "` + proxy + `"}, ` + conditionsGood + `}}`
	return o
}

// nodes are the versions of a platform with only the system nodes.
func nodes(version string) []v1alpha1.NamedVersion {
	return []v1alpha1.NamedVersion{{Name: key.System, Version: version}}
}

func TestVersions(t *testing.T) {
	type args struct {
		spec     v1alpha1.SeafarerClusterSpec
		observed map[key.Key]string
		// override replaces what is observed, or removes it if it's empty.
		override map[key.Key]string
		status   string
	}
	type want struct {
		versions           v1alpha1.VersionsStatus
		upgrading, blocked string
	}
	spec := func(kubernetes, chart string) v1alpha1.SeafarerClusterSpec {
		return v1alpha1.SeafarerClusterSpec{KubernetesVersion: kubernetes, Karpenter: v1alpha1.KarpenterSpec{Version: chart}}
	}
	nodesAt := func(s v1alpha1.SeafarerClusterSpec, version string) v1alpha1.SeafarerClusterSpec {
		s.SystemNodes.KubernetesVersion = version
		return s
	}
	addon := func(s v1alpha1.SeafarerClusterSpec, name, version string) v1alpha1.SeafarerClusterSpec {
		s.Addons = append(s.Addons, v1alpha1.AddonSpec{Name: name, Version: version})
		return s
	}
	const (
		desired132    = `{"spec": {"forProvider": {"version": "1.32"}}, "status": {"atProvider": {"id": "a", "version": "1.31"}, ` + conditionsGood + `}}`
		blank132      = `{"metadata": {"annotations": {"crossplane.io/external-create-succeeded": "2026-01-01T00:00:00Z"}}, "spec": {"forProvider": {"version": "1.32"}}}`
		notCreated136 = `{"spec": {"forProvider": {"version": "1.36"}}, "status": {` + conditionsBad + `}}`
		failed136     = `{"metadata": {"annotations": {"crossplane.io/external-create-succeeded": "2026-01-01T00:00:00Z"}}, "spec": {"forProvider": {"version": "1.36"}},
			"status": {"conditions": [{"type": "LastAsyncOperation", "status": "False", "reason": "AsyncCreateFailure"}]}}`
	)

	// rolledBack is a platform that was upgraded to 1.35, and rolled back in EKS since.
	const desired135 = `{"spec": {"forProvider": {"version": "1.35"}}, "status": {"atProvider": {"id": "a", "version": "1.34"}, ` + conditionsGood + `}}`
	rolledBack := healthy("1.35", "1.14.1", "v1.34.0-eksbuild.1")
	rolledBack[key.Cluster], rolledBack[key.NodeGroup(key.System)] = desired135, desired135
	const (
		ran135      = `{"cluster": {"version": "1.35"}, "nodeGroups": [{"name": "system", "version": "1.35"}], "versions": {"controlPlane": "1.35", "nodeGroups": [{"name": "system", "version": "1.35"}], "karpenter": "1.14.1"}}`
		recorded134 = `{"cluster": {"version": "1.34", "rolledBackFrom": "1.35"}, "nodeGroups": [{"name": "system", "version": "1.34", "rolledBackFrom": "1.35"}], "versions": {"controlPlane": "1.34", "nodeGroups": [{"name": "system", "version": "1.34"}], "karpenter": "1.14.1"}}`
	)

	cases := map[string]struct {
		reason string
		args   args
		want   want
	}{
		"New": {
			reason: "A new platform is created at the claim's versions.",
			args:   args{spec: addon(spec("1.34", "1.14.1"), "coredns", "v1.12.4-eksbuild.1")},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.34", NodeGroups: nodes("1.34"), Karpenter: "1.14.1", Addons: []v1alpha1.NamedVersion{{Name: "coredns", Version: "v1.12.4-eksbuild.1"}}},
				upgrading: "Creating", blocked: "NotBlocked",
			},
		},
		"Next": {
			reason: "The control plane is upgraded to the next minor, and nothing else in the same step.",
			args:   args{spec: spec("1.34", "1.14.1"), observed: healthy("1.31", "1.13.0", "v1.31.0-eksbuild.1")},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.32", NodeGroups: nodes("1.31"), Karpenter: "1.13.0"},
				upgrading: "ControlPlane: The control plane is upgraded from 1.31 to 1.32, on the way to 1.34", blocked: "NotBlocked",
			},
		},
		"NotReported": {
			reason: "It isn't upgraded while EKS doesn't report its version.",
			args: args{
				spec: spec("1.34", "1.14.1"), observed: healthy("1.31", "1.13.0", "v1.31.0-eksbuild.1"),
				override: map[key.Key]string{key.Cluster: `{"spec": {"forProvider": {"version": "1.31"}}, "status": {"atProvider": {"id": "a"}, ` + conditionsGood + `}}`},
				status:   `{"cluster": {"version": "1.31"}, "versions": {"controlPlane": "1.31", "nodeGroups": [{"name": "system", "version": "1.31"}], "karpenter": "1.13.0"}}`,
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.31", NodeGroups: nodes("1.31"), Karpenter: "1.13.0"},
				upgrading: "ControlPlane: Waiting for EKS to report the version of the control plane, last known as 1.31, on the way to 1.34", blocked: "NotBlocked",
			},
		},
		"InProgress": {
			reason: "An upgrade in progress continues, even if an add-on becomes unhealthy.",
			args: args{
				spec: spec("1.34", "1.14.1"), observed: healthy("1.31", "1.13.0", "v1.31.0-eksbuild.1"),
				override: map[key.Key]string{key.Cluster: desired132, key.Addon("coredns"): `{"status": {` + conditionsBad + `}}`},
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.32", NodeGroups: nodes("1.31"), Karpenter: "1.13.0"},
				upgrading: "ControlPlane: The control plane is upgraded from 1.31 to 1.32, on the way to 1.34", blocked: "NotBlocked",
			},
		},
		"Restored": {
			reason: "Without any status, after a restore from a backup, versions stay.",
			args: args{
				spec: spec("1.34", "1.14.1"), observed: healthy("1.31", "1.13.0", "v1.31.0-eksbuild.1"),
				override: map[key.Key]string{key.Cluster: blank132, key.NodeGroup(key.System): `{"spec": {"forProvider": {"version": "1.31"}}, "metadata": {"annotations": {"crossplane.io/external-create-succeeded": "2026-01-01T00:00:00Z"}}}`},
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.32", NodeGroups: nodes("1.31"), Karpenter: "1.13.0"},
				upgrading: "Creating", blocked: "NotBlocked",
			},
		},
		"OldStatus": {
			reason: "A status with older versions than the observed ones downgrades nothing.",
			args: args{
				spec: spec("1.34", "1.14.1"), observed: healthy("1.31", "1.13.0", "v1.31.0-eksbuild.1"),
				override: map[key.Key]string{key.Cluster: blank132},
				status:   `{"cluster": {"version": "1.30"}, "versions": {"controlPlane": "1.31"}}`,
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.32", NodeGroups: nodes("1.31"), Karpenter: "1.13.0"},
				upgrading: "ControlPlane: The control plane is upgraded from 1.31 to 1.32, on the way to 1.34", blocked: "NotBlocked",
			},
		},
		"ManuallyChanged": {
			reason: "A manual change is reverted.",
			args: args{
				spec: spec("1.31", "1.13.0"), observed: healthy("1.31", "1.13.0", "v1.31.0-eksbuild.1"),
				override: map[key.Key]string{key.Cluster: `{"spec": {"forProvider": {"version": "1.36"}}, "status": {"atProvider": {"id": "a", "version": "1.31"}, ` + conditionsGood + `}}`},
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.31", NodeGroups: nodes("1.31"), Karpenter: "1.13.0"},
				upgrading: "UpToDate", blocked: "NotBlocked",
			},
		},
		"Reverted": {
			reason: "A claim that reverts an upgrade gets the running version.",
			args: args{
				spec: spec("1.31", "1.13.0"), observed: healthy("1.31", "1.13.0", "v1.31.0-eksbuild.1"),
				override: map[key.Key]string{key.Cluster: desired132}, status: `{"versions": {"controlPlane": "1.32"}}`,
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.31", NodeGroups: nodes("1.31"), Karpenter: "1.13.0"},
				upgrading: "UpToDate", blocked: "NotBlocked",
			},
		},
		"UpgradedByEKS": {
			reason: "The platform follows an upgrade by EKS, and reports the version to set in the claim.",
			args:   args{spec: spec("1.31", "1.13.0"), observed: healthy("1.32", "1.13.0", "v1.31.0-eksbuild.1")},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.32", NodeGroups: nodes("1.32"), Karpenter: "1.13.0"},
				upgrading: "UpToDate", blocked: "OlderThanRunning: EKS runs Kubernetes 1.32, and the platform doesn't roll it back to 1.31: set spec.kubernetesVersion to 1.32",
			},
		},
		"NotCreated": {
			reason: "A version can be corrected before anything is created with it.",
			args: args{
				spec: spec("1.34", "1.14.1"), observed: map[key.Key]string{key.Cluster: notCreated136, key.NodeGroup(key.System): notCreated136},
				status: `{"versions": {"controlPlane": "1.36", "nodeGroups": [{"name": "system", "version": "1.36"}], "karpenter": "1.14.1"}}`,
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.34", NodeGroups: nodes("1.34"), Karpenter: "1.14.1"},
				upgrading: "Creating", blocked: "NotBlocked",
			},
		},
		"CannotBeCreated": {
			reason: "It also can if EKS refused to create it.",
			args:   args{spec: spec("1.34", "1.14.1"), observed: map[key.Key]string{key.Cluster: failed136}},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.34", NodeGroups: nodes("1.34"), Karpenter: "1.14.1"},
				upgrading: "Creating", blocked: "NotBlocked",
			},
		},
		"AddonsWait": {
			reason: "The system nodes wait for the add-ons, and the control plane for both.",
			args: args{
				spec: spec("1.34", "1.14.1"), observed: healthy("1.32", "1.13.0", "v1.31.0-eksbuild.1"),
				override: map[key.Key]string{
					key.NodeGroup(key.System): `{"spec": {"forProvider": {"version": "1.31"}}, "status": {"atProvider": {"id": "a", "version": "1.31"}, ` + conditionsGood + `}}`,
					key.Addon("coredns"):      `{"status": {` + conditionsBad + `}}`, key.Addon("vpc-cni"): "",
				},
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.32", NodeGroups: nodes("1.31"), Karpenter: "1.13.0"},
				upgrading: "Addons: Waiting for add-ons to be ready: vpc-cni, coredns, on the way to 1.34", blocked: "NotBlocked",
			},
		},
		"AddonsLast": {
			reason: "Add-ons get the claim's versions once the control plane is upgraded, and the system nodes wait for them.",
			args: args{
				spec: addon(spec("1.32", "1.14.1"), "coredns", "v1.12.4-eksbuild.1"), observed: healthy("1.32", "1.13.0", "v1.31.0-eksbuild.1"),
				override: map[key.Key]string{key.NodeGroup(key.System): `{"spec": {"forProvider": {"version": "1.31"}}, "status": {"atProvider": {"id": "a", "version": "1.31"}, ` + conditionsGood + `}}`},
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.32", NodeGroups: nodes("1.31"), Karpenter: "1.13.0", Addons: []v1alpha1.NamedVersion{{Name: "coredns", Version: "v1.12.4-eksbuild.1"}}},
				upgrading: "Addons: Add-ons are upgraded from v1.0.0-eksbuild.1 to v1.12.4-eksbuild.1 (coredns)", blocked: "NotBlocked",
			},
		},
		"ProxyFirst": {
			reason: "The version of kube-proxy begins with its Kubernetes version, so it need not wait for the last upgrade.",
			args: args{
				spec: addon(spec("1.35", "1.14.1"), "kube-proxy", "v1.33.0-eksbuild.2"), observed: healthy("1.33", "1.13.0", "v1.30.0-eksbuild.1"),
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.33", NodeGroups: nodes("1.33"), Karpenter: "1.13.0", Addons: []v1alpha1.NamedVersion{{Name: "kube-proxy", Version: "v1.33.0-eksbuild.2"}}},
				upgrading: "Addons: Waiting for add-ons to be ready: kube-proxy, on the way to 1.35", blocked: "NotBlocked",
			},
		},
		"ProxyTooOld": {
			reason: "A kube-proxy that isn't upgraded blocks the upgrade.",
			args:   args{spec: spec("1.35", "1.14.1"), observed: healthy("1.33", "1.13.0", "v1.30.0-eksbuild.1")},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.33", NodeGroups: nodes("1.33"), Karpenter: "1.13.0"},
				upgrading: "Addons: The add-on kube-proxy is of Kubernetes 1.30, and must not be more than 3 minors behind 1.34: give spec.addons an entry kube-proxy with a version for Kubernetes 1.33, on the way to 1.35",
				blocked:   "VersionSkew: The add-on kube-proxy is of Kubernetes 1.30, and must not be more than 3 minors behind 1.34: give spec.addons an entry kube-proxy with a version for Kubernetes 1.33",
			},
		},
		"NodesPinned": {
			reason: "System nodes at a fixed version stay, and the control plane is upgraded.",
			args:   args{spec: nodesAt(spec("1.34", "1.13.0"), "1.31"), observed: healthy("1.31", "1.13.0", "v1.31.0-eksbuild.1")},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.32", NodeGroups: nodes("1.31"), Karpenter: "1.13.0"},
				upgrading: "ControlPlane: The control plane is upgraded from 1.31 to 1.32, on the way to 1.34", blocked: "NotBlocked",
			},
		},
		"NodesTooOld": {
			reason: "Nodes that are further behind than Kubernetes allows block the upgrade.",
			args: args{
				spec: nodesAt(spec("1.35", "1.13.0"), "1.33"), observed: healthy("1.34", "1.13.0", "v1.34.0-eksbuild.1"),
				override: map[key.Key]string{key.NodeGroup(key.System): `{"spec": {"forProvider": {"version": "1.33"}}, "status": {"atProvider": {"id": "a", "version": "1.31"}, ` + conditionsGood + `}}`},
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.34", NodeGroups: nodes("1.33"), Karpenter: "1.13.0"},
				upgrading: "SystemNodes: The system nodes are upgraded from 1.31 to 1.33, on the way to 1.35", blocked: "NotBlocked",
			},
		},
		"NodesPinnedTooOld": {
			reason: "The control plane isn't upgraded beyond what pinned nodes allow.",
			args: args{
				spec: nodesAt(spec("1.35", "1.13.0"), "1.31"), observed: healthy("1.34", "1.13.0", "v1.34.0-eksbuild.1"),
				override: map[key.Key]string{key.NodeGroup(key.System): `{"spec": {"forProvider": {"version": "1.31"}}, "status": {"atProvider": {"id": "a", "version": "1.31"}, ` + conditionsGood + `}}`},
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.34", NodeGroups: nodes("1.31"), Karpenter: "1.13.0"},
				upgrading: "SystemNodes: The system nodes run Kubernetes 1.31, and must not be more than 3 minors behind 1.35: set spec.systemNodes.kubernetesVersion to a later version, or leave it out, on the way to 1.35",
				blocked:   "VersionSkew: The system nodes run Kubernetes 1.31, and must not be more than 3 minors behind 1.35: set spec.systemNodes.kubernetesVersion to a later version, or leave it out",
			},
		},
		"NodesNotDowngraded": {
			reason: "Nodes are never downgraded either.",
			args:   args{spec: nodesAt(spec("1.34", "1.13.0"), "1.32"), observed: healthy("1.34", "1.13.0", "v1.34.0-eksbuild.1")},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.34", NodeGroups: nodes("1.34"), Karpenter: "1.13.0"},
				upgrading: "UpToDate", blocked: "OlderThanRunning: The system nodes run Kubernetes 1.34, and the platform doesn't roll them back to 1.32: set spec.systemNodes.kubernetesVersion to 1.34, or leave it out",
			},
		},
		"ChartFirst": {
			reason: "A chart that doesn't support the next version is upgraded first.",
			args:   args{spec: spec("1.37", "1.15.0"), observed: healthy("1.35", "1.9.0", "v1.35.0-eksbuild.1")},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.35", NodeGroups: nodes("1.35"), Karpenter: "1.15.0"},
				upgrading: "Karpenter: Karpenter is upgraded from 1.9.0 to 1.15.0, which supports Kubernetes 1.36, on the way to 1.37", blocked: "NotBlocked",
			},
		},
		"ChartNotDeployed": {
			reason: "A desired chart that isn't deployed yet doesn't count.",
			args: args{
				spec: spec("1.37", "1.15.0"), observed: healthy("1.35", "1.9.0", "v1.35.0-eksbuild.1"),
				override: map[key.Key]string{key.Karpenter: `{"spec": {"forProvider": {"chart": {"version": "1.15.0"}}}, "status": {"atProvider": {"state": "pending-upgrade"}, ` + conditionsGood + `}}`},
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.35", NodeGroups: nodes("1.35"), Karpenter: "1.15.0"},
				upgrading: "Karpenter: Kubernetes 1.36 waits for Karpenter 1.15.0 to be deployed, on the way to 1.37", blocked: "NotBlocked",
			},
		},
		"ChartLast": {
			reason: "Otherwise the chart is upgraded after the nodes.",
			args:   args{spec: spec("1.35", "1.15.0"), observed: healthy("1.35", "1.9.0", "v1.35.0-eksbuild.1")},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.35", NodeGroups: nodes("1.35"), Karpenter: "1.15.0"},
				upgrading: "Karpenter: Karpenter is upgraded from 1.9.0 to 1.15.0", blocked: "NotBlocked",
			},
		},
		"ChartTooOld": {
			reason: "If EKS upgraded beyond the versions that the claim's chart supports, the claim must set another.",
			args:   args{spec: spec("1.35", "1.9.0"), observed: healthy("1.36", "1.9.0", "v1.35.0-eksbuild.1")},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.36", NodeGroups: nodes("1.36"), Karpenter: "1.9.0"},
				upgrading: "UpToDate",
				blocked:   "OlderThanRunning: EKS runs Kubernetes 1.36, and the platform doesn't roll it back to 1.35: set spec.kubernetesVersion to 1.36; chart 1.9.0 does not support Kubernetes 1.36: set spec.karpenter.version to 1.13.0 or later",
			},
		},
		"ClusterNotReady": {
			reason: "The control plane isn't upgraded while it isn't ready.",
			args: args{
				spec: spec("1.34", "1.14.1"), observed: healthy("1.31", "1.13.0", "v1.31.0-eksbuild.1"),
				override: map[key.Key]string{key.Cluster: `{"spec": {"forProvider": {"version": "1.31"}}, "status": {"atProvider": {"id": "a", "version": "1.31"}, "conditions": [{"type": "Ready", "status": "False"}, {"type": "Synced", "status": "True"}]}}`},
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.31", NodeGroups: nodes("1.31"), Karpenter: "1.13.0"},
				upgrading: "ControlPlane: Kubernetes 1.32 waits for the cluster to be ready, on the way to 1.34", blocked: "NotBlocked",
			},
		},
		"NodesDesiredAhead": {
			reason: "A version in the node group's spec that is newer than the control plane isn't ours.",
			args: args{
				spec: spec("1.34", "1.14.1"), observed: healthy("1.34", "1.14.1", "v1.34.0-eksbuild.1"),
				override: map[key.Key]string{key.NodeGroup(key.System): `{"spec": {"forProvider": {"version": "1.35"}}, "status": {"atProvider": {"id": "a", "version": "1.34"}, ` + conditionsGood + `}}`},
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.34", NodeGroups: nodes("1.34"), Karpenter: "1.14.1"},
				upgrading: "UpToDate", blocked: "NotBlocked",
			},
		},
		"RolledBack": {
			reason: "What was rolled back in EKS stays there: another upgrade would undo the rollback.",
			args:   args{spec: spec("1.35", "1.14.1"), observed: rolledBack, status: ran135},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.34", NodeGroups: nodes("1.34"), Karpenter: "1.14.1"},
				upgrading: "UpToDate",
				blocked:   "RolledBack: EKS rolled the control plane back from 1.35 to 1.34, where it stays: set spec.kubernetesVersion to 1.34, and to a later version once you upgrade again",
			},
		},
		"StillRolledBack": {
			reason: "It stays in later passes, even while EKS doesn't report its version.",
			args: args{
				spec: spec("1.36", "1.14.1"), observed: healthy("1.34", "1.14.1", "v1.34.0-eksbuild.1"),
				override: map[key.Key]string{key.Cluster: `{"spec": {"forProvider": {"version": "1.34"}}, "status": {"atProvider": {"id": "a"}, ` + conditionsGood + `}}`},
				status:   recorded134,
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.34", NodeGroups: nodes("1.34"), Karpenter: "1.14.1"},
				upgrading: "UpToDate",
				blocked:   "RolledBack: EKS rolled the control plane back from 1.35 to 1.34, where it stays: set spec.kubernetesVersion to 1.34, and to a later version once you upgrade again",
			},
		},
		"RollbackAccepted": {
			reason: "A claim with the version of the rollback accepts it.",
			args:   args{spec: spec("1.34", "1.14.1"), observed: healthy("1.34", "1.14.1", "v1.34.0-eksbuild.1"), status: recorded134},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.34", NodeGroups: nodes("1.34"), Karpenter: "1.14.1"},
				upgrading: "UpToDate", blocked: "NotBlocked",
			},
		},
		"RolledBackAsClaimed": {
			reason: "If the claim requested the older version first, nothing that was desired for the newer one stays.",
			args:   args{spec: spec("1.34", "1.14.1"), observed: rolledBack, status: ran135},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.34", NodeGroups: nodes("1.34"), Karpenter: "1.14.1"},
				upgrading: "UpToDate", blocked: "NotBlocked",
			},
		},
		"NodesRolledBack": {
			reason: "System nodes are rolled back before the control plane, and stay there.",
			args: args{
				spec: spec("1.35", "1.14.1"), observed: healthy("1.35", "1.14.1", "v1.34.0-eksbuild.1"),
				override: map[key.Key]string{key.NodeGroup(key.System): rolledBack[key.NodeGroup(key.System)]},
				status:   ran135,
			},
			want: want{
				versions:  v1alpha1.VersionsStatus{ControlPlane: "1.35", NodeGroups: nodes("1.34"), Karpenter: "1.14.1"},
				upgrading: "UpToDate",
				blocked:   "RolledBack: The system nodes were rolled back from 1.35 to 1.34, where they stay: set spec.systemNodes.kubernetesVersion to 1.34, and leave it out once you upgrade them again",
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			o := make(object.Composed)
			all := maps.Clone(tc.args.observed)
			if all == nil {
				all = make(map[key.Key]string)
			}
			maps.Copy(all, tc.args.override)
			for k, j := range all {
				if j != "" {
					o[k] = existing(t, j)
				}
			}
			xr := existing(t, `{}`)
			if tc.args.status != "" {
				xr = existing(t, `{"status": `+tc.args.status+`}`)
			}
			c := claim.Claim{Spec: tc.args.spec, Addons: claim.Addons(tc.args.spec)}
			u := New(c, facts.Read(c, xr, o))
			got := want{versions: u.Versions()}
			for _, c := range u.Conditions(got.versions, func(...key.Key) string { return "" }) {
				text := c.Reason
				if c.Message != "" {
					text += ": " + c.Message
				}
				if (c.Status == metav1.ConditionTrue) != (c.Reason != reasonCreating && c.Reason != reasonUpToDate && c.Reason != reasonNotBlocked) {
					t.Errorf("condition %s: got %s, reason %s", c.Type, c.Status, c.Reason)
				}
				if c.Type == ConditionUpgrading {
					got.upgrading = text
				} else {
					got.blocked = text
				}
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestAddonNotRecorded has a status without the version of an add-on: it's unknown, so the
// add-on retains its version.
func TestAddonNotRecorded(t *testing.T) {
	a := v1alpha1.AddonSpec{Name: "coredns", Version: "v1.12.4-eksbuild.1"}
	c := claim.Claim{Spec: v1alpha1.SeafarerClusterSpec{KubernetesVersion: "1.34"}, Addons: []v1alpha1.AddonSpec{a}}
	f := facts.Facts{
		Cluster:  facts.Cluster{Version: "1.31"},
		Addons:   map[string]facts.Addon{"coredns": {Component: facts.Component{Exists: true, Desired: "v1.11.4-eksbuild.2"}}},
		Versions: v1alpha1.VersionsStatus{Addons: []v1alpha1.NamedVersion{{Name: "coredns"}}},
	}
	if version, known := New(c, f).Addon(a); known {
		t.Errorf("Addon(...): want an unknown version, got %q", version)
	}
}
