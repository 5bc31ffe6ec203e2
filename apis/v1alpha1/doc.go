// Package v1alpha1 is the API of the platform: what a SeafarerCluster claim may
// ask for and what its status tells. The CompositeResourceDefinition, the
// reference tables and the schemas are generated from these types.
//
// +kubebuilder:object:generate=true
// +groupName=platform.seafarer.cloud
// +versionName=v1alpha1
package v1alpha1

// Names of the API. The composite resource is cluster scoped and is claimed by
// a namespaced SeafarerCluster; as a namespaced v2 composite resource it's
// called as its claim.
const (
	Group         = "platform.seafarer.cloud"
	Version       = "v1alpha1"
	CompositeKind = "XSeafarerCluster"
	ClaimKind     = "SeafarerCluster"
)

// APIVersion of both kinds, as manifests spell it.
const APIVersion = Group + "/" + Version
