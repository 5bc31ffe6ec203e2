package v1alpha1

// A NATGatewayMode says how private subnets reach the internet.
//
// +kubebuilder:validation:Enum=None;Single;PerZone
type NATGatewayMode string

// How private subnets reach the internet.
const (
	// NATNone composes no NAT gateway: nodes reach AWS only through endpoints
	// or routes that somebody else made.
	NATNone NATGatewayMode = "None"
	// NATSingle composes one NAT gateway for all zones: the cheapest, and down
	// when its zone is.
	NATSingle NATGatewayMode = "Single"
	// NATPerZone composes one NAT gateway in each zone.
	NATPerZone NATGatewayMode = "PerZone"
)

// NetworkSpec is the VPC and its subnets.
//
// +kubebuilder:validation:XValidation:rule="!(has(self.zones) && has(self.zoneCount))",message="zones and zoneCount exclude each other: name the zones, or say how many"
// +kubebuilder:validation:XValidation:rule="!has(self.cidr) || !has(oldSelf.cidr) || self.cidr == oldSelf.cidr",message="cidr cannot change: AWS cannot renumber a VPC; make a new SeafarerCluster"
// +kubebuilder:validation:XValidation:rule="has(self.subnetPrefixLength) == has(oldSelf.subnetPrefixLength) && (!has(self.subnetPrefixLength) || self.subnetPrefixLength == oldSelf.subnetPrefixLength)",message="subnetPrefixLength cannot change: AWS cannot resize a subnet; make a new SeafarerCluster"
// +kubebuilder:validation:XValidation:rule="has(self.zones) == has(oldSelf.zones)",message="a network cannot switch between zones and zoneCount: its subnets would be replaced; make a new SeafarerCluster"
type NetworkSpec struct {
	// CIDR is the IPv4 block of the VPC, /16 to /24.
	//
	// +kubebuilder:default="10.0.0.0/16"
	// +kubebuilder:validation:Pattern=`^([0-9]{1,3}\.){3}[0-9]{1,3}/(1[6-9]|2[0-4])$`
	// +kubebuilder:validation:MaxLength=18
	// +optional
	CIDR string `json:"cidr,omitempty"`

	// SubnetPrefixLength is the size of each subnet, /20 to /28, at least four
	// bits longer than the VPC's. Unset, it's a /24 where it fits, otherwise a
	// sixteenth of the VPC.
	//
	// +kubebuilder:validation:Minimum=20
	// +kubebuilder:validation:Maximum=28
	// +optional
	SubnetPrefixLength *int32 `json:"subnetPrefixLength,omitempty"`

	// ZoneCount is the number of availability zones to use, chosen by zone ID
	// among those that EKS accepts. Defaults to three, or to all that the region
	// has when those are fewer.
	//
	// +kubebuilder:validation:Minimum=2
	// +kubebuilder:validation:Maximum=6
	// +optional
	ZoneCount *int32 `json:"zoneCount,omitempty"`

	// Zones names the availability zones instead: all by zone ID (euw3-az1) or
	// all by name (eu-west-3a). Prefer zone IDs: a zone's name stands for
	// different zones in different accounts. A zone that the cluster was made in
	// stays: EKS never moves a control plane to other zones.
	//
	// +listType=set
	// +kubebuilder:validation:MinItems=2
	// +kubebuilder:validation:MaxItems=6
	// +kubebuilder:validation:items:MaxLength=32
	// +optional
	Zones []string `json:"zones,omitempty"`

	// NATGateway says how private subnets reach the internet: Single (one
	// gateway, cheapest), PerZone (one in each zone) or None.
	//
	// +kubebuilder:default=Single
	// +optional
	NATGateway NATGatewayMode `json:"natGateway,omitempty"`
}
