package platform

import (
	"encoding/json"
	"maps"
	"net/netip"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	xpv1 "github.com/crossplane/crossplane-runtime/v2/apis/common/v1"
	"github.com/crossplane/crossplane-runtime/v2/pkg/meta"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

// A Plan is all that a domain may know of the platform it describes.
type Plan struct {
	// Spec of the claim, defaulted and valid.
	Spec v1alpha1.SeafarerClusterSpec

	// Fences of the platform team.
	Fences v1beta1.Fences

	// Facts that AWS has told so far.
	Facts Facts

	// Versions that the platform is kept at now. Those that nobody knows are
	// empty.
	Versions v1alpha1.VersionsStatus

	// Owner is the name of the claim, or of a composite resource without one.
	Owner string

	// Namespace of all composed resources.
	Namespace string

	// held are changes that the claim asks for and doesn't get, for people to read.
	held []string

	// encryptionMade is how the cluster's Secrets are encrypted, if it was made.
	encryptionMade string

	// controlPlane is in these subnets, if the cluster was made.
	controlPlane     subnets
	controlPlaneMade bool

	// claimed is true if somebody made an object of that name in that namespace, be
	// it a claim or a composite resource.
	claimed bool

	// composite resource's name, if it's in no namespace.
	composite string

	// Namespaced is true if the composite resource has a namespace of its own. It
	// can compose in no other.
	Namespaced bool

	// Partition of AWS that the region belongs to, such as aws-cn.
	Partition string

	// Zones the platform spans, in the order of their subnets.
	Zones []Zone

	// names of the resources that exist. Crossplane keeps them whatever we
	// desire, so references must too.
	names map[compose.Key]string

	// ids of the resources that exist, as far as the provider has written them
	// down.
	ids map[compose.Key]string

	// walk to the versions that the claim asks for.
	walk walk
}

// A Zone is an availability zone the platform spans.
type Zone struct {
	aws.Zone

	// Private and Public are the IPv4 blocks of the zone's subnets.
	Private, Public netip.Prefix

	// Kept is true if the claim no longer asks for the zone. It's there for what
	// was made in it, and for nothing new.
	Kept bool

	// Facts that AWS has told so far.
	Facts ZoneFacts
}

// Exists tells whether a resource exists.
func (p Plan) Exists(k compose.Key) bool {
	_, ok := p.names[k]
	return ok
}

// AddonVersion is the version of an add-on, or empty to leave it to EKS, and
// whether that is known.
func (p Plan) AddonVersion(a v1alpha1.AddonSpec) (version string, known bool) { return p.walk.addon(a) }

// AccountKnown tells whether the id of the AWS account is known.
func (p Plan) AccountKnown() bool { return p.Facts.AccountID != "" }

// AccountID is what a resource waits for that holds an ARN.
var AccountID = compose.Fact{What: "the AWS account id (spec.accountId, or the first ARN that AWS returns)"}

// ProviderPrincipal is what the provider's own access entry waits for.
var ProviderPrincipal = compose.Fact{What: "the provider's own identity (providerPrincipalARN of the platform team)"}

// AddressKnown tells whether it's known where the Kubernetes API is, and how to
// trust it.
func (p Plan) AddressKnown() bool {
	return p.Facts.ClusterARN != "" && p.Facts.ClusterEndpoint != "" && p.Facts.ClusterCertificateAuthority != ""
}

// Address is what a resource waits for that tells how to reach the cluster.
var Address = compose.Fact{What: "the address of the Kubernetes API and its certificate authority", From: KeyCluster}

// ARN of something of the platform's region, or with no region for what is
// global. Without an account id it's wrong: guard it with Needs(p.AccountKnown()).
func (p Plan) ARN(service, region, resource string) string {
	return aws.ARN{Partition: p.Partition, Service: service, Region: region, Account: p.Facts.AccountID, Resource: resource}.String()
}

// RoleARN of an IAM role of the account, by name.
func (p Plan) RoleARN(name string) string { return p.ARN("iam", "", "role/"+name) }

// Tags of an AWS resource: those of the claim, those of the platform team, and
// those given.
func (p Plan) Tags(more ...map[string]string) map[string]*string {
	t := make(map[string]*string)
	for k, v := range p.TagValues(more...) {
		t[k] = new(v)
	}
	return t
}

// TagValues are Tags for where they are no pointers.
func (p Plan) TagValues(more ...map[string]string) map[string]string {
	t := make(map[string]string)
	for _, m := range append([]map[string]string{p.Spec.Tags, p.Fences.Tags}, more...) {
		maps.Copy(t, m)
	}
	return t
}

// NameTag of a resource that has no name of its own: EC2's console shows it.
func (p Plan) NameTag(suffix string) map[string]string {
	return map[string]string{"Name": p.Spec.ClusterName + "-" + suffix}
}

// Discovery is the tag by which Karpenter finds subnets and security groups.
func (p Plan) Discovery() map[string]string {
	return map[string]string{DiscoveryTag: p.Spec.ClusterName}
}

// DiscoveryTag is the key of the tag by which Karpenter finds subnets and
// security groups.
const DiscoveryTag = "karpenter.sh/discovery"

// SystemNodeLabel is on the nodes that Karpenter itself runs on.
const SystemNodeLabel = "platform.seafarer.cloud/system"

// ObjectName is the name of the Kubernetes object of a composed resource.
func (p Plan) ObjectName(k compose.Key) string {
	if n, ok := p.names[k]; ok {
		return n
	}
	return aws.ObjectName(p.Owner, string(k))
}

// Ref to another composed resource. The provider waits for it.
func (p Plan) Ref(k compose.Key) *xpv1.NamespacedReference {
	return &xpv1.NamespacedReference{Name: p.ObjectName(k)}
}

// Follow fills in what a reference of an existing resource leads to, because it
// may lead elsewhere by now: the provider resolves each reference only once. It
// could be told to resolve it each time, but whenever that makes a difference it
// forgets what all other references of the resource lead to.
func (p Plan) Follow(r compose.Resource, path string, to ...compose.Key) compose.Resource {
	for _, k := range to {
		r = r.Needs(p.ID(k) != "" || !p.Exists(r.Key), compose.Fact{What: "the id of " + string(k), From: k}, path)
	}
	return r
}

// ID by which AWS knows a resource, or the empty string.
func (p Plan) ID(k compose.Key) string { return p.ids[k] }

// PrivateSubnets by key, one in each zone that the claim asks for.
func (p Plan) PrivateSubnets() []compose.Key {
	ks := make([]compose.Key, 0, len(p.Zones))
	for _, z := range p.Zones {
		if !z.Kept {
			ks = append(ks, KeyPrivateSubnet(z))
		}
	}
	return ks
}

// Refs to other composed resources.
func (p Plan) Refs(ks ...compose.Key) []xpv1.NamespacedReference {
	rs := make([]xpv1.NamespacedReference, 0, len(ks))
	for _, k := range ks {
		rs = append(rs, *p.Ref(k))
	}
	return rs
}

// IDs of resources, unless one of them is not known.
func (p Plan) IDs(ks ...compose.Key) []*string {
	ids := make([]*string, 0, len(ks))
	for _, k := range ks {
		if p.ID(k) == "" {
			return nil
		}
		ids = append(ids, new(p.ID(k)))
	}
	return ids
}

// External is the metadata of a resource that AWS knows by a name, rather than
// by an id that it makes up.
func External(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Annotations: map[string]string{meta.AnnotationKeyExternalName: name}}
}

// Managed is a managed resource of any provider.
type Managed interface {
	compose.Object
	SetProviderConfigReference(r *xpv1.ProviderConfigReference)
	SetManagementPolicies(ps xpv1.ManagementPolicies)
}

// Policies of managed resources. Late initialisation is left out of all of them,
// but see identifying: what AWS chose is not our intent, and copied into the spec
// it would fight with whoever changes it in AWS.
var (
	// policiesOwned is for what is created, kept and deleted with the platform.
	policiesOwned = xpv1.ManagementPolicies{xpv1.ManagementActionObserve, xpv1.ManagementActionCreate, xpv1.ManagementActionUpdate, xpv1.ManagementActionDelete}

	// policiesLeft is for what dies with the cluster. It's left where it is, so
	// that nothing waits for a cluster that is gone, and Karpenter keeps what it
	// needs while its nodes drain.
	policiesLeft = xpv1.ManagementPolicies{xpv1.ManagementActionObserve, xpv1.ManagementActionCreate, xpv1.ManagementActionUpdate}
)

// AWS describes a resource in AWS.
func (p Plan) AWS(k compose.Key, m Managed) compose.Resource {
	return p.managed(k, m, p.providerConfigRef(), policiesOwned)
}

// ClusterBound describes a resource in AWS that dies with the cluster.
func (p Plan) ClusterBound(k compose.Key, m Managed) compose.Resource {
	return p.managed(k, m, p.providerConfigRef(), policiesLeft)
}

// Helm describes a release in the cluster.
func (p Plan) Helm(k compose.Key, m Managed) compose.Resource {
	r := p.managed(k, m, p.clusterConfigRef(KeyHelmProviderConfig), policiesLeft)
	r.Ready = deployed
	return r
}

// Kubernetes describes an object in the cluster.
func (p Plan) Kubernetes(k compose.Key, m Managed) compose.Resource {
	return p.managed(k, m, p.clusterConfigRef(KeyKubernetesProviderConf), policiesLeft)
}

// Drained describes an object in the cluster whose deletion is waited for,
// because AWS resources go with it. Nothing can be made for it before Karpenter
// is installed, so a claim deleted that early need not wait for a cluster that
// never came up. Nothing is made for it before all is protected that its deletion
// needs, so a claim deleted at any moment ends.
func (p Plan) Drained(k compose.Key, m Managed) compose.Resource {
	return p.managed(k, m, p.clusterConfigRef(KeyKubernetesProviderConf), policiesOwned).
		WatchedUntil(p.Facts.KarpenterInstalled, compose.Fact{What: "Karpenter's release", From: KeyKarpenterRelease}).
		WatchedUntilProtected()
}

// Routed describes a resource in AWS that fails for good when it's made before
// the internet gateway is attached to the VPC. It has no field that could wait.
func (p Plan) Routed(k compose.Key, m Managed) compose.Resource {
	return p.AWS(k, m).WatchedUntil(p.Facts.InternetGatewayID != "", compose.Fact{What: "the internet gateway", From: KeyInternetGateway})
}

// WithoutPolicies describes a resource in AWS whose kind knows no management
// policies.
func (p Plan) WithoutPolicies(k compose.Key, m Managed) compose.Resource {
	return p.managed(k, m, p.providerConfigRef(), nil)
}

func (p Plan) managed(k compose.Key, m Managed, ref *xpv1.ProviderConfigReference, ps xpv1.ManagementPolicies) compose.Resource {
	r := p.Local(k, m)
	kind := m.GetObjectKind().GroupVersionKind().Kind
	m.SetProviderConfigReference(ref)
	m.SetManagementPolicies(p.identifying(k, kind, ps))
	r.Fixity = fixity(kind)
	return r
}

// identifying policies let the provider write down the id that AWS has given to
// a resource, which it does in no other way than by late initialisation. Until
// then it knows the id for as long as it runs: if it's started again it makes the
// resource again, and nothing can refer to it.
// https://github.com/crossplane/upjet/issues/531
func (p Plan) identifying(k compose.Key, kind string, ps xpv1.ManagementPolicies) xpv1.ManagementPolicies {
	if !identifiedByAWS[kind] || p.ID(k) != "" || !slices.Contains(ps, xpv1.ManagementActionCreate) {
		return ps
	}
	return append(slices.Clone(ps), xpv1.ManagementActionLateInitialize)
}

// Local describes an object of the control plane itself, such as a provider's
// configuration.
func (p Plan) Local(k compose.Key, o compose.Object) compose.Resource {
	o.SetName(p.ObjectName(k))
	o.SetNamespace(p.Namespace)
	if gvks, _, err := scheme.ObjectKinds(o); err == nil {
		o.GetObjectKind().SetGroupVersionKind(gvks[0])
	}
	return compose.Resource{Key: k, Object: o}
}

func (p Plan) providerConfigRef() *xpv1.ProviderConfigReference {
	if r := p.Fences.ProviderConfigRef; r != nil {
		return &xpv1.ProviderConfigReference{Kind: r.Kind, Name: r.Name}
	}
	return &xpv1.ProviderConfigReference{Kind: "ClusterProviderConfig", Name: "default"}
}

func (p Plan) clusterConfigRef(k compose.Key) *xpv1.ProviderConfigReference {
	return &xpv1.ProviderConfigReference{Kind: "ProviderConfig", Name: p.ObjectName(k)}
}

// Raw is free-form content of a typed object.
func Raw(m map[string]any) runtime.RawExtension {
	b, err := json.Marshal(m)
	if err != nil {
		return runtime.RawExtension{} // Only plain values come here, and they marshal.
	}
	return runtime.RawExtension{Raw: b}
}
