package v1alpha1

// A WorkloadIdentity is a way for pods to get AWS credentials.
//
// +kubebuilder:validation:Enum=PodIdentity;IRSA
type WorkloadIdentity string

// Ways for pods to get AWS credentials.
const (
	// PodIdentity is EKS Pod Identity, served by an agent on each node.
	PodIdentity WorkloadIdentity = "PodIdentity"
	// IRSA is IAM roles for service accounts, through the cluster's OIDC issuer.
	IRSA WorkloadIdentity = "IRSA"
)

// IAMSpec is how workloads get AWS credentials.
type IAMSpec struct {
	// WorkloadIdentity of Karpenter and of the add-ons: PodIdentity or IRSA.
	//
	// +kubebuilder:default=PodIdentity
	// +optional
	WorkloadIdentity WorkloadIdentity `json:"workloadIdentity,omitempty"`

	// WithOIDC makes the cluster's OIDC issuer known to IAM, so that workloads
	// of yours can use IAM roles for service accounts. IRSA implies it.
	//
	// +kubebuilder:default=false
	// +optional
	WithOIDC bool `json:"withOIDC"`
}

// AccessSpec is who may use the Kubernetes API.
type AccessSpec struct {
	// Admins are IAM roles and users that administer the cluster, by ARN.
	//
	// +listType=set
	// +kubebuilder:validation:MaxItems=40
	// +kubebuilder:validation:items:Pattern=`^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[0-9A-Za-z+=,.@_/-]+$`
	// +kubebuilder:validation:items:MaxLength=512
	// +optional
	Admins []string `json:"admins,omitempty"`

	// ArgoCD registers the cluster with the platform team's Argo CD, and makes
	// that its administrator if the platform team says which role it acts as.
	//
	// +kubebuilder:default={}
	// +optional
	ArgoCD ArgoCDSpec `json:"argoCD,omitempty"`
}

// ArgoCDSpec is how Argo CD knows the cluster: as NAMESPACE.NAME of the claim.
type ArgoCDSpec struct {
	// Enabled registers the cluster.
	//
	// +kubebuilder:default=false
	// +optional
	Enabled bool `json:"enabled"`

	// Project of Argo CD that alone may use the cluster. Any may, when unset.
	//
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`
	// +kubebuilder:validation:MaxLength=63
	// +optional
	Project string `json:"project,omitempty"`

	// Labels of the cluster, for the generators of ApplicationSets.
	//
	// +kubebuilder:validation:MaxProperties=40
	// +optional
	Labels map[string]string `json:"labels,omitempty"`
}

// ObservabilitySpec is what of the cluster's workloads is kept in CloudWatch.
type ObservabilitySpec struct {
	// FargateLogging sends the logs of pods on Fargate to CloudWatch Logs:
	// namespace aws-observability with ConfigMap aws-logging, which Fargate's
	// own log router reads.
	//
	// +kubebuilder:default=false
	// +optional
	FargateLogging bool `json:"fargateLogging"`
}
