package v1alpha1

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// KarpenterSpec is the Karpenter controller and what it may launch.
//
// +kubebuilder:validation:XValidation:rule="!has(self.__namespace__) || !has(oldSelf.__namespace__) || self.__namespace__ == oldSelf.__namespace__",message="namespace cannot change: Karpenter's nodes must not outlive its release; create a new SeafarerCluster"
// +kubebuilder:validation:XValidation:rule="has(self.nodeRoleName) == has(oldSelf.nodeRoleName) && (!has(self.nodeRoleName) || self.nodeRoleName == oldSelf.nodeRoleName)",message="nodeRoleName cannot change: running nodes use the role"
type KarpenterSpec struct {
	// Version is the version of the charts karpenter and karpenter-crd. It must
	// support the Kubernetes version of the cluster:
	// https://karpenter.sh/docs/upgrading/compatibility/
	//
	// +kubebuilder:default="1.14.1"
	// +kubebuilder:validation:Pattern=`^[0-9]+\.[0-9]+\.[0-9]+$`
	// +kubebuilder:validation:MaxLength=16
	// +optional
	Version string `json:"version,omitempty"`

	// Namespace is the namespace that Karpenter runs in. It cannot change.
	//
	// +kubebuilder:default=kube-system
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`
	// +kubebuilder:validation:MaxLength=63
	// +optional
	Namespace string `json:"namespace,omitempty"`

	// NodeRoleName is the name of the IAM role of the nodes that Karpenter
	// launches, at most 64 characters. It defaults to
	// CLUSTER-REGION-karpenter-node, because all regions of an account share the
	// names of roles. It cannot change.
	//
	// +kubebuilder:validation:Pattern=`^[0-9A-Za-z+=,.@_-]+$`
	// +kubebuilder:validation:MaxLength=64
	// +optional
	NodeRoleName string `json:"nodeRoleName,omitempty"`

	// Values are Helm values of the chart karpenter, merged over the values that
	// the platform sets. Lists are replaced, except that controller.env is merged
	// by name. Values from which other resources follow, such as
	// settings.clusterName and serviceAccount.name, belong to the platform. See
	// https://github.com/aws/karpenter-provider-aws/tree/main/charts/karpenter
	//
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	// +optional
	Values *apiextensionsv1.JSON `json:"values,omitempty"`

	// NodePools are Karpenter's NodePools. An empty list creates none.
	//
	// +listType=atomic
	// +kubebuilder:default={{name: "default", requirements: {{key: "karpenter.k8s.aws/instance-hypervisor", operator: "In", values: {"nitro"}}, {key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: {"2"}}, {key: "karpenter.k8s.aws/instance-size", operator: "NotIn", values: {"nano", "micro"}}}, limits: {"cpu": "1000"}, disruption: {consolidationPolicy: "WhenEmpty", consolidateAfter: "30s"}}}
	// +kubebuilder:validation:MaxItems=100
	// +optional
	NodePools []NodePoolSpec `json:"nodePools,omitempty"`

	// NodeClasses are Karpenter's EC2NodeClasses, which NodePools refer to. An
	// empty list creates none.
	//
	// +listType=atomic
	// +kubebuilder:default={{name: "default"}}
	// +kubebuilder:validation:MaxItems=50
	// +optional
	NodeClasses []NodeClassSpec `json:"nodeClasses,omitempty"`
}

// A NodePoolSpec is a NodePool of Karpenter:
// https://karpenter.sh/docs/concepts/nodepools/
type NodePoolSpec struct {
	// Name is the name of the NodePool: lower-case letters, digits and -, at most
	// 50 characters.
	//
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`
	// +kubebuilder:validation:MaxLength=50
	Name string `json:"name"`

	// NodeClassName is the name of an entry of nodeClasses, with which the nodes
	// are launched.
	//
	// +kubebuilder:default=default
	// +kubebuilder:validation:MaxLength=50
	// +optional
	NodeClassName string `json:"nodeClassName,omitempty"`

	// Requirements limit the nodes that Karpenter may launch. Where they don't
	// mention architecture, operating system or capacity type, nodes are amd64,
	// Linux, and Spot or on-demand. See
	// https://karpenter.sh/docs/concepts/nodepools/#spectemplatespecrequirements
	//
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=60
	// +optional
	Requirements []Requirement `json:"requirements,omitempty"`

	// Limits are the most resources that all nodes of the pool may have together,
	// as Kubernetes quantities, for example cpu: "1000". See
	// https://karpenter.sh/docs/concepts/nodepools/#speclimits
	//
	// +kubebuilder:validation:MaxProperties=20
	// +optional
	Limits map[string]intstr.IntOrString `json:"limits,omitempty"`

	// Labels are Kubernetes labels of the nodes.
	//
	// +kubebuilder:validation:MaxProperties=40
	// +optional
	Labels map[string]string `json:"labels,omitempty"`

	// Taints are Kubernetes taints of the nodes. See
	// https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
	//
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=40
	// +optional
	Taints []Taint `json:"taints,omitempty"`

	// Weight is the priority of the pool among those that fit a pod, 1 to 100:
	// Karpenter uses the highest. See
	// https://karpenter.sh/docs/concepts/nodepools/#specweight
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	// +optional
	Weight *int32 `json:"weight,omitempty"`

	// ExpireAfter is the age at which a node is replaced: a duration in h, m and
	// s such as 720h, or Never.
	//
	// +kubebuilder:default="720h"
	// +kubebuilder:validation:Pattern=`^(([0-9]+(s|m|h))+|Never)$`
	// +kubebuilder:validation:MaxLength=32
	// +optional
	ExpireAfter string `json:"expireAfter,omitempty"`

	// TerminationGracePeriod is how long a node may drain before its pods are
	// killed: a duration in h, m and s such as 30m. It has no "never": otherwise
	// one pod that cannot be evicted would block the deletion of the platform.
	//
	// +kubebuilder:default="30m"
	// +kubebuilder:validation:Pattern=`^([0-9]+(s|m|h))+$`
	// +kubebuilder:validation:MaxLength=32
	// +optional
	TerminationGracePeriod string `json:"terminationGracePeriod,omitempty"`

	// Disruption is when Karpenter may remove nodes. See
	// https://karpenter.sh/docs/concepts/disruption/
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
	// Key is a well-known label of nodes, for example
	// karpenter.k8s.aws/instance-family. Labels:
	// https://karpenter.sh/docs/concepts/scheduling/#well-known-labels
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=316
	Key string `json:"key"`

	// Operator compares the label with values.
	//
	// +kubebuilder:validation:Enum=In;NotIn;Exists;DoesNotExist;Gt;Lt;Gte;Lte
	Operator string `json:"operator"`

	// Values are what the label is compared with.
	//
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:MaxLength=63
	// +optional
	Values []string `json:"values,omitempty"`

	// MinValues is the smallest number of different values that must remain for
	// Karpenter to choose from. See
	// https://karpenter.sh/docs/concepts/nodepools/#min-values
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=50
	// +optional
	MinValues *int32 `json:"minValues,omitempty"`
}

// A Taint repels pods that do not tolerate it from a node.
type Taint struct {
	// Key is the key of the taint.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=316
	Key string `json:"key"`

	// Value is the value of the taint.
	//
	// +kubebuilder:validation:MaxLength=63
	// +optional
	Value string `json:"value,omitempty"`

	// Effect is what happens to pods that do not tolerate the taint.
	//
	// +kubebuilder:validation:Enum=NoSchedule;PreferNoSchedule;NoExecute
	Effect string `json:"effect"`
}

// DisruptionSpec is when Karpenter may remove nodes.
type DisruptionSpec struct {
	// ConsolidationPolicy is which nodes Karpenter may remove to save cost:
	// WhenEmpty (nodes without pods) or WhenEmptyOrUnderutilized (also nodes
	// whose pods fit elsewhere).
	//
	// +kubebuilder:default=WhenEmptyOrUnderutilized
	// +kubebuilder:validation:Enum=WhenEmpty;WhenEmptyOrUnderutilized
	// +optional
	ConsolidationPolicy string `json:"consolidationPolicy,omitempty"`

	// ConsolidateAfter is how long a node must have had no pod added or removed
	// before it is consolidated: a duration in h, m and s such as 30s, or Never.
	//
	// +kubebuilder:default="0s"
	// +kubebuilder:validation:Pattern=`^(([0-9]+(s|m|h))+|Never)$`
	// +kubebuilder:validation:MaxLength=32
	// +optional
	ConsolidateAfter string `json:"consolidateAfter,omitempty"`

	// Budgets limit how many nodes are disrupted at the same time. Karpenter's
	// own default is one budget of 10%. See
	// https://karpenter.sh/docs/concepts/disruption/#nodepool-disruption-budgets
	//
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	// +optional
	Budgets []Budget `json:"budgets,omitempty"`
}

// A Budget limits how many nodes of a NodePool are disrupted at the same time.
//
// +kubebuilder:validation:XValidation:rule="has(self.schedule) == has(self.duration)",message="schedule and duration must be set together"
type Budget struct {
	// Nodes is how many nodes may be disrupted: a number, or a percentage such as
	// "10%".
	//
	// +kubebuilder:validation:Pattern=`^((100|[0-9]{1,2})%|[0-9]+)$`
	// +kubebuilder:validation:MaxLength=8
	Nodes string `json:"nodes"`

	// Reasons are the kinds of disruption that the budget limits: all, when
	// unset.
	//
	// +listType=set
	// +kubebuilder:validation:MaxItems=3
	// +kubebuilder:validation:items:Enum=Underutilized;Empty;Drifted
	// +optional
	Reasons []string `json:"reasons,omitempty"`

	// Schedule is when the budget starts to apply, in cron syntax and UTC, for
	// example "0 9 * * mon-fri": ranges ascend, and days of the week are 0 (Sunday)
	// to 6. It requires duration. See
	// https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format
	//
	// +kubebuilder:validation:Pattern=`^(@(annually|yearly|monthly|weekly|daily|midnight|hourly)|[0-9A-Za-z*,/?-]+( [0-9A-Za-z*,/?-]+){4})$`
	// +kubebuilder:validation:MaxLength=64
	// +optional
	Schedule string `json:"schedule,omitempty"`

	// Duration is how long the budget applies after each start: hours, minutes, or
	// hours before minutes such as 8h30m. It requires schedule.
	//
	// +kubebuilder:validation:Pattern=`^((([0-9]+(h|m))|([0-9]+h[0-9]+m))(0s)?)$`
	// +kubebuilder:validation:MaxLength=32
	// +optional
	Duration string `json:"duration,omitempty"`
}

// A NodeClassSpec is an EC2NodeClass of Karpenter:
// https://karpenter.sh/docs/concepts/nodeclasses/
type NodeClassSpec struct {
	// Name is the name of the EC2NodeClass: lower-case letters, digits and -, at
	// most 50 characters.
	//
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`
	// +kubebuilder:validation:MaxLength=50
	Name string `json:"name"`

	// AMIAlias is the image of the nodes as FAMILY@VERSION: al2023 (Amazon Linux
	// 2023) or bottlerocket. latest replaces nodes whenever AWS publishes an
	// image; a version such as al2023@v20260101 does not. See
	// https://karpenter.sh/docs/concepts/nodeclasses/#specamiselectorterms
	//
	// +kubebuilder:default="al2023@latest"
	// +kubebuilder:validation:Pattern=`^(al2023|bottlerocket)@[0-9A-Za-z._-]+$`
	// +kubebuilder:validation:MaxLength=30
	// +optional
	AMIAlias string `json:"amiAlias,omitempty"`

	// VolumeSizeGiB is the size of the encrypted gp3 volume for images and pods,
	// in GiB.
	//
	// +kubebuilder:default=50
	// +kubebuilder:validation:Minimum=20
	// +kubebuilder:validation:Maximum=16384
	// +optional
	VolumeSizeGiB int32 `json:"volumeSizeGiB,omitempty"`

	// UserData is merged with the user data that Karpenter generates. EC2 allows
	// 16,384 bytes for both, of which Karpenter needs some 2 KiB. See
	// https://karpenter.sh/docs/concepts/nodeclasses/#specuserdata
	//
	// +kubebuilder:validation:MaxLength=16384
	// +optional
	UserData string `json:"userData,omitempty"`

	// Tags are put on everything that is launched with this class, in addition to
	// the tags of the platform. Karpenter also puts them on an IAM instance
	// profile, so the rules of tags in IAM apply, and an instance has at most 50:
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
	//
	// +kubebuilder:validation:MaxProperties=40
	// +optional
	Tags map[string]string `json:"tags,omitempty"`
}
