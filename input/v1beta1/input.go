// Package v1beta1 is the input of the function: what the platform team fixes in
// the Composition for every claim.
//
// +kubebuilder:object:generate=true
// +groupName=seafarer-cluster.fn.platform.seafarer.cloud
// +versionName=v1beta1
package v1beta1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Fences are the limits that no claim exceeds, and the defaults that no claim
// has to know.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:categories=crossplane
type Fences struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// AllowedRegions that claims may choose. All that are known, when unset.
	//
	// +optional
	AllowedRegions []string `json:"allowedRegions,omitempty"`

	// AllowedKubernetesVersions that claims may choose: major and minor. All that
	// are known, when unset.
	//
	// +optional
	AllowedKubernetesVersions []string `json:"allowedKubernetesVersions,omitempty"`

	// Tags put on every AWS resource. A claim cannot give one another value.
	//
	// +optional
	Tags map[string]string `json:"tags,omitempty"`

	// MandatoryTags are keys of tags that every claim must set.
	//
	// +optional
	MandatoryTags []string `json:"mandatoryTags,omitempty"`

	// PermissionsBoundaryARN is the IAM policy that bounds every role composed.
	//
	// +optional
	PermissionsBoundaryARN string `json:"permissionsBoundaryARN,omitempty"`

	// ProviderConfigRef names the configuration of provider-aws to use. The
	// ClusterProviderConfig default, when unset.
	//
	// +optional
	ProviderConfigRef *ProviderConfigRef `json:"providerConfigRef,omitempty"`

	// ProviderPrincipalARN is the IAM role or user that provider-aws acts as. It
	// gets an access entry that makes it an administrator of every cluster. When
	// unset, EKS makes whoever creates the cluster its administrator.
	//
	// +optional
	ProviderPrincipalARN string `json:"providerPrincipalARN,omitempty"`

	// AccountID of claims that name none: twelve digits.
	//
	// +optional
	AccountID string `json:"accountId,omitempty"`

	// Namespace for the resources of a cluster-scoped composite resource that has
	// no claim.
	//
	// +optional
	Namespace string `json:"namespace,omitempty"`

	// KarpenterChartRepository the charts are pulled from, without the chart's
	// name. oci://public.ecr.aws/karpenter when unset.
	//
	// +optional
	KarpenterChartRepository string `json:"karpenterChartRepository,omitempty"`

	// ArgoCD is the Argo CD that claims may register their clusters with. There's
	// none, when unset.
	//
	// +optional
	ArgoCD *ArgoCD `json:"argoCD,omitempty"`
}

// An ArgoCD runs beside Crossplane.
type ArgoCD struct {
	// Namespace where it looks for clusters: its own.
	Namespace string `json:"namespace"`

	// RoleARN is the IAM role that it acts as, or assumes, to use a cluster. It
	// gets an access entry that makes it an administrator of every cluster that is
	// registered. When unset, it acts as whoever it is, and claims must list that
	// in access.admins.
	//
	// +optional
	RoleARN string `json:"roleARN,omitempty"`
}

// A ProviderConfigRef names a configuration of provider-aws.
type ProviderConfigRef struct {
	// Kind of the configuration.
	//
	// +kubebuilder:validation:Enum=ClusterProviderConfig;ProviderConfig
	Kind string `json:"kind"`

	// Name of the configuration.
	Name string `json:"name"`
}
