package v1alpha1

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// KarpenterSpec is the Karpenter controller and what it may launch.
//
// +kubebuilder:validation:XValidation:rule="!has(self.__namespace__) || !has(oldSelf.__namespace__) || self.__namespace__ == oldSelf.__namespace__",message="namespace cannot change: Karpenter's nodes must not outlive its release; make a new SeafarerCluster"
// +kubebuilder:validation:XValidation:rule="has(self.nodeRoleName) == has(oldSelf.nodeRoleName) && (!has(self.nodeRoleName) || self.nodeRoleName == oldSelf.nodeRoleName)",message="nodeRoleName cannot change: running nodes use the role"
type KarpenterSpec struct {
	// Version of the karpenter and karpenter-crd charts. It must support the
	// cluster's Kubernetes version.
	//
	// +kubebuilder:default="1.14.1"
	// +kubebuilder:validation:Pattern=`^[0-9]+\.[0-9]+\.[0-9]+$`
	// +kubebuilder:validation:MaxLength=16
	// +optional
	Version string `json:"version,omitempty"`

	// Namespace Karpenter runs in.
	//
	// +kubebuilder:default=kube-system
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`
	// +kubebuilder:validation:MaxLength=63
	// +optional
	Namespace string `json:"namespace,omitempty"`

	// NodeRoleName is the name of the IAM role of the nodes Karpenter launches.
	// IAM names are shared by all regions of an account, so the default holds
	// cluster and region.
	//
	// +kubebuilder:validation:Pattern=`^[0-9A-Za-z+=,.@_-]+$`
	// +kubebuilder:validation:MaxLength=64
	// +optional
	NodeRoleName string `json:"nodeRoleName,omitempty"`

	// Values of the karpenter chart, laid over those of the platform.
	//
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	// +optional
	Values *apiextensionsv1.JSON `json:"values,omitempty"`

	// NodePools Karpenter launches nodes for. An empty list is none.
	//
	// +listType=atomic
	// +kubebuilder:default={{name: "default", requirements: {{key: "karpenter.k8s.aws/instance-hypervisor", operator: "In", values: {"nitro"}}, {key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: {"2"}}, {key: "karpenter.k8s.aws/instance-size", operator: "NotIn", values: {"nano", "micro"}}}, limits: {"cpu": "1000"}, disruption: {consolidationPolicy: "WhenEmpty", consolidateAfter: "30s"}}}
	// +kubebuilder:validation:MaxItems=100
	// +optional
	NodePools []NodePoolSpec `json:"nodePools,omitempty"`

	// NodeClasses are the EC2 settings that NodePools refer to. An empty list is none.
	//
	// +listType=atomic
	// +kubebuilder:default={{name: "default"}}
	// +kubebuilder:validation:MaxItems=50
	// +optional
	NodeClasses []NodeClassSpec `json:"nodeClasses,omitempty"`
}

// A NodePoolSpec is a NodePool of Karpenter: https://karpenter.sh/docs/concepts/nodepools
type NodePoolSpec struct {
	// Name of the NodePool.
	//
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`
	// +kubebuilder:validation:MaxLength=50
	Name string `json:"name"`

	// NodeClassName is the entry of nodeClasses the nodes are launched with.
	//
	// +kubebuilder:default=default
	// +kubebuilder:validation:MaxLength=50
	// +optional
	NodeClassName string `json:"nodeClassName,omitempty"`

	// Requirements a node must meet. Without requirements of their own, nodes are
	// linux, amd64, and spot or on-demand.
	//
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=60
	// +optional
	Requirements []Requirement `json:"requirements,omitempty"`

	// Limits of all the pool's nodes together, for example cpu: "1000".
	//
	// +kubebuilder:validation:MaxProperties=20
	// +optional
	Limits map[string]intstr.IntOrString `json:"limits,omitempty"`

	// Labels of the nodes.
	//
	// +kubebuilder:validation:MaxProperties=40
	// +optional
	Labels map[string]string `json:"labels,omitempty"`

	// Taints of the nodes.
	//
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=40
	// +optional
	Taints []Taint `json:"taints,omitempty"`

	// Weight of the pool among those that fit a pod, 1 to 100; the heaviest wins.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	// +optional
	Weight *int32 `json:"weight,omitempty"`

	// ExpireAfter is the age at which a node is replaced: a duration such as
	// 720h, or Never.
	//
	// +kubebuilder:default="720h"
	// +kubebuilder:validation:Pattern=`^(([0-9]+(s|m|h))+|Never)$`
	// +kubebuilder:validation:MaxLength=32
	// +optional
	ExpireAfter string `json:"expireAfter,omitempty"`

	// TerminationGracePeriod is how long a node may drain before its pods are
	// killed: a duration such as 30m. Without an end to it, one stubborn pod
	// would keep the platform from ever being deleted.
	//
	// +kubebuilder:default="30m"
	// +kubebuilder:validation:Pattern=`^([0-9]+(s|m|h))+$`
	// +kubebuilder:validation:MaxLength=32
	// +optional
	TerminationGracePeriod string `json:"terminationGracePeriod,omitempty"`

	// Disruption is when Karpenter may remove nodes.
	//
	// +kubebuilder:default={}
	// +optional
	Disruption DisruptionSpec `json:"disruption,omitempty"`
}

// A Requirement limits the nodes of a NodePool by a label.
//
// +kubebuilder:validation:XValidation:rule="!(self.operator in ['In', 'Gt', 'Lt', 'Gte', 'Lte']) || (has(self.values) && size(self.values) > 0)",message="operators In, Gt, Lt, Gte and Lte need values"
// +kubebuilder:validation:XValidation:rule="!(self.operator in ['Gt', 'Lt', 'Gte', 'Lte']) || (has(self.values) && size(self.values) == 1 && self.values[0].matches('^[0-9]+$'))",message="operators Gt, Lt, Gte and Lte need one whole number"
type Requirement struct {
	// Key is a label of nodes, for example karpenter.k8s.aws/instance-family.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=316
	Key string `json:"key"`

	// Operator that compares the label with values.
	//
	// +kubebuilder:validation:Enum=In;NotIn;Exists;DoesNotExist;Gt;Lt;Gte;Lte
	Operator string `json:"operator"`

	// Values to compare with.
	//
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:MaxLength=63
	// +optional
	Values []string `json:"values,omitempty"`

	// MinValues is how many different values Karpenter must keep to choose from.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=50
	// +optional
	MinValues *int32 `json:"minValues,omitempty"`
}

// A Taint keeps pods that do not tolerate it off a node.
type Taint struct {
	// Key of the taint.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=316
	Key string `json:"key"`

	// Value of the taint.
	//
	// +kubebuilder:validation:MaxLength=63
	// +optional
	Value string `json:"value,omitempty"`

	// Effect of the taint.
	//
	// +kubebuilder:validation:Enum=NoSchedule;PreferNoSchedule;NoExecute
	Effect string `json:"effect"`
}

// DisruptionSpec is when Karpenter may remove nodes.
type DisruptionSpec struct {
	// ConsolidationPolicy is which nodes may be removed: WhenEmpty only those
	// without pods, WhenEmptyOrUnderutilized also those whose pods fit elsewhere.
	//
	// +kubebuilder:default=WhenEmptyOrUnderutilized
	// +kubebuilder:validation:Enum=WhenEmpty;WhenEmptyOrUnderutilized
	// +optional
	ConsolidationPolicy string `json:"consolidationPolicy,omitempty"`

	// ConsolidateAfter is how long a node must be quiet first: a duration such
	// as 30s, or Never.
	//
	// +kubebuilder:default="0s"
	// +kubebuilder:validation:Pattern=`^(([0-9]+(s|m|h))+|Never)$`
	// +kubebuilder:validation:MaxLength=32
	// +optional
	ConsolidateAfter string `json:"consolidateAfter,omitempty"`

	// Budgets limit how many nodes are disrupted at a time. Karpenter's own
	// default is one budget of 10%.
	//
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	// +optional
	Budgets []Budget `json:"budgets,omitempty"`
}

// A Budget limits how many nodes of a NodePool are disrupted at a time.
//
// +kubebuilder:validation:XValidation:rule="has(self.schedule) == has(self.duration)",message="schedule and duration must be set together"
type Budget struct {
	// Nodes that may be disrupted: a number or a percentage, for example "10%".
	//
	// +kubebuilder:validation:Pattern=`^((100|[0-9]{1,2})%|[0-9]+)$`
	// +kubebuilder:validation:MaxLength=8
	Nodes string `json:"nodes"`

	// Reasons the budget is for; all when unset.
	//
	// +listType=set
	// +kubebuilder:validation:MaxItems=3
	// +kubebuilder:validation:items:Enum=Underutilized;Empty;Drifted
	// +optional
	Reasons []string `json:"reasons,omitempty"`

	// Schedule the budget begins on, in cron syntax, UTC.
	//
	// +kubebuilder:validation:Pattern=`^(@(annually|yearly|monthly|weekly|daily|midnight|hourly)|[0-9A-Za-z*,/?-]+( [0-9A-Za-z*,/?-]+){4})$`
	// +kubebuilder:validation:MaxLength=64
	// +optional
	Schedule string `json:"schedule,omitempty"`

	// Duration the budget lasts after each begin, in hours and minutes.
	//
	// +kubebuilder:validation:Pattern=`^([0-9]+(m|h))+$`
	// +kubebuilder:validation:MaxLength=32
	// +optional
	Duration string `json:"duration,omitempty"`
}

// A NodeClassSpec is an EC2NodeClass of Karpenter: https://karpenter.sh/docs/concepts/nodeclasses
type NodeClassSpec struct {
	// Name of the EC2NodeClass.
	//
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`
	// +kubebuilder:validation:MaxLength=50
	Name string `json:"name"`

	// AMIAlias is the image: family@version. latest follows each image AWS
	// publishes and replaces nodes for it; pin one such as al2023@v20260101 where
	// that is too lively.
	//
	// +kubebuilder:default="al2023@latest"
	// +kubebuilder:validation:Pattern=`^(al2023|bottlerocket)@[0-9A-Za-z._-]+$`
	// +kubebuilder:validation:MaxLength=30
	// +optional
	AMIAlias string `json:"amiAlias,omitempty"`

	// VolumeSizeGiB is the size of the encrypted gp3 volume that images and pods
	// use, in GiB.
	//
	// +kubebuilder:default=50
	// +kubebuilder:validation:Minimum=20
	// +kubebuilder:validation:Maximum=16384
	// +optional
	VolumeSizeGiB int32 `json:"volumeSizeGiB,omitempty"`

	// UserData merged with the one Karpenter generates.
	//
	// +kubebuilder:validation:MaxLength=16384
	// +optional
	UserData string `json:"userData,omitempty"`

	// Tags on what is launched with this class, besides the platform's.
	//
	// +kubebuilder:validation:MaxProperties=40
	// +optional
	Tags map[string]string `json:"tags,omitempty"`
}
