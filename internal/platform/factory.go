package platform

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	xpv1 "github.com/crossplane/crossplane-runtime/v2/apis/common/v1"
	"github.com/crossplane/crossplane-runtime/v2/pkg/meta"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/kinds"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// A Managed resource of any provider.
type Managed interface {
	object.Typed
	SetProviderConfigReference(r *xpv1.ProviderConfigReference)
	SetManagementPolicies(ps xpv1.ManagementPolicies)
}

// Policies of managed resources. All but that of LateInitialize: what AWS chose isn't our
// intent, and copied into the spec it would revert changes in AWS. See recordID.
var (
	// owned resources are created, updated and deleted with the platform.
	owned = xpv1.ManagementPolicies{xpv1.ManagementActionObserve, xpv1.ManagementActionCreate, xpv1.ManagementActionUpdate, xpv1.ManagementActionDelete}

	// orphaned resources are deleted along with the cluster. The provider doesn't delete
	// them, so that nothing waits for a deleted cluster, and Karpenter retains what
	// it needs while its nodes drain.
	orphaned = xpv1.ManagementPolicies{xpv1.ManagementActionObserve, xpv1.ManagementActionCreate, xpv1.ManagementActionUpdate}
)

// AWS describes a resource in AWS.
func (p Plan) AWS(k key.Key, m Managed) compose.Resource {
	return p.managed(k, m, p.awsConfig(), owned)
}

// AWSOrphan describes a resource in AWS that is deleted along with the cluster.
func (p Plan) AWSOrphan(k key.Key, m Managed) compose.Resource {
	return p.managed(k, m, p.awsConfig(), orphaned)
}

// AWSWithoutPolicies describes a resource in AWS of a kind without management policies.
func (p Plan) AWSWithoutPolicies(k key.Key, m Managed) compose.Resource {
	return p.managed(k, m, p.awsConfig(), nil)
}

// Helm describes a release in the cluster.
func (p Plan) Helm(k key.Key, m Managed) compose.Resource {
	return p.managed(k, m, p.clusterConfig(key.HelmProviderConfig), orphaned)
}

// Kubernetes describes an object in the cluster, which is deleted along with it.
func (p Plan) Kubernetes(k key.Key, m Managed) compose.Resource {
	return p.managed(k, m, p.clusterConfig(key.KubernetesProviderConfig), orphaned)
}

// KubernetesOwned describes an object in the cluster whose deletion is waited for, because
// AWS resources are deleted with it.
func (p Plan) KubernetesOwned(k key.Key, m Managed) compose.Resource {
	return p.managed(k, m, p.clusterConfig(key.KubernetesProviderConfig), owned)
}

func (p Plan) managed(k key.Key, m Managed, config *xpv1.ProviderConfigReference, ps xpv1.ManagementPolicies) compose.Resource {
	m.SetProviderConfigReference(config)
	m.SetManagementPolicies(p.recordID(k, kinds.Of(m), ps))
	r := p.Local(k, m)
	if kinds.Of(m).Named {
		r.Looked = p.look(k, meta.GetExternalName(m))
	}
	return r
}

// look at what AWS has of the name of a resource, once it's known.
func (p Plan) look(k key.Key, name string) compose.Look {
	is, owner := p.Facts.Ownership(k)
	l := compose.Look{Pending: is == facts.Unseen && name != "", Unowned: is != facts.Owned}
	if is == facts.Foreign {
		l.Foreign = owner
	}
	return l
}

// recordID lets the provider record the id that AWS chose for a resource, which it does
// only by late initialization. Until then it has the id in memory: if it restarts, it
// creates the resource again, and no reference can be resolved.
// https://github.com/crossplane/upjet/issues/531
func (p Plan) recordID(k key.Key, kind kinds.Kind, ps xpv1.ManagementPolicies) xpv1.ManagementPolicies {
	if !kind.IDFromAWS || p.Facts.ID(k) != "" || !slices.Contains(ps, xpv1.ManagementActionCreate) {
		return ps
	}
	return append(slices.Clone(ps), xpv1.ManagementActionLateInitialize)
}

// Local describes an object of the control plane itself, such as a Secret.
func (p Plan) Local(k key.Key, o object.Typed) compose.Resource {
	kind := kinds.Of(o)
	o.SetName(p.ObjectName(k))
	o.SetNamespace(p.Namespace)
	o.GetObjectKind().SetGroupVersionKind(kind.GroupVersionKind())
	return compose.Resource{Key: k, Object: o, Immutable: kind.Immutable, Replacement: kind.Replacement, Ready: kind.Ready}
}

// Recorded is the metadata of a resource whose name in AWS follows from facts: the name that
// the provider has recorded, or else the one given, if the facts are known.
func (p Plan) Recorded(k key.Key, known bool, name string) metav1.ObjectMeta {
	switch is := p.ID(k); {
	case is != "":
		return External(is)
	case known:
		return External(name)
	default:
		return metav1.ObjectMeta{}
	}
}

// External is the metadata of a resource whose name in AWS we choose.
func External(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Annotations: map[string]string{meta.AnnotationKeyExternalName: name}}
}

func (p Plan) awsConfig() *xpv1.ProviderConfigReference {
	if r := p.Fences.ProviderConfigRef; r != nil {
		return &xpv1.ProviderConfigReference{Kind: r.Kind, Name: r.Name}
	}
	return &xpv1.ProviderConfigReference{Kind: "ClusterProviderConfig", Name: "default"}
}

func (p Plan) clusterConfig(k key.Key) *xpv1.ProviderConfigReference {
	return &xpv1.ProviderConfigReference{Kind: "ProviderConfig", Name: p.ObjectName(k)}
}
