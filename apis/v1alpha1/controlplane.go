package v1alpha1

// ControlPlaneSpec is the EKS cluster itself.
//
// +kubebuilder:validation:XValidation:rule="has(self.serviceCIDR) == has(oldSelf.serviceCIDR) && (!has(self.serviceCIDR) || self.serviceCIDR == oldSelf.serviceCIDR)",message="serviceCIDR cannot change: EKS fixes it when it creates the cluster; create a new SeafarerCluster"
type ControlPlaneSpec struct {
	// Endpoint is how the Kubernetes API can be reached. See
	// https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
	//
	// +kubebuilder:default={}
	// +optional
	Endpoint EndpointSpec `json:"endpoint,omitempty"`

	// AuthenticationMode is how IAM principals are mapped to Kubernetes: API
	// (access entries) or API_AND_CONFIG_MAP (access entries and the aws-auth
	// ConfigMap). EKS cannot change API back to API_AND_CONFIG_MAP. See
	// https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html
	//
	// +kubebuilder:default=API
	// +kubebuilder:validation:Enum=API;API_AND_CONFIG_MAP
	// +optional
	AuthenticationMode string `json:"authenticationMode,omitempty"`

	// Logging is what the control plane logs to CloudWatch Logs. See
	// https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
	//
	// +kubebuilder:default={}
	// +optional
	Logging LoggingSpec `json:"logging,omitempty"`

	// SecretsEncryption encrypts Kubernetes Secrets with a KMS key of the
	// account. It takes effect when the cluster is created and cannot change
	// afterwards. See
	// https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
	//
	// +kubebuilder:default={}
	// +optional
	SecretsEncryption SecretsEncryptionSpec `json:"secretsEncryption,omitempty"`

	// SupportType is what happens when the standard support of a Kubernetes
	// version ends: EXTENDED continues support at a higher price, STANDARD lets
	// EKS upgrade the cluster by itself. See
	// https://docs.aws.amazon.com/eks/latest/userguide/view-upgrade-policy.html
	//
	// +kubebuilder:default=EXTENDED
	// +kubebuilder:validation:Enum=STANDARD;EXTENDED
	// +optional
	SupportType string `json:"supportType,omitempty"`

	// ServiceCIDR is the IPv4 block of Kubernetes Services, /12 to /24, inside
	// 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 and apart from the VPC. EKS
	// chooses one when unset. It cannot change. See
	// https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
	//
	// +kubebuilder:validation:Pattern=`^([0-9]{1,3}\.){3}[0-9]{1,3}/(1[2-9]|2[0-4])$`
	// +kubebuilder:validation:MaxLength=18
	// +optional
	ServiceCIDR string `json:"serviceCIDR,omitempty"`
}

// EndpointSpec is how the Kubernetes API can be reached.
//
// +kubebuilder:validation:XValidation:rule="!has(self.publicAccess) || !has(self.privateAccess) || self.publicAccess || self.privateAccess",message="publicAccess and privateAccess cannot both be false: the cluster would be unreachable"
type EndpointSpec struct {
	// PublicAccess makes the endpoint reachable from the internet, limited by
	// publicAccessCIDRs.
	//
	// +kubebuilder:default=true
	// +optional
	PublicAccess bool `json:"publicAccess"`

	// PrivateAccess makes the endpoint reachable inside the VPC.
	//
	// +kubebuilder:default=true
	// +optional
	PrivateAccess bool `json:"privateAccess"`

	// PublicAccessCIDRs are the IPv4 blocks that can reach the public endpoint,
	// such as 54.240.193.128/26. The whole internet can, when unset. The address
	// of the control plane that runs Crossplane must be included. EKS refuses
	// private and other reserved addresses.
	//
	// +listType=set
	// +kubebuilder:validation:MaxItems=40
	// +kubebuilder:validation:items:Pattern=`^([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$`
	// +kubebuilder:validation:items:MaxLength=18
	// +optional
	PublicAccessCIDRs []string `json:"publicAccessCIDRs,omitempty"`
}

// A LogType is a log of the EKS control plane.
//
// +kubebuilder:validation:Enum=api;audit;authenticator;controllerManager;scheduler
type LogType string

// LoggingSpec is what the control plane logs to CloudWatch Logs.
type LoggingSpec struct {
	// Types are the logs to collect. An empty list collects none.
	//
	// +listType=atomic
	// +kubebuilder:validation:XValidation:rule="self.all(a, self.exists_one(b, a == b))",message="name each type once"
	// +kubebuilder:default={api,audit,authenticator}
	// +kubebuilder:validation:MaxItems=5
	// +optional
	Types []LogType `json:"types,omitempty"`

	// RetentionDays is how long CloudWatch Logs retains the logs, in days.
	// Allowed values:
	// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
	//
	// +kubebuilder:default=90
	// +kubebuilder:validation:Enum=1;3;5;7;14;30;60;90;120;150;180;365;400;545;731;1096;1827;2192;2557;2922;3288;3653
	// +optional
	RetentionDays int32 `json:"retentionDays,omitempty"`
}

// SecretsEncryptionSpec is the KMS key that encrypts Kubernetes Secrets.
//
// +kubebuilder:validation:XValidation:rule="!has(self.enabled) || self.enabled || !has(self.keyARN)",message="keyARN needs enabled: true"
type SecretsEncryptionSpec struct {
	// Enabled encrypts Secrets with a KMS key of the account. When false, EKS
	// encrypts with a key that AWS owns.
	//
	// +kubebuilder:default=true
	// +optional
	Enabled bool `json:"enabled"`

	// KeyARN is the ARN of an existing symmetric KMS key, such as
	// arn:aws:kms:eu-west-3:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab.
	// When unset, the platform creates a key with yearly rotation.
	//
	// +kubebuilder:validation:Pattern=`^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9A-Za-z-]+$`
	// +kubebuilder:validation:MaxLength=256
	// +optional
	KeyARN string `json:"keyARN,omitempty"`
}
