package v1alpha1

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// SystemNodesSpec is the EKS managed node group for the system's own pods. EKS
// replaces the group if its instance types, AMI type or capacity type change, which
// is held until acknowledgedChanges has the change.
//
// +kubebuilder:validation:XValidation:rule="!has(self.minSize) || !has(self.desiredSize) || !has(self.maxSize) || (self.minSize <= self.desiredSize && self.desiredSize <= self.maxSize)",message="sizes must be ordered: minSize <= desiredSize <= maxSize"
// +kubebuilder:validation:XValidation:rule="!has(self.name) || !has(oldSelf.name) || self.name == oldSelf.name",message="name cannot change: EKS cannot rename a node group"
type SystemNodesSpec struct {
	// Name of the node group in EKS.
	//
	// +kubebuilder:default=system-node-group
	// +kubebuilder:validation:Pattern=`^[0-9A-Za-z][0-9A-Za-z_-]*$`
	// +kubebuilder:validation:MaxLength=63
	// +optional
	Name string `json:"name,omitempty"`

	// InstanceTypes of EC2 to choose from, for example t3.medium.
	//
	// +kubebuilder:default={t3.medium}
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=20
	// +kubebuilder:validation:items:Pattern=`^[a-z0-9-]+\.[a-z0-9-]+$`
	// +kubebuilder:validation:items:MaxLength=32
	// +optional
	InstanceTypes []string `json:"instanceTypes,omitempty"`

	// AMIType of Amazon Linux 2023 that fits the instance types.
	//
	// +kubebuilder:default=AL2023_x86_64_STANDARD
	// +kubebuilder:validation:Enum=AL2023_x86_64_STANDARD;AL2023_ARM_64_STANDARD
	// +optional
	AMIType string `json:"amiType,omitempty"`

	// CapacityType of the instances.
	//
	// +kubebuilder:default=ON_DEMAND
	// +kubebuilder:validation:Enum=ON_DEMAND;SPOT
	// +optional
	CapacityType string `json:"capacityType,omitempty"`

	// MinSize of the group, at least two: Karpenter runs two replicas that
	// refuse to share a node.
	//
	// +kubebuilder:default=2
	// +kubebuilder:validation:Minimum=2
	// +kubebuilder:validation:Maximum=100
	// +optional
	MinSize int32 `json:"minSize,omitempty"`

	// MaxSize of the group. Leave room above minSize, or an upgrade has to take
	// a node away before it adds one.
	//
	// +kubebuilder:default=3
	// +kubebuilder:validation:Minimum=2
	// +kubebuilder:validation:Maximum=100
	// +optional
	MaxSize int32 `json:"maxSize,omitempty"`

	// DesiredSize the group is created with. Afterwards whoever scales the group
	// owns it.
	//
	// +kubebuilder:default=2
	// +kubebuilder:validation:Minimum=2
	// +kubebuilder:validation:Maximum=100
	// +optional
	DesiredSize int32 `json:"desiredSize,omitempty"`

	// VolumeSizeGiB is the size of each node's encrypted gp3 root volume, in GiB.
	//
	// +kubebuilder:default=30
	// +kubebuilder:validation:Minimum=20
	// +kubebuilder:validation:Maximum=16384
	// +optional
	VolumeSizeGiB int32 `json:"volumeSizeGiB,omitempty"`

	// KubernetesVersion of the nodes, to hold them back: the control plane's, or
	// up to three minors older. Unset, they follow the control plane. EKS never
	// goes back.
	//
	// +kubebuilder:validation:Pattern=`^1\.[0-9]{2}$`
	// +kubebuilder:validation:MaxLength=4
	// +optional
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`

	// Labels of the nodes, besides those of EKS and of the platform.
	//
	// +kubebuilder:validation:MaxProperties=40
	// +optional
	Labels map[string]string `json:"labels,omitempty"`

	// CriticalAddonsOnly keeps other pods off these nodes with the taint
	// CriticalAddonsOnly, which the system's pods tolerate.
	//
	// +kubebuilder:default=false
	// +optional
	CriticalAddonsOnly bool `json:"criticalAddonsOnly"`
}

// An AddonSpec is an EKS add-on.
type AddonSpec struct {
	// Name of the add-on as EKS knows it, for example coredns.
	//
	// +kubebuilder:validation:Pattern=`^[a-z0-9][a-z0-9_-]*$`
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`

	// Version of the add-on, for example v1.12.4-eksbuild.1, for the claim's
	// kubernetesVersion: an upgrade sets it once the control plane is there.
	// Unset, EKS installs its default for the cluster's Kubernetes version, and
	// keeps that when the cluster is upgraded.
	//
	// +kubebuilder:validation:Pattern=`^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`
	// +kubebuilder:validation:MaxLength=64
	// +optional
	Version string `json:"version,omitempty"`

	// ConfigurationValues of the add-on, as its own schema allows.
	//
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	// +optional
	ConfigurationValues *apiextensionsv1.JSON `json:"configurationValues,omitempty"`
}
