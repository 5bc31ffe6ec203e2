package platform

import "github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"

// NATZones are the zones that have a NAT gateway.
func (p Plan) NATZones() []Zone {
	switch p.Spec.Network.NATGateway {
	case v1alpha1.NATPerZone:
		return p.Zones
	case v1alpha1.NATSingle:
		return []Zone{p.singleNATZone()}
	case v1alpha1.NATNone:
		return nil
	default:
		return nil
	}
}

// NATZone is the zone whose NAT gateway a zone uses.
func (p Plan) NATZone(z Zone) Zone {
	if p.Spec.Network.NATGateway == v1alpha1.NATSingle {
		return p.singleNATZone()
	}
	return z
}

// singleNATZone is the zone of the only NAT gateway: where there is one already,
// or else the first. A zone that is added must not move it.
func (p Plan) singleNATZone() Zone {
	for _, z := range p.Zones {
		if p.Exists(KeyNATGateway(z)) || p.Exists(KeyNATAddress(z)) {
			return z
		}
	}
	return p.Zones[0]
}
