// Package v1alpha1 is the API of the platform: the spec and the status of a
// SeafarerCluster. The CompositeResourceDefinitions, the reference documents and
// the schemas are generated from these types.
//
// +kubebuilder:object:generate=true
// +groupName=platform.seafarer.cloud
// +versionName=v1alpha1
package v1alpha1

// Names of the API. The composite resource is cluster-scoped and claimed by a
// namespaced SeafarerCluster. A namespaced composite resource of Crossplane v2 has
// the kind of the claim.
const (
	Group         = "platform.seafarer.cloud"
	Version       = "v1alpha1"
	CompositeKind = "XSeafarerCluster"
	ClaimKind     = "SeafarerCluster"
)

// APIVersion of both kinds, as manifests spell it.
const APIVersion = Group + "/" + Version
