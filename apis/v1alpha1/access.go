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
	// WorkloadIdentity is how Karpenter and the add-ons get AWS credentials:
	// PodIdentity (EKS Pod Identity) or IRSA (IAM roles for service accounts).
	// See https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html
	//
	// +kubebuilder:default=PodIdentity
	// +optional
	WorkloadIdentity WorkloadIdentity `json:"workloadIdentity,omitempty"`

	// WithOIDC creates an IAM OIDC provider for the cluster, so that your own
	// workloads can use IAM roles for service accounts. IRSA implies it. See
	// https://docs.aws.amazon.com/eks/latest/userguide/enable-iam-roles-for-service-accounts.html
	//
	// +kubebuilder:default=false
	// +optional
	WithOIDC bool `json:"withOIDC"`
}

// AccessSpec is who can use the Kubernetes API.
type AccessSpec struct {
	// Admins are the ARNs of IAM roles and users that administer the cluster,
	// such as arn:aws:iam::123456789012:role/admin. Each gets an access entry
	// with AmazonEKSClusterAdminPolicy. See
	// https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
	//
	// +listType=set
	// +kubebuilder:validation:MaxItems=40
	// +kubebuilder:validation:items:Pattern=`^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[0-9A-Za-z+=,.@_/-]+$`
	// +kubebuilder:validation:items:MaxLength=512
	// +optional
	Admins []string `json:"admins,omitempty"`

	// ArgoCD registers the cluster with the Argo CD of the platform team's
	// fences. If the fences name a role for Argo CD, that role becomes an
	// administrator of the cluster.
	//
	// +kubebuilder:default={}
	// +optional
	ArgoCD ArgoCDSpec `json:"argoCD,omitempty"`
}

// ArgoCDSpec registers the cluster with Argo CD, under the name NAMESPACE.NAME of
// the SeafarerCluster.
type ArgoCDSpec struct {
	// Enabled registers the cluster with Argo CD. It requires an argoCD section
	// in the platform team's fences.
	//
	// +kubebuilder:default=false
	// +optional
	Enabled bool `json:"enabled"`

	// Project is the only Argo CD project that may deploy to the cluster:
	// lower-case letters, digits and -, at most 63 characters. Every project may,
	// when unset. See
	// https://argo-cd.readthedocs.io/en/stable/user-guide/projects/
	//
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`
	// +kubebuilder:validation:MaxLength=63
	// +optional
	Project string `json:"project,omitempty"`

	// Labels are added to the cluster's Secret, for the cluster generator of
	// ApplicationSets. See
	// https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Cluster/
	//
	// +kubebuilder:validation:MaxProperties=40
	// +optional
	Labels map[string]string `json:"labels,omitempty"`
}

// ObservabilitySpec is what is collected from workloads in the cluster.
type ObservabilitySpec struct {
	// FargateLogging sends the logs of pods on Fargate to CloudWatch Logs. It
	// creates the namespace aws-observability with the ConfigMap aws-logging,
	// which Fargate's log router reads. See
	// https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html
	//
	// +kubebuilder:default=false
	// +optional
	FargateLogging bool `json:"fargateLogging"`
}
