package v1alpha1

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// SystemNodesSpec is the EKS managed node group that runs the system's own pods.
// EKS replaces the group to change its instance types, AMI type or capacity type:
// such a change is blocked until acknowledgedChanges contains its token.
//
// +kubebuilder:validation:XValidation:rule="!has(self.minSize) || !has(self.desiredSize) || !has(self.maxSize) || (self.minSize <= self.desiredSize && self.desiredSize <= self.maxSize)",message="sizes must be ordered: minSize <= desiredSize <= maxSize"
// +kubebuilder:validation:XValidation:rule="!has(self.name) || !has(oldSelf.name) || self.name == oldSelf.name",message="name cannot change: EKS cannot rename a node group"
type SystemNodesSpec struct {
	// Name is the name of the node group in EKS: letters, digits, - and _, at
	// most 63 characters. It cannot change.
	//
	// +kubebuilder:default=system-node-group
	// +kubebuilder:validation:Pattern=`^[0-9A-Za-z][0-9A-Za-z_-]*$`
	// +kubebuilder:validation:MaxLength=63
	// +optional
	Name string `json:"name,omitempty"`

	// InstanceTypes are the EC2 instance types of the group, for example
	// t3.medium. See
	// https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html
	//
	// +kubebuilder:default={t3.medium}
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=20
	// +kubebuilder:validation:items:Pattern=`^[a-z0-9-]+\.[a-z0-9-]+$`
	// +kubebuilder:validation:items:MaxLength=32
	// +optional
	InstanceTypes []string `json:"instanceTypes,omitempty"`

	// AMIType is the Amazon Linux 2023 image for the architecture of the instance
	// types: AL2023_x86_64_STANDARD or AL2023_ARM_64_STANDARD (Graviton). It
	// follows from the instance types when unset, which must have one
	// architecture. See
	// https://docs.aws.amazon.com/eks/latest/userguide/eks-optimized-ami.html
	//
	// +kubebuilder:validation:Enum=AL2023_x86_64_STANDARD;AL2023_ARM_64_STANDARD
	// +optional
	AMIType string `json:"amiType,omitempty"`

	// CapacityType is how the instances are bought: ON_DEMAND or SPOT. EC2 can
	// reclaim a Spot instance with two minutes' notice.
	//
	// +kubebuilder:default=ON_DEMAND
	// +kubebuilder:validation:Enum=ON_DEMAND;SPOT
	// +optional
	CapacityType string `json:"capacityType,omitempty"`

	// MinSize is the smallest number of nodes, at least two: Karpenter runs two
	// replicas on different nodes.
	//
	// +kubebuilder:default=2
	// +kubebuilder:validation:Minimum=2
	// +kubebuilder:validation:Maximum=100
	// +optional
	MinSize int32 `json:"minSize,omitempty"`

	// MaxSize is the largest number of nodes. Leave room above minSize: otherwise
	// an upgrade has to remove a node before it adds one.
	//
	// +kubebuilder:default=3
	// +kubebuilder:validation:Minimum=2
	// +kubebuilder:validation:Maximum=100
	// +optional
	MaxSize int32 `json:"maxSize,omitempty"`

	// DesiredSize is the number of nodes when the group is created. Afterwards
	// the platform leaves it to the autoscaler of the group.
	//
	// +kubebuilder:default=2
	// +kubebuilder:validation:Minimum=2
	// +kubebuilder:validation:Maximum=100
	// +optional
	DesiredSize int32 `json:"desiredSize,omitempty"`

	// VolumeSizeGiB is the size of the encrypted gp3 root volume of each node, in
	// GiB.
	//
	// +kubebuilder:default=30
	// +kubebuilder:validation:Minimum=20
	// +kubebuilder:validation:Maximum=16384
	// +optional
	VolumeSizeGiB int32 `json:"volumeSizeGiB,omitempty"`

	// KubernetesVersion is the Kubernetes version of the system nodes, if it
	// should be older than that of the control plane: major and minor, at most
	// three minor versions older. When unset, the nodes follow the control plane.
	// The platform never requests an older version than the running one. See
	// https://kubernetes.io/releases/version-skew-policy/
	//
	// +kubebuilder:validation:Pattern=`^1\.[0-9]{2}$`
	// +kubebuilder:validation:MaxLength=4
	// +optional
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`

	// Labels are Kubernetes labels of the nodes, in addition to those of EKS and
	// of the platform.
	//
	// +kubebuilder:validation:MaxProperties=40
	// +optional
	Labels map[string]string `json:"labels,omitempty"`

	// CriticalAddonsOnly adds the taint CriticalAddonsOnly to the nodes, which
	// repels all pods except those that tolerate it: CoreDNS, the EBS CSI
	// driver and Karpenter do.
	//
	// +kubebuilder:default=false
	// +optional
	CriticalAddonsOnly bool `json:"criticalAddonsOnly"`
}

// An AddonSpec is an EKS add-on.
type AddonSpec struct {
	// Name is the name of the add-on in EKS, for example coredns. List:
	// https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
	//
	// +kubebuilder:validation:Pattern=`^[a-z0-9][a-z0-9_-]*$`
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`

	// Version is the version of the add-on for the kubernetesVersion of the spec,
	// for example v1.12.4-eksbuild.1. During an upgrade it is set after the
	// control plane has reached that version. When unset, EKS installs its
	// default for the cluster's Kubernetes version and retains that version
	// through upgrades.
	//
	// +kubebuilder:validation:Pattern=`^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`
	// +kubebuilder:validation:MaxLength=64
	// +optional
	Version string `json:"version,omitempty"`

	// ConfigurationValues configures the add-on, in the schema that aws eks
	// describe-addon-configuration prints. It is merged with the platform's own: the
	// aws-ebs-csi-driver of a new platform creates the default StorageClass
	// ebs-csi-default-sc, unless defaultStorageClass.enabled is false.
	//
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	// +optional
	ConfigurationValues *apiextensionsv1.JSON `json:"configurationValues,omitempty"`
}
