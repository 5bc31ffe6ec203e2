package kinds

import (
	events "github.com/upbound/provider-aws/v2/apis/namespaced/cloudwatchevents/v1beta1"
	logs "github.com/upbound/provider-aws/v2/apis/namespaced/cloudwatchlogs/v1beta1"
	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"
	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"
	iam "github.com/upbound/provider-aws/v2/apis/namespaced/iam/v1beta1"
	kms "github.com/upbound/provider-aws/v2/apis/namespaced/kms/v1beta1"
	sqs "github.com/upbound/provider-aws/v2/apis/namespaced/sqs/v1beta1"
	corev1 "k8s.io/api/core/v1"

	release "github.com/crossplane-contrib/provider-helm/apis/namespaced/release/v1beta1"
	helm "github.com/crossplane-contrib/provider-helm/apis/namespaced/v1beta1"
	objects "github.com/crossplane-contrib/provider-kubernetes/apis/namespaced/object/v1alpha1"
	kubernetes "github.com/crossplane-contrib/provider-kubernetes/apis/namespaced/v1alpha1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/manifest"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

var table = []Kind{
	{GroupVersion: ec2.CRDGroupVersion, Object: &ec2.DefaultSecurityGroup{}, IDFromAWS: true},
	{GroupVersion: ec2.CRDGroupVersion, Object: &ec2.EIP{}, IDFromAWS: true, Immutable: immutable("domain")},
	{GroupVersion: ec2.CRDGroupVersion, Object: &ec2.InternetGateway{}, IDFromAWS: true},
	{GroupVersion: ec2.CRDGroupVersion, Object: &ec2.LaunchTemplate{}, IDFromAWS: true, Immutable: immutable("name")},
	{GroupVersion: ec2.CRDGroupVersion, Object: &ec2.NATGateway{}, IDFromAWS: true, Immutable: immutable("connectivityType")},
	{GroupVersion: ec2.CRDGroupVersion, Object: &ec2.Route{}, Immutable: immutable("destinationCidrBlock")},
	{GroupVersion: ec2.CRDGroupVersion, Object: &ec2.RouteTable{}, IDFromAWS: true},
	{GroupVersion: ec2.CRDGroupVersion, Object: &ec2.RouteTableAssociation{}, IDFromAWS: true},
	{GroupVersion: ec2.CRDGroupVersion, Object: &ec2.Subnet{}, IDFromAWS: true, Immutable: immutable("cidrBlock", "availabilityZone", "availabilityZoneId")},
	{GroupVersion: ec2.CRDGroupVersion, Object: &ec2.Tag{}, Immutable: immutable("key", "resourceId")},
	{GroupVersion: ec2.CRDGroupVersion, Object: &ec2.VPC{}, IDFromAWS: true, Immutable: immutable("cidrBlock")},

	{GroupVersion: eks.CRDGroupVersion, Object: &eks.AccessEntry{}, Immutable: immutable("principalArn", "type")},
	{GroupVersion: eks.CRDGroupVersion, Object: &eks.AccessPolicyAssociation{}, Immutable: immutable("accessScope.type", "policyArn", "principalArn")},
	{GroupVersion: eks.CRDGroupVersion, Object: &eks.Addon{}, Immutable: immutable("addonName")},
	{GroupVersion: eks.CRDGroupVersion, Object: &eks.Cluster{}, Named: true, Ready: clusterStatus.ready, Immutable: append(immutable("kubernetesNetworkConfig.serviceIpv4Cidr"),
		// EKS switches from the ConfigMap to access entries, and not back.
		object.ImmutableField{Path: "spec.forProvider.accessConfig.authenticationMode", AllowedValue: "API"})},
	{GroupVersion: eks.CRDGroupVersion, Object: &eks.ClusterAuth{}},
	{
		GroupVersion: eks.CRDGroupVersion, Object: &eks.NodeGroup{}, Ready: nodeGroupStatus.ready,
		Immutable: append(immutable("amiType", "capacityType", "instanceTypes", "launchTemplate.name"),
			object.ImmutableField{Path: "spec.forProvider.subnetIdRefs", Unreported: true}),
		Replacement: "EKS drains and deletes the nodes before it creates new ones, and without system nodes neither CoreDNS nor Karpenter run",
	},
	{GroupVersion: eks.CRDGroupVersion, Object: &eks.PodIdentityAssociation{}, IDFromAWS: true, Immutable: immutable("namespace", "serviceAccount")},

	{
		GroupVersion: iam.CRDGroupVersion, Object: &iam.OpenIDConnectProvider{}, Named: true,
		Immutable: []object.ImmutableField{{Path: "spec.forProvider.url", TrimPrefix: "https://"}},
	},
	{GroupVersion: iam.CRDGroupVersion, Object: &iam.Policy{}, Named: true, Immutable: immutable("description", "path")},
	{GroupVersion: iam.CRDGroupVersion, Object: &iam.Role{}, Named: true, Immutable: immutable("path")},
	{GroupVersion: iam.CRDGroupVersion, Object: &iam.RolePolicyAttachment{}, IDFromAWS: true, Immutable: immutable("policyArn")},

	{GroupVersion: kms.CRDGroupVersion, Object: &kms.Alias{}, Named: true},
	{GroupVersion: kms.CRDGroupVersion, Object: &kms.Key{}, IDFromAWS: true},
	{GroupVersion: logs.CRDGroupVersion, Object: &logs.Group{}, Named: true},
	{GroupVersion: sqs.CRDGroupVersion, Object: &sqs.Queue{}, Named: true, Immutable: immutable("name", "fifoQueue")},
	{GroupVersion: sqs.CRDGroupVersion, Object: &sqs.QueuePolicy{}, IDFromAWS: true},
	{GroupVersion: events.CRDGroupVersion, Object: &events.Rule{}, Named: true, Immutable: immutable("eventBusName")},
	{GroupVersion: events.CRDGroupVersion, Object: &events.Target{}, Immutable: immutable("eventBusName", "targetId")},

	{
		GroupVersion: release.SchemeGroupVersion, Object: &release.Release{}, Ready: deployed,
		Immutable: []object.ImmutableField{{Path: "spec.forProvider.namespace", Unreported: true}},
	},
	{GroupVersion: helm.SchemeGroupVersion, Object: &helm.ProviderConfig{}, Silent: true, Ready: object.ReadyByExistence},
	{GroupVersion: objects.SchemeGroupVersion, Object: &manifest.Object{}},
	{GroupVersion: kubernetes.SchemeGroupVersion, Object: &kubernetes.ProviderConfig{}, Silent: true, Ready: object.ReadyByExistence},
	{GroupVersion: corev1.SchemeGroupVersion, Object: &corev1.Secret{}, Silent: true, Ready: object.ReadyByExistence},
}

// immutable fields of spec.forProvider, by name.
func immutable(names ...string) []object.ImmutableField {
	fs := make([]object.ImmutableField, 0, len(names))
	for _, n := range names {
		fs = append(fs, object.ImmutableField{Path: "spec.forProvider." + n})
	}
	return fs
}

// Statuses of a Helm release.
const (
	StatusDeployed       = "deployed"
	statusPendingUpgrade = "pending-upgrade"
	statusFailed         = "failed"
)

// deployed reports whether a release runs. provider-helm reports Ready only while the last
// revision is deployed with the chart and the values of the spec. During an upgrade the
// revision before still runs, so the platform stays ready, unless the upgrade fails.
func deployed(o object.Object) (bool, string) {
	switch o.String("status.atProvider.state") {
	case StatusDeployed, statusPendingUpgrade:
		return o.Is("Synced"), ""
	case statusFailed:
		return false, o.String("status.atProvider.releaseDescription")
	default:
		return false, ""
	}
}
