package v1alpha1

// SeafarerClusterStatus is what is known of the platform. What is known once stays
// while nobody tells it.
type SeafarerClusterStatus struct {
	// Phase is the first part of the platform that isn't ready, for example
	// ControlPlane, or Ready.
	//
	// +optional
	Phase string `json:"phase,omitempty"`

	// WaitsFor names what of that part isn't ready: the first few resources. The
	// part's condition tells why.
	//
	// +optional
	WaitsFor string `json:"waitsFor,omitempty"`

	// Resources is how many resources the platform is composed of.
	//
	// +optional
	Resources ResourcesStatus `json:"resources,omitempty"`

	// AccountID is the id of the AWS account: twelve digits.
	//
	// +optional
	AccountID string `json:"accountId,omitempty"`

	// Cluster is the EKS cluster.
	//
	// +optional
	Cluster ClusterStatus `json:"cluster,omitempty"`

	// UpdateKubeconfigCommand is what to type to use the cluster with kubectl.
	//
	// +optional
	UpdateKubeconfigCommand string `json:"updateKubeconfigCommand,omitempty"`

	// Secrets with what it takes to reach the cluster, once there is an address to
	// reach.
	//
	// +optional
	Secrets SecretsStatus `json:"secrets,omitempty"`

	// Network the platform is placed in.
	//
	// +optional
	Network NetworkStatus `json:"network,omitempty"`

	// Roles are the platform's IAM roles, by ARN.
	//
	// +optional
	Roles RolesStatus `json:"roles,omitempty"`

	// Queue is the SQS queue where Karpenter learns that an instance is about to
	// go.
	//
	// +optional
	Queue QueueStatus `json:"queue,omitempty"`

	// Versions that the platform is kept at now. During an upgrade they are the
	// step that's under way, rather than what the spec asks for.
	//
	// +optional
	Versions VersionsStatus `json:"versions,omitempty"`

	// Facts that only AWS could tell, and that nobody but the platform needs.
	//
	// +optional
	Facts Facts `json:"facts,omitempty"`
}

// ResourcesStatus counts resources.
type ResourcesStatus struct {
	// Desired is how many the claim describes, those that still wait included.
	Desired int32 `json:"desired"`

	// Existing is how many of them the control plane has.
	Existing int32 `json:"existing"`

	// Ready is how many of them are ready.
	Ready int32 `json:"ready"`
}

// ClusterStatus is the EKS cluster.
type ClusterStatus struct {
	// Name of the cluster in EKS.
	//
	// +optional
	Name string `json:"name,omitempty"`

	// ARN of the cluster.
	//
	// +optional
	ARN string `json:"arn,omitempty"`

	// Version of Kubernetes that the control plane runs: major and minor.
	//
	// +optional
	Version string `json:"version,omitempty"`

	// Endpoint is the URL of the Kubernetes API.
	//
	// +optional
	Endpoint string `json:"endpoint,omitempty"`

	// CertificateAuthorityData is the certificate that the endpoint's is signed
	// with, as a kubeconfig has it: PEM, in base64. It's no secret.
	//
	// +optional
	CertificateAuthorityData string `json:"certificateAuthorityData,omitempty"`

	// OIDCIssuer is the URL of the cluster's OIDC issuer.
	//
	// +optional
	OIDCIssuer string `json:"oidcIssuer,omitempty"`

	// SecurityGroupID is the id of the security group that EKS made for the
	// cluster: sg-…
	//
	// +optional
	SecurityGroupID string `json:"securityGroupId,omitempty"`
}

// SecretsStatus are Secrets with what it takes to reach the cluster.
type SecretsStatus struct {
	// Kubeconfig is for people, and holds no credentials: key kubeconfig runs aws
	// eks get-token. Keys endpoint, clusterCA and clusterName are for tools.
	//
	// +optional
	Kubeconfig SecretReference `json:"kubeconfig,omitempty"`

	// Provider is what Crossplane's providers use: a kubeconfig with the token of an
	// administrator, which is renewed every few minutes.
	//
	// +optional
	Provider SecretReference `json:"provider,omitempty"`

	// ArgoCD is by which Argo CD knows the cluster.
	//
	// +optional
	ArgoCD SecretReference `json:"argoCD,omitempty"`
}

// A SecretReference is where a Secret is.
type SecretReference struct {
	// Namespace of the Secret.
	//
	// +optional
	Namespace string `json:"namespace,omitempty"`

	// Name of the Secret.
	//
	// +optional
	Name string `json:"name,omitempty"`
}

// NetworkStatus is the VPC and its subnets.
type NetworkStatus struct {
	// VPCID is the id of the VPC: vpc-…
	//
	// +optional
	VPCID string `json:"vpcId,omitempty"`

	// InternetGatewayID is the id of the internet gateway, once it's attached to
	// the VPC: igw-…
	//
	// +optional
	InternetGatewayID string `json:"internetGatewayId,omitempty"`

	// Zones the platform spans, with their subnets.
	//
	// +listType=map
	// +listMapKey=zone
	// +optional
	Zones []ZoneStatus `json:"zones,omitempty"`
}

// A ZoneStatus is an availability zone the platform spans.
type ZoneStatus struct {
	// Zone by its ID, or by its name where the claim names it.
	Zone string `json:"zone"`

	// PrivateSubnet is for nodes.
	PrivateSubnet SubnetStatus `json:"privateSubnet"`

	// PublicSubnet is for gateways and load balancers.
	PublicSubnet SubnetStatus `json:"publicSubnet"`

	// NATAddress is the public IPv4 address of the zone's NAT gateway: where
	// nodes come from, seen from the internet.
	//
	// +optional
	NATAddress string `json:"natAddress,omitempty"`
}

// A SubnetStatus is a subnet.
type SubnetStatus struct {
	// ID of the subnet: subnet-…
	//
	// +optional
	ID string `json:"id,omitempty"`

	// CIDR is its IPv4 block.
	CIDR string `json:"cidr"`
}

// RolesStatus are the platform's IAM roles, by ARN.
type RolesStatus struct {
	// Cluster is what the EKS control plane acts as.
	//
	// +optional
	Cluster string `json:"cluster,omitempty"`

	// SystemNodes is what the system nodes act as.
	//
	// +optional
	SystemNodes string `json:"systemNodes,omitempty"`

	// VPCCNI is what the VPC CNI acts as.
	//
	// +optional
	VPCCNI string `json:"vpcCNI,omitempty"`

	// EBSCSI is what the EBS CSI driver acts as.
	//
	// +optional
	EBSCSI string `json:"ebsCSI,omitempty"`

	// Karpenter is what Karpenter's controller acts as.
	//
	// +optional
	Karpenter string `json:"karpenter,omitempty"`

	// KarpenterNodes is what the nodes that Karpenter launches act as.
	//
	// +optional
	KarpenterNodes string `json:"karpenterNodes,omitempty"`
}

// A QueueStatus is an SQS queue.
type QueueStatus struct {
	// Name of the queue.
	//
	// +optional
	Name string `json:"name,omitempty"`

	// URL of the queue.
	//
	// +optional
	URL string `json:"url,omitempty"`
}

// VersionsStatus are the versions that the platform is kept at now.
type VersionsStatus struct {
	// ControlPlane is the control plane's version of Kubernetes.
	//
	// +optional
	ControlPlane string `json:"controlPlane,omitempty"`

	// SystemNodes is the system nodes' version of Kubernetes.
	//
	// +optional
	SystemNodes string `json:"systemNodes,omitempty"`

	// Karpenter is the version of Karpenter's charts.
	//
	// +optional
	Karpenter string `json:"karpenter,omitempty"`

	// Addons are the versions of add-ons by name, where they aren't left to EKS.
	//
	// +optional
	Addons map[string]string `json:"addons,omitempty"`
}

// Facts are what only AWS could tell, and what some resource needs to be
// described.
type Facts struct {
	// SecretsEncryption is what the cluster was made with: OwnKey, None, or the ARN of
	// a KMS key.
	//
	// +optional
	SecretsEncryption string `json:"secretsEncryption,omitempty"`

	// SystemNodesVersion is the version of Kubernetes that the system nodes run.
	//
	// +optional
	SystemNodesVersion string `json:"systemNodesVersion,omitempty"`

	// LaunchTemplateVersion is the newest version of the system nodes' launch
	// template.
	//
	// +optional
	LaunchTemplateVersion string `json:"launchTemplateVersion,omitempty"`

	// KarpenterAssociationID is the id of Karpenter's Pod Identity association.
	//
	// +optional
	KarpenterAssociationID string `json:"karpenterAssociationId,omitempty"`

	// KarpenterInstalled is true once Karpenter's release has been deployed.
	//
	// +optional
	KarpenterInstalled bool `json:"karpenterInstalled,omitempty"`
}
