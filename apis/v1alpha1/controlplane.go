package v1alpha1

// ControlPlaneSpec is the EKS cluster itself.
//
// +kubebuilder:validation:XValidation:rule="has(self.serviceCIDR) == has(oldSelf.serviceCIDR) && (!has(self.serviceCIDR) || self.serviceCIDR == oldSelf.serviceCIDR)",message="serviceCIDR cannot change: EKS fixes it when it creates the cluster; make a new SeafarerCluster"
type ControlPlaneSpec struct {
	// Endpoint of the Kubernetes API.
	//
	// +kubebuilder:default={}
	// +optional
	Endpoint EndpointSpec `json:"endpoint,omitempty"`

	// AuthenticationMode of the cluster: API (access entries) or
	// API_AND_CONFIG_MAP (access entries and the aws-auth ConfigMap).
	//
	// +kubebuilder:default=API
	// +kubebuilder:validation:Enum=API;API_AND_CONFIG_MAP
	// +optional
	AuthenticationMode string `json:"authenticationMode,omitempty"`

	// Logging of the control plane to CloudWatch Logs.
	//
	// +kubebuilder:default={}
	// +optional
	Logging LoggingSpec `json:"logging,omitempty"`

	// SecretsEncryption wraps Kubernetes Secrets with a KMS key of the account.
	// EKS decides it when it creates the cluster.
	//
	// +kubebuilder:default={}
	// +optional
	SecretsEncryption SecretsEncryptionSpec `json:"secretsEncryption,omitempty"`

	// SupportType after a version's standard support ends: EXTENDED keeps it at
	// an extra price, STANDARD lets EKS upgrade the cluster.
	//
	// +kubebuilder:default=EXTENDED
	// +kubebuilder:validation:Enum=STANDARD;EXTENDED
	// +optional
	SupportType string `json:"supportType,omitempty"`

	// ServiceCIDR is the IPv4 block of Kubernetes Services, /12 to /24, inside a
	// private range and apart from the VPC. EKS chooses one when unset.
	//
	// +kubebuilder:validation:Pattern=`^([0-9]{1,3}\.){3}[0-9]{1,3}/(1[2-9]|2[0-4])$`
	// +kubebuilder:validation:MaxLength=18
	// +optional
	ServiceCIDR string `json:"serviceCIDR,omitempty"`
}

// EndpointSpec is who may reach the Kubernetes API.
//
// +kubebuilder:validation:XValidation:rule="!has(self.publicAccess) || !has(self.privateAccess) || self.publicAccess || self.privateAccess",message="publicAccess and privateAccess cannot both be off: nobody could reach the cluster"
type EndpointSpec struct {
	// PublicAccess opens the endpoint to the internet, limited by
	// publicAccessCIDRs.
	//
	// +kubebuilder:default=true
	// +optional
	PublicAccess bool `json:"publicAccess"`

	// PrivateAccess opens the endpoint inside the VPC.
	//
	// +kubebuilder:default=true
	// +optional
	PrivateAccess bool `json:"privateAccess"`

	// PublicAccessCIDRs may reach the public endpoint: IPv4 blocks. All of the
	// internet when unset. The control plane that runs this platform must be
	// among them.
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
	// Types of logs to keep. An empty list is none.
	//
	// +listType=atomic
	// +kubebuilder:validation:XValidation:rule="self.all(a, self.exists_one(b, a == b))",message="name each type once"
	// +kubebuilder:default={api,audit,authenticator}
	// +kubebuilder:validation:MaxItems=5
	// +optional
	Types []LogType `json:"types,omitempty"`

	// RetentionDays is how long CloudWatch Logs keeps them, in days.
	//
	// +kubebuilder:default=90
	// +kubebuilder:validation:Enum=1;3;5;7;14;30;60;90;120;150;180;365;400;545;731;1096;1827;2192;2557;2922;3288;3653
	// +optional
	RetentionDays int32 `json:"retentionDays,omitempty"`
}

// SecretsEncryptionSpec is the KMS key that wraps Kubernetes Secrets.
//
// +kubebuilder:validation:XValidation:rule="!has(self.enabled) || self.enabled || !has(self.keyARN)",message="keyARN needs enabled: true"
type SecretsEncryptionSpec struct {
	// Enabled encrypts with a KMS key of the account. Off, EKS encrypts with a
	// key of its own.
	//
	// +kubebuilder:default=true
	// +optional
	Enabled bool `json:"enabled"`

	// KeyARN is an existing KMS key to use. Unset, the platform has its own key
	// with rotation.
	//
	// +kubebuilder:validation:Pattern=`^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9A-Za-z-]+$`
	// +kubebuilder:validation:MaxLength=256
	// +optional
	KeyARN string `json:"keyARN,omitempty"`
}
