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

// SeafarerClusterSpec is what the platform should be. Only region is required.
//
// +kubebuilder:validation:XValidation:rule="self.region == oldSelf.region",message="region cannot change: an EKS cluster cannot move; make a new SeafarerCluster"
// +kubebuilder:validation:XValidation:rule="has(self.clusterName) == has(oldSelf.clusterName) && (!has(self.clusterName) || self.clusterName == oldSelf.clusterName)",message="clusterName cannot change: EKS cannot rename a cluster; make a new SeafarerCluster"
type SeafarerClusterSpec struct {
	// Region of AWS the platform lives in, for example eu-west-3.
	//
	// +kubebuilder:validation:Pattern=`^[a-z]{2}(-[a-z]+)+-[0-9]$`
	// +kubebuilder:validation:MaxLength=32
	Region string `json:"region"`

	// AccountID is the id of the AWS account the platform lives in: twelve
	// digits. With it, or with a default from the platform team, everything that
	// holds an ARN is composed at once; without it, once AWS has answered with
	// the first ARN.
	//
	// +kubebuilder:validation:Pattern=`^[0-9]{12}$`
	// +kubebuilder:validation:MaxLength=12
	// +optional
	AccountID string `json:"accountId,omitempty"`

	// ClusterName is the name of the EKS cluster: letters, digits, - and _,
	// at most 100. Capitals are allowed here, unlike in the claim's own name,
	// which it defaults to.
	//
	// +kubebuilder:validation:Pattern=`^[0-9A-Za-z][0-9A-Za-z_-]*$`
	// +kubebuilder:validation:MaxLength=100
	// +optional
	ClusterName string `json:"clusterName,omitempty"`

	// KubernetesVersion of the control plane and of the system nodes: major and
	// minor. EKS upgrades one minor at a time, and so does the platform until it's
	// there. EKS never goes back.
	//
	// +kubebuilder:default="1.35"
	// +kubebuilder:validation:Pattern=`^1\.[0-9]{2}$`
	// +kubebuilder:validation:MaxLength=4
	// +optional
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`

	// Tags put on every AWS resource, and on what Karpenter launches.
	//
	// +kubebuilder:validation:MaxProperties=40
	// +optional
	Tags map[string]string `json:"tags,omitempty"`

	// DeletionProtection makes EKS refuse to delete the cluster, and Kubernetes to
	// delete the claim. Turned off, it's let go once EKS says that it's off, too.
	//
	// +kubebuilder:default=false
	// +optional
	DeletionProtection bool `json:"deletionProtection"`

	// AcknowledgedChanges lists changes for which something is replaced, by the
	// tokens that the condition ChangeHeld tells. Each is good for one change of
	// one resource, once.
	//
	// +listType=set
	// +kubebuilder:validation:MaxItems=20
	// +kubebuilder:validation:items:Pattern=`^[a-z0-9][a-z0-9.-]*-[0-9a-f]{8}$`
	// +kubebuilder:validation:items:MaxLength=128
	// +optional
	AcknowledgedChanges []string `json:"acknowledgedChanges,omitempty"`

	// Network the platform is placed in.
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

	// Access to the Kubernetes API.
	//
	// +kubebuilder:default={}
	// +optional
	Access AccessSpec `json:"access,omitempty"`

	// SystemNodes is the EKS managed node group that runs CoreDNS, the EBS CSI
	// driver and Karpenter itself.
	//
	// +kubebuilder:default={}
	// +optional
	SystemNodes SystemNodesSpec `json:"systemNodes,omitempty"`

	// Addons of EKS, by name. vpc-cni, kube-proxy, eks-pod-identity-agent,
	// coredns and aws-ebs-csi-driver are always there; an entry of that name
	// changes one, an entry of another name adds one.
	//
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=30
	// +optional
	Addons []AddonSpec `json:"addons,omitempty"`

	// Karpenter launches the nodes that workloads run on.
	//
	// +kubebuilder:default={}
	// +optional
	Karpenter KarpenterSpec `json:"karpenter,omitempty"`

	// Observability of what runs in the cluster.
	//
	// +kubebuilder:default={}
	// +optional
	Observability ObservabilitySpec `json:"observability,omitempty"`
}
