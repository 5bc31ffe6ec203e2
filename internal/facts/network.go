package facts

import (
	"cmp"
	"slices"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
)

// A Network is a VPC and its zones.
type Network struct {
	// VPCID is the id of the VPC: vpc-…
	VPCID string

	// InternetGatewayID is the id of the internet gateway once it's attached: igw-…
	InternetGatewayID string

	// zones by label, of all that the region has.
	zones map[string]Zone
}

// A Zone of a network.
type Zone struct {
	// Ids of the zone's subnets: subnet-…
	PrivateSubnetID, PublicSubnetID string

	// NATAddress is the public IPv4 address of the zone's NAT gateway.
	NATAddress string

	// Exists is true if any resource of the zone exists or is remembered.
	Exists bool
}

// Zone by its label.
func (n Network) Zone(label string) Zone { return n.zones[label] }

// Exists reports whether any zone of the network exists.
func (n Network) Exists() bool {
	for _, z := range n.zones {
		if z.Exists {
			return true
		}
	}
	return false
}

func (r reader) network() Network {
	gateway := ""
	if o := r.composed[key.InternetGateway]; o.Is("Ready") {
		gateway = o.String("status.atProvider.id")
	}
	n := Network{
		VPCID:             cmp.Or(r.reported(key.VPC, "id"), r.status.Network.VPCID),
		InternetGatewayID: cmp.Or(gateway, r.status.Network.InternetGatewayID),
		zones:             make(map[string]Zone),
	}
	for _, z := range r.claim.Region.Every() {
		n.zones[z.Label] = r.zone(z.Label)
	}
	return n
}

func (r reader) zone(label string) Zone {
	var remembered v1alpha1.ZoneStatus
	i := slices.IndexFunc(r.status.Network.Zones, func(z v1alpha1.ZoneStatus) bool { return z.Zone == label })
	if i >= 0 {
		remembered = r.status.Network.Zones[i]
	}
	return Zone{
		PrivateSubnetID: cmp.Or(r.reported(key.PrivateSubnet(label), "id"), remembered.PrivateSubnet.ID),
		PublicSubnetID:  cmp.Or(r.reported(key.PublicSubnet(label), "id"), remembered.PublicSubnet.ID),
		NATAddress:      cmp.Or(r.reported(key.NATAddress(label), "publicIp"), remembered.NATAddress),
		Exists:          i >= 0 || r.hasZone(label),
	}
}

// hasZone reports whether a resource of a zone exists, or a Usage of one.
func (r reader) hasZone(label string) bool {
	return slices.ContainsFunc(key.OfZone(label), func(k key.Key) bool {
		_, exists := r.composed[k]
		_, used := r.composed[key.Usage(k, key.Karpenter)]
		return exists || used
	})
}
