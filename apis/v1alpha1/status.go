package v1alpha1

// SeafarerClusterStatus is what is known of the platform.
type SeafarerClusterStatus struct {
	// ClusterName is the name of the EKS cluster.
	//
	// +optional
	ClusterName string `json:"clusterName,omitempty"`

	// UpdateKubeconfigCommand is what to type to use the cluster with kubectl.
	//
	// +optional
	UpdateKubeconfigCommand string `json:"updateKubeconfigCommand,omitempty"`

	// Zones the platform spans, with their subnets.
	//
	// +listType=map
	// +listMapKey=zone
	// +optional
	Zones []ZoneStatus `json:"zones,omitempty"`

	// Facts that only AWS could tell. The last known ones are kept: an answer
	// that goes missing for a while changes nothing.
	//
	// +optional
	Facts Facts `json:"facts,omitempty"`
}

// A ZoneStatus is an availability zone the platform spans.
type ZoneStatus struct {
	// Zone by its ID, or by its name where the claim names it.
	Zone string `json:"zone"`

	// PrivateCIDR is the IPv4 block of the zone's private subnet.
	PrivateCIDR string `json:"privateCIDR"`

	// PublicCIDR is the IPv4 block of the zone's public subnet.
	PublicCIDR string `json:"publicCIDR"`
}

// Facts are what only AWS can tell and what some resource needs to be described.
type Facts struct {
	// AccountID is the id of the AWS account: twelve digits.
	//
	// +optional
	AccountID string `json:"accountId,omitempty"`

	// ClusterARN is the ARN of the EKS cluster.
	//
	// +optional
	ClusterARN string `json:"clusterARN,omitempty"`

	// ClusterEndpoint is the URL of the Kubernetes API.
	//
	// +optional
	ClusterEndpoint string `json:"clusterEndpoint,omitempty"`

	// ClusterSecurityGroupID is the id of the security group that EKS made for
	// the cluster: sg-…
	//
	// +optional
	ClusterSecurityGroupID string `json:"clusterSecurityGroupId,omitempty"`

	// OIDCIssuer is the URL of the cluster's OIDC issuer.
	//
	// +optional
	OIDCIssuer string `json:"oidcIssuer,omitempty"`

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

	// InternetGatewayID is the id of the internet gateway, once it's attached to
	// the VPC: igw-…
	//
	// +optional
	InternetGatewayID string `json:"internetGatewayId,omitempty"`

	// VPCID is the id of the VPC: vpc-…
	//
	// +optional
	VPCID string `json:"vpcId,omitempty"`
}
