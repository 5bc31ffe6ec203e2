package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// An XSeafarerCluster is a complete Kubernetes platform on AWS: VPC, EKS control
// plane, system nodes, add-ons and Karpenter. Claim one with a SeafarerCluster.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,path=xseafarerclusters,shortName=xsfc,categories=crossplane;seafarer
// +kubebuilder:printcolumn:name="VERSION",type="string",JSONPath=".status.cluster.version"
// +kubebuilder:printcolumn:name="PHASE",type="string",JSONPath=".status.phase"
// +kubebuilder:printcolumn:name="REGION",type="string",JSONPath=".spec.region",priority=1
// +kubebuilder:printcolumn:name="CLUSTER",type="string",JSONPath=".status.cluster.name",priority=1
// +kubebuilder:printcolumn:name="ENDPOINT",type="string",JSONPath=".status.cluster.endpoint",priority=1
// +kubebuilder:printcolumn:name="WAITS-FOR",type="string",JSONPath=".status.waitsFor",priority=1
type XSeafarerCluster struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   SeafarerClusterSpec   `json:"spec"`
	Status SeafarerClusterStatus `json:"status,omitempty"`
}

// SeafarerClusterSpec is the desired platform. Only region is required; every
// other field has a default.
//
// +kubebuilder:validation:XValidation:rule="self.region == oldSelf.region",message="region cannot change: an EKS cluster cannot move; create a new SeafarerCluster"
// +kubebuilder:validation:XValidation:rule="has(self.clusterName) == has(oldSelf.clusterName) && (!has(self.clusterName) || self.clusterName == oldSelf.clusterName)",message="clusterName cannot change: EKS cannot rename a cluster; create a new SeafarerCluster"
type SeafarerClusterSpec struct {
	// Region is the AWS region of the platform, for example eu-west-3. It cannot
	// change. Regions: https://docs.aws.amazon.com/general/latest/gr/eks.html
	//
	// +kubebuilder:validation:Pattern=`^[a-z]{2}(-[a-z]+)+-[0-9]$`
	// +kubebuilder:validation:MaxLength=32
	Region string `json:"region"`

	// AccountID is the ID of the AWS account of the platform: twelve digits. It
	// defaults to the accountId of the platform team's fences. Without either,
	// resources that contain an ARN wait until AWS returns the first ARN.
	//
	// +kubebuilder:validation:Pattern=`^[0-9]{12}$`
	// +kubebuilder:validation:MaxLength=12
	// +optional
	AccountID string `json:"accountId,omitempty"`

	// ClusterName is the name of the EKS cluster: letters, digits, - and _,
	// starting with a letter or digit, at most 100 characters. It defaults to the
	// name of the SeafarerCluster and cannot change. Unlike a Kubernetes name it
	// may contain capitals.
	//
	// +kubebuilder:validation:Pattern=`^[0-9A-Za-z][0-9A-Za-z_-]*$`
	// +kubebuilder:validation:MaxLength=100
	// +optional
	ClusterName string `json:"clusterName,omitempty"`

	// KubernetesVersion is the Kubernetes version of the control plane and of the
	// system nodes: major and minor, for example 1.36. A new platform needs 1.32 or
	// later. EKS upgrades one minor version at a time, and so does the platform. It
	// never requests an older version than the running one. A platform that is rolled
	// back in EKS stays there. Dates of support:
	// https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
	//
	// +kubebuilder:default="1.36"
	// +kubebuilder:validation:Pattern=`^1\.[0-9]{2}$`
	// +kubebuilder:validation:MaxLength=4
	// +optional
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`

	// Tags are put on every AWS resource of the platform and on everything that
	// Karpenter launches: keys of 1 to 128 characters, values of at most 256. Keys
	// must differ by more than case. Rules:
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
	//
	// +kubebuilder:validation:MaxProperties=40
	// +optional
	Tags map[string]string `json:"tags,omitempty"`

	// DeletionProtection makes EKS refuse to delete the cluster, and Kubernetes
	// refuse to delete the SeafarerCluster. After it is set to false, the
	// SeafarerCluster can be deleted once EKS reports its own protection as off.
	// See
	// https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html
	//
	// +kubebuilder:default=false
	// +optional
	DeletionProtection bool `json:"deletionProtection"`

	// AcknowledgedChanges lists the tokens of changes that may replace a
	// resource. The condition ChangeBlocked reports the tokens. Each token covers
	// one change to one resource.
	//
	// +listType=set
	// +kubebuilder:validation:MaxItems=20
	// +kubebuilder:validation:items:Pattern=`^[a-z0-9][a-z0-9.-]*-[0-9a-f]{8}$`
	// +kubebuilder:validation:items:MaxLength=128
	// +optional
	AcknowledgedChanges []string `json:"acknowledgedChanges,omitempty"`

	// Network is the VPC and its subnets.
	//
	// +kubebuilder:default={}
	// +optional
	Network NetworkSpec `json:"network,omitempty"`

	// ControlPlane is the EKS cluster itself.
	//
	// +kubebuilder:default={}
	// +optional
	ControlPlane ControlPlaneSpec `json:"controlPlane,omitempty"`

	// IAM is how workloads get AWS credentials.
	//
	// +kubebuilder:default={}
	// +optional
	IAM IAMSpec `json:"iam,omitempty"`

	// Access is who can use the Kubernetes API.
	//
	// +kubebuilder:default={}
	// +optional
	Access AccessSpec `json:"access,omitempty"`

	// SystemNodes is the EKS managed node group that runs CoreDNS, the EBS CSI
	// driver and Karpenter. See
	// https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
	//
	// +kubebuilder:default={}
	// +optional
	SystemNodes SystemNodesSpec `json:"systemNodes,omitempty"`

	// Addons configures EKS add-ons by name. vpc-cni, kube-proxy,
	// eks-pod-identity-agent, coredns and aws-ebs-csi-driver are always
	// installed: an entry with one of these names configures it, any other entry
	// installs another add-on. See
	// https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html
	//
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=30
	// +optional
	Addons []AddonSpec `json:"addons,omitempty"`

	// Karpenter launches and removes the nodes that workloads run on. See
	// https://karpenter.sh/docs/
	//
	// +kubebuilder:default={}
	// +optional
	Karpenter KarpenterSpec `json:"karpenter,omitempty"`

	// Observability is what is collected from workloads in the cluster.
	//
	// +kubebuilder:default={}
	// +optional
	Observability ObservabilitySpec `json:"observability,omitempty"`
}
