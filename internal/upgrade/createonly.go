package upgrade

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/layout"
)

// A Pinned platform has the values that EKS takes only when it creates a cluster, as it
// was created with. They are here if more than one resource follows from them, so that all
// domains agree.
type Pinned struct {
	// SecretsEncryption of the cluster.
	SecretsEncryption v1alpha1.SecretsEncryptionSpec

	// Zones of the claim, and those that are retained, in the order of their subnets.
	Zones []layout.Zone

	// ControlPlaneZones are those in which the control plane has a subnet.
	ControlPlaneZones []layout.Zone

	// Blocked are the changes of the claim that aren't applied, as texts for people.
	Blocked []string
}

// PinCreateOnly values. An error of the list is a zone that cannot be used because of one
// that is retained.
func PinCreateOnly(c claim.Claim, f facts.Facts) (Pinned, field.ErrorList) {
	p := Pinned{SecretsEncryption: encryption(c, f)}
	if want := c.Spec.ControlPlane.SecretsEncryption; want != p.SecretsEncryption {
		p.Blocked = append(p.Blocked, fmt.Sprintf("the cluster's Secrets stay %s instead of %s: %s",
			describeEncryption(p.SecretsEncryption), describeEncryption(want), whyEncryption(p.SecretsEncryption)))
	}
	retained, errs := retainedZones(c, f)
	for _, z := range retained {
		p.Blocked = append(p.Blocked, fmt.Sprintf("zone %s stays, though spec.network no longer has it: EKS requires a control plane to stay in the zones in which it was created. Karpenter launches no more nodes there; to remove it, create a new SeafarerCluster", z.Label))
	}
	p.Zones = append(slices.Clone(c.Zones), retained...)
	layout.Sort(p.Zones)
	p.ControlPlaneZones = controlPlaneZones(c, f, p.Zones)
	return p, errs
}

// encryption of the cluster's Secrets as it was created, or else as it's requested.
func encryption(c claim.Claim, f facts.Facts) v1alpha1.SecretsEncryptionSpec {
	switch is := f.Cluster.SecretsEncryption; is {
	case "":
		return c.Spec.ControlPlane.SecretsEncryption
	case facts.EncryptedByOwnKey:
		return v1alpha1.SecretsEncryptionSpec{Enabled: true}
	case facts.EncryptedByNone:
		return v1alpha1.SecretsEncryptionSpec{}
	default:
		return v1alpha1.SecretsEncryptionSpec{Enabled: true, KeyARN: is}
	}
}

func describeEncryption(s v1alpha1.SecretsEncryptionSpec) string {
	switch {
	case !s.Enabled:
		return "encrypted by a key of EKS's own"
	case s.KeyARN != "":
		return "encrypted by " + s.KeyARN
	default:
		return "encrypted by the platform's own key"
	}
}

// whyEncryption stays as it is, and what to do. EKS can add a key to a cluster, for ever, and
// can neither change nor remove one. The provider adds one only if it's desired like a field
// that can change, and then refuses every change of the cluster once it's desired no longer:
// https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateEncryptionConfig.html
func whyEncryption(is v1alpha1.SecretsEncryptionSpec) string {
	if !is.Enabled {
		return "EKS could add a key to a cluster, but never remove it, and the platform sets one only when it creates the cluster: create a new SeafarerCluster, or set spec.controlPlane.secretsEncryption.enabled to false"
	}
	return "EKS cannot change or remove the key of a cluster: create a new SeafarerCluster, or request in spec.controlPlane.secretsEncryption what the cluster has"
}

// retainedZones are those that the claim no longer has, and in which the control plane is.
// EKS accepts other subnets, but in each zone in which a control plane was created it needs
// one, and in no other zone: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
func retainedZones(c claim.Claim, f facts.Facts) ([]layout.Zone, field.ErrorList) {
	var retained []layout.Zone
	for _, zone := range c.Region.Every() {
		requested := func(z layout.Zone) bool { return z.Label == zone.Label }
		z, err := layout.Cut(zone, c.Spec.Network)
		if err != nil || slices.ContainsFunc(c.Zones, requested) || !inUse(zone.Label, c, f) {
			continue // The VPC never had room for a zone that it has no room for now.
		}
		if i := slices.IndexFunc(c.Zones, func(a layout.Zone) bool { return a.Slot == z.Slot }); i >= 0 {
			return nil, field.ErrorList{field.Invalid(field.NewPath("spec", "network", "zones"), c.Zones[i].Label, "has the addresses of "+z.Label+", in which the cluster was created and which it retains: list "+z.Label+", or use another zone")}
		}
		z.Retained = true
		retained = append(retained, z)
	}
	return retained, nil
}

// inUse reports whether the control plane or system nodes are in a zone, as far as it's
// known.
func inUse(zone string, c claim.Claim, f facts.Facts) bool {
	cluster := f.Cluster
	switch {
	case cluster.Exists && !cluster.Created:
		return false
	case !cluster.Exists || !cluster.Placement.IsKnown():
		return f.Network.Zone(zone).Exists
	default:
		subnet, name := key.PrivateSubnet(zone), subnetName(zone, c, f)
		return f.Includes(cluster.Placement, subnet, name) || f.Includes(f.NodeGroups[key.System].Placement, subnet, name)
	}
}

// subnetName is the name of the object of a zone's private subnet.
func subnetName(zone string, c claim.Claim, f facts.Facts) string {
	k := key.PrivateSubnet(zone)
	if n, ok := f.Name(k); ok {
		return n
	}
	return aws.ObjectName(c.Owner, string(k))
}

// controlPlaneZones are those in which the cluster was created, or will be.
func controlPlaneZones(c claim.Claim, f facts.Facts, zones []layout.Zone) []layout.Zone {
	if !f.Cluster.Created && f.Cluster.ARN == "" {
		return c.Zones
	}
	return slices.DeleteFunc(slices.Clone(zones), func(z layout.Zone) bool {
		return f.Cluster.Placement.IsKnown() && !f.Includes(f.Cluster.Placement, key.PrivateSubnet(z.Label), subnetName(z.Label, c, f))
	})
}
