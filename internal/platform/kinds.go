package platform

import (
	events "github.com/upbound/provider-aws/v2/apis/namespaced/cloudwatchevents/v1beta1"
	logs "github.com/upbound/provider-aws/v2/apis/namespaced/cloudwatchlogs/v1beta1"
	ec2 "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"
	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"
	iam "github.com/upbound/provider-aws/v2/apis/namespaced/iam/v1beta1"
	kms "github.com/upbound/provider-aws/v2/apis/namespaced/kms/v1beta1"
	sqs "github.com/upbound/provider-aws/v2/apis/namespaced/sqs/v1beta1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	release "github.com/crossplane-contrib/provider-helm/apis/namespaced/release/v1beta1"
	helm "github.com/crossplane-contrib/provider-helm/apis/namespaced/v1beta1"
	object "github.com/crossplane-contrib/provider-kubernetes/apis/namespaced/object/v1alpha1"
	kubernetes "github.com/crossplane-contrib/provider-kubernetes/apis/namespaced/v1alpha1"
)

// Kinds are all that a platform is composed of: no domain composes another. The
// activation policy of the Configuration is generated from them.
func Kinds() []schema.GroupVersionKind {
	var ks []schema.GroupVersionKind
	for gv, objects := range kinds() {
		for _, o := range objects {
			gvk, _, err := scheme.ObjectKinds(o)
			if err != nil || len(gvk) != 1 {
				continue // Registered from the same table, so it cannot happen.
			}
			ks = append(ks, gv.WithKind(gvk[0].Kind))
		}
	}
	return ks
}

func kinds() map[schema.GroupVersion][]runtime.Object {
	return map[schema.GroupVersion][]runtime.Object{
		ec2.CRDGroupVersion: {
			&ec2.DefaultSecurityGroup{},
			&ec2.EIP{},
			&ec2.InternetGateway{},
			&ec2.LaunchTemplate{},
			&ec2.NATGateway{},
			&ec2.Route{},
			&ec2.RouteTable{},
			&ec2.RouteTableAssociation{},
			&ec2.Subnet{},
			&ec2.Tag{},
			&ec2.VPC{},
		},
		eks.CRDGroupVersion: {
			&eks.AccessEntry{},
			&eks.AccessPolicyAssociation{},
			&eks.Addon{},
			&eks.Cluster{},
			&eks.ClusterAuth{},
			&eks.NodeGroup{},
			&eks.PodIdentityAssociation{},
		},
		iam.CRDGroupVersion: {
			&iam.OpenIDConnectProvider{},
			&iam.Policy{},
			&iam.Role{},
			&iam.RolePolicyAttachment{},
		},
		kms.CRDGroupVersion:        {&kms.Alias{}, &kms.Key{}},
		logs.CRDGroupVersion:       {&logs.Group{}},
		sqs.CRDGroupVersion:        {&sqs.Queue{}, &sqs.QueuePolicy{}},
		events.CRDGroupVersion:     {&events.Rule{}, &events.Target{}},
		release.SchemeGroupVersion: {&release.Release{}, &helm.ProviderConfig{}},
		object.SchemeGroupVersion:  {&Object{}, &kubernetes.ProviderConfig{}},
		corev1.SchemeGroupVersion:  {&corev1.Secret{}},
	}
}

// identifiedByAWS are the kinds whose resources AWS gives an id that nobody knows
// before. Others have a name that we choose, or one that's made of their spec.
var identifiedByAWS = map[string]bool{
	"DefaultSecurityGroup":   true,
	"EIP":                    true,
	"InternetGateway":        true,
	"Key":                    true,
	"LaunchTemplate":         true,
	"NATGateway":             true,
	"OpenIDConnectProvider":  true,
	"PodIdentityAssociation": true,
	"Queue":                  true,
	"QueuePolicy":            true,
	"RolePolicyAttachment":   true,
	"RouteTable":             true,
	"RouteTableAssociation":  true,
	"Subnet":                 true,
	"VPC":                    true,
}

var scheme = newScheme()

func newScheme() *runtime.Scheme {
	s := runtime.NewScheme()
	for gv, objects := range kinds() {
		s.AddKnownTypes(gv, objects...)
	}
	return s
}
