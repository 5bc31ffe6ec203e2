package v1alpha1

// A NATGatewayMode is how many NAT gateways the VPC has.
//
// +kubebuilder:validation:Enum=None;Single;PerZone
type NATGatewayMode string

// Modes of NAT gateways.
const (
	// NATNone creates no NAT gateway: nodes reach AWS only through VPC endpoints
	// or routes that exist outside the platform. A new platform has neither.
	NATNone NATGatewayMode = "None"
	// NATSingle creates one NAT gateway for all zones: the cheapest, and down
	// when its zone is.
	NATSingle NATGatewayMode = "Single"
	// NATPerZone creates one NAT gateway in each zone.
	NATPerZone NATGatewayMode = "PerZone"
)

// NetworkSpec is the VPC and its subnets.
//
// +kubebuilder:validation:XValidation:rule="!(has(self.zones) && has(self.zoneCount))",message="zones and zoneCount exclude each other: set one of them"
// +kubebuilder:validation:XValidation:rule="!has(self.cidr) || !has(oldSelf.cidr) || self.cidr == oldSelf.cidr",message="cidr cannot change: AWS cannot renumber a VPC; create a new SeafarerCluster"
// +kubebuilder:validation:XValidation:rule="has(self.subnetPrefixLength) == has(oldSelf.subnetPrefixLength) && (!has(self.subnetPrefixLength) || self.subnetPrefixLength == oldSelf.subnetPrefixLength)",message="subnetPrefixLength cannot change: AWS cannot resize a subnet; create a new SeafarerCluster"
// +kubebuilder:validation:XValidation:rule="has(self.zones) == has(oldSelf.zones)",message="a network cannot switch between zones and zoneCount: its subnets would be replaced; create a new SeafarerCluster"
type NetworkSpec struct {
	// CIDR is the IPv4 block of the VPC, /16 to /24, for example 10.0.0.0/16. A new
	// platform needs /22 or larger. It cannot change. See
	// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
	//
	// +kubebuilder:default="10.0.0.0/16"
	// +kubebuilder:validation:Pattern=`^([0-9]{1,3}\.){3}[0-9]{1,3}/(1[6-9]|2[0-4])$`
	// +kubebuilder:validation:MaxLength=18
	// +kubebuilder:validation:XValidation:rule="!self.matches('^(0|127|22[4-9]|23[0-9])[.]|^169[.]254[.]')",message="a VPC cannot be in 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16 or 224.0.0.0/4, whose addresses no instance can have: use a private block such as 10.0.0.0/16"
	// +optional
	CIDR string `json:"cidr,omitempty"`

	// SubnetPrefixLength is the prefix length of every subnet, 20 to 28, at least
	// four bits longer than that of the VPC. A new platform needs 26 or less. When
	// unset, private subnets are four bits longer than the VPC, such as /20 in a /16,
	// and public ones eight bits, but not longer than /27. It cannot change. AWS
	// reserves five addresses in each subnet:
	// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
	//
	// +kubebuilder:validation:Minimum=20
	// +kubebuilder:validation:Maximum=28
	// +optional
	SubnetPrefixLength *int32 `json:"subnetPrefixLength,omitempty"`

	// ZoneCount is the number of availability zones, chosen in the order of zone
	// IDs among the zones that EKS accepts. It defaults to three, or to all zones
	// of a region with fewer. See
	// https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
	//
	// +kubebuilder:validation:Minimum=2
	// +kubebuilder:validation:Maximum=6
	// +optional
	ZoneCount *int32 `json:"zoneCount,omitempty"`

	// Zones are the availability zones, in place of zoneCount: all by zone ID
	// (euw3-az1) or all by name (eu-west-3a). Prefer zone IDs: one zone name
	// means different zones in different accounts. A zone in which the cluster
	// was created cannot be removed, because EKS cannot move a control plane. See
	// https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
	//
	// +listType=set
	// +kubebuilder:validation:MinItems=2
	// +kubebuilder:validation:MaxItems=6
	// +kubebuilder:validation:items:MaxLength=32
	// +optional
	Zones []string `json:"zones,omitempty"`

	// NATGateway is how private subnets reach the internet: Single (one gateway
	// for all zones, the cheapest), PerZone (one gateway in each zone, which
	// survives the loss of a zone) or None, which is only for platforms that
	// exist without one: a new one has no VPC endpoints. See
	// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
	//
	// +kubebuilder:default=Single
	// +optional
	NATGateway NATGatewayMode `json:"natGateway,omitempty"`
}
