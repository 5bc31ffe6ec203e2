// Package v1beta1 is the input of the function: the limits and shared settings that
// a platform team sets in the Composition.
//
// +kubebuilder:object:generate=true
// +groupName=seafarer-cluster.fn.platform.seafarer.cloud
// +versionName=v1beta1
package v1beta1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Fences are the limits and the shared settings that a platform team sets for
// every SeafarerCluster of a Composition.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:categories=crossplane
type Fences struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// AllowedRegions are the AWS regions that claims may choose, such as
	// eu-west-3: every supported region, when unset.
	//
	// +optional
	AllowedRegions []string `json:"allowedRegions,omitempty"`

	// AllowedKubernetesVersions are the Kubernetes versions that claims may
	// choose, as major and minor such as 1.36: every supported version, when
	// unset.
	//
	// +optional
	AllowedKubernetesVersions []string `json:"allowedKubernetesVersions,omitempty"`

	// Tags are put on every AWS resource of every platform. A claim cannot set
	// another value for one of them.
	//
	// +optional
	Tags map[string]string `json:"tags,omitempty"`

	// MandatoryTags are the keys of tags that every claim must set in spec.tags.
	//
	// +optional
	MandatoryTags []string `json:"mandatoryTags,omitempty"`

	// PermissionsBoundaryARN is the ARN of an IAM policy that becomes the
	// permissions boundary of every IAM role of every platform. See
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
	//
	// +optional
	PermissionsBoundaryARN string `json:"permissionsBoundaryARN,omitempty"`

	// ProviderConfigRef names the ProviderConfig or ClusterProviderConfig of
	// provider-aws to use: the ClusterProviderConfig default, when unset.
	//
	// +optional
	ProviderConfigRef *ProviderConfigRef `json:"providerConfigRef,omitempty"`

	// ProviderPrincipalARN is the ARN of the IAM role or user that provider-aws
	// acts as. It gets an access entry that makes it an administrator of every
	// cluster. When unset, EKS makes the principal that creates a cluster its
	// administrator.
	//
	// +optional
	ProviderPrincipalARN string `json:"providerPrincipalARN,omitempty"`

	// AccountID is the ID of the AWS account of claims that set none: twelve
	// digits. With it, resources that contain an ARN are created in the first
	// pass.
	//
	// +optional
	AccountID string `json:"accountId,omitempty"`

	// Namespace is the namespace of the composed resources of a cluster-scoped
	// composite resource without a claim. Others are composed in the namespace of
	// the claim or of the composite resource.
	//
	// +optional
	Namespace string `json:"namespace,omitempty"`

	// KarpenterChartRepository is the OCI repository of the charts karpenter and
	// karpenter-crd, without the name of the chart:
	// oci://public.ecr.aws/karpenter, when unset.
	//
	// +optional
	KarpenterChartRepository string `json:"karpenterChartRepository,omitempty"`

	// ArgoCD is the Argo CD that claims may register their clusters with. When
	// unset, a claim with access.argoCD.enabled is invalid.
	//
	// +optional
	ArgoCD *ArgoCD `json:"argoCD,omitempty"`
}

// An ArgoCD is an Argo CD that runs on the control plane of Crossplane.
type ArgoCD struct {
	// Namespace is the namespace in which Argo CD looks for the Secrets of
	// clusters: its own.
	Namespace string `json:"namespace"`

	// RoleARN is the ARN of the IAM role that Argo CD assumes to use a cluster.
	// It gets an access entry that makes it an administrator of every registered
	// cluster. When unset, Argo CD uses its own identity, which claims must list
	// in spec.access.admins.
	//
	// +optional
	RoleARN string `json:"roleARN,omitempty"`
}

// A ProviderConfigRef names a configuration of provider-aws.
type ProviderConfigRef struct {
	// Kind is the kind of the configuration: ClusterProviderConfig or
	// ProviderConfig.
	//
	// +kubebuilder:validation:Enum=ClusterProviderConfig;ProviderConfig
	Kind string `json:"kind"`

	// Name is the name of the configuration.
	Name string `json:"name"`
}
