package v1alpha1

// SeafarerClusterStatus is what is known of the platform. Known values are retained while
// AWS doesn't report them.
type SeafarerClusterStatus struct {
	// Phase is the first part of the platform that isn't ready, for example
	// ControlPlane, or Ready.
	//
	// +optional
	Phase string `json:"phase,omitempty"`

	// WaitsFor names the first few resources of that part that aren't ready. The
	// condition of the part gives the reason.
	//
	// +optional
	WaitsFor string `json:"waitsFor,omitempty"`

	// Resources counts the resources that the platform is composed of.
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

	// UpdateKubeconfigCommand is the command that adds the cluster to a kubeconfig.
	//
	// +optional
	UpdateKubeconfigCommand string `json:"updateKubeconfigCommand,omitempty"`

	// Secrets that give access to the cluster, once its address is known.
	//
	// +optional
	Secrets SecretsStatus `json:"secrets,omitempty"`

	// Network of the platform: its VPC and subnets.
	//
	// +optional
	Network NetworkStatus `json:"network,omitempty"`

	// NodeGroups are the EKS managed node groups. That of the system nodes is system.
	//
	// +listType=map
	// +listMapKey=name
	// +optional
	NodeGroups []NodeGroupStatus `json:"nodeGroups,omitempty"`

	// Roles are the platform's IAM roles, by the key of the composed resource.
	//
	// +listType=map
	// +listMapKey=name
	// +optional
	Roles []RoleStatus `json:"roles,omitempty"`

	// Queue is the SQS queue from which Karpenter reads that an instance is about to be
	// interrupted.
	//
	// +optional
	Queue QueueStatus `json:"queue,omitempty"`

	// Versions that are desired now. During an upgrade they are those of the current
	// step rather than those of the spec.
	//
	// +optional
	Versions VersionsStatus `json:"versions,omitempty"`

	// Facts that only AWS can report, for internal use.
	//
	// +optional
	Facts Facts `json:"facts,omitempty"`
}

// ResourcesStatus counts resources.
type ResourcesStatus struct {
	// Desired is how many the claim describes, including those that still wait.
	Desired int32 `json:"desired"`

	// Existing is how many of them exist in the control plane.
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

	// RolledBackFrom is the version of Kubernetes from which EKS rolled the control plane
	// back. The platform stays at Version until spec.kubernetesVersion is set to it. See
	// https://docs.aws.amazon.com/eks/latest/userguide/rollback-cluster.html
	//
	// +optional
	RolledBackFrom string `json:"rolledBackFrom,omitempty"`

	// Endpoint is the URL of the Kubernetes API.
	//
	// +optional
	Endpoint string `json:"endpoint,omitempty"`

	// CertificateAuthorityData is the certificate of the authority that signed the
	// endpoint's certificate: PEM, in base64. It's no secret.
	//
	// +optional
	CertificateAuthorityData string `json:"certificateAuthorityData,omitempty"`

	// OIDCIssuer is the URL of the cluster's OIDC issuer.
	//
	// +optional
	OIDCIssuer string `json:"oidcIssuer,omitempty"`

	// SecurityGroupID is the id of the security group that EKS created for the
	// cluster: sg-…
	//
	// +optional
	SecurityGroupID string `json:"securityGroupId,omitempty"`
}

// SecretsStatus are Secrets that give access to the cluster.
type SecretsStatus struct {
	// Kubeconfig is for people, and contains no credentials: the key kubeconfig runs aws eks
	// get-token. The keys endpoint, clusterCA and clusterName are for tools.
	//
	// +optional
	Kubeconfig SecretReference `json:"kubeconfig,omitempty"`

	// Provider is for Crossplane's providers: a kubeconfig with the token of an
	// administrator, which is renewed every few minutes.
	//
	// +optional
	Provider SecretReference `json:"provider,omitempty"`

	// ArgoCD registers the cluster with Argo CD.
	//
	// +optional
	ArgoCD SecretReference `json:"argoCD,omitempty"`
}

// A SecretReference is the name and namespace of a Secret.
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

	// InternetGatewayID is the id of the internet gateway once it's attached to the VPC:
	// igw-…
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

	// NATAddress is the public IPv4 address of the zone's NAT gateway, from which nodes
	// reach the internet.
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

// A NodeGroupStatus is an EKS managed node group.
type NodeGroupStatus struct {
	// Name of the node group in the claim; system for the system nodes.
	Name string `json:"name"`

	// Version of Kubernetes that the nodes run: major and minor.
	//
	// +optional
	Version string `json:"version,omitempty"`

	// RolledBackFrom is the version of Kubernetes from which the node group was rolled
	// back in EKS. It stays at Version until the claim requests that version for it.
	//
	// +optional
	RolledBackFrom string `json:"rolledBackFrom,omitempty"`

	// LaunchTemplateVersion is the newest version of the launch template.
	//
	// +optional
	LaunchTemplateVersion string `json:"launchTemplateVersion,omitempty"`
}

// A RoleStatus is an IAM role.
type RoleStatus struct {
	// Name is the key of the composed resource, for example cluster-role.
	Name string `json:"name"`

	// ARN of the role.
	ARN string `json:"arn"`
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

// VersionsStatus are the versions that are desired now.
type VersionsStatus struct {
	// ControlPlane is the control plane's version of Kubernetes.
	//
	// +optional
	ControlPlane string `json:"controlPlane,omitempty"`

	// NodeGroups are the node groups' versions of Kubernetes, by name.
	//
	// +listType=map
	// +listMapKey=name
	// +optional
	NodeGroups []NamedVersion `json:"nodeGroups,omitempty"`

	// Karpenter is the version of Karpenter's charts.
	//
	// +optional
	Karpenter string `json:"karpenter,omitempty"`

	// Addons are the versions of add-ons by name, where EKS doesn't choose them.
	//
	// +listType=map
	// +listMapKey=name
	// +optional
	Addons []NamedVersion `json:"addons,omitempty"`
}

// A NamedVersion is the version of something that has a name.
type NamedVersion struct {
	// Name of what has the version.
	Name string `json:"name"`

	// Version of it.
	Version string `json:"version"`
}

// Facts that only AWS can report, and that some resource needs to be described.
type Facts struct {
	// SecretsEncryption is how the cluster was created: OwnKey, None, or the ARN of a KMS
	// key.
	//
	// +optional
	SecretsEncryption string `json:"secretsEncryption,omitempty"`

	// KarpenterAssociationID is the id of Karpenter's Pod Identity association.
	//
	// +optional
	KarpenterAssociationID string `json:"karpenterAssociationId,omitempty"`

	// KarpenterInstalled is true once Karpenter's release was deployed.
	//
	// +optional
	KarpenterInstalled bool `json:"karpenterInstalled,omitempty"`
}
