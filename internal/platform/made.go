package platform

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

// What EKS fixes when it creates a cluster and more than one resource follows from
// is kept as it was made, here and for all domains, so that they agree. Who isn't
// told how it was made keeps what there is.

// Held are the changes that the claim asks for and doesn't get because of that, for
// people to read.
func (p Plan) Held() []string { return p.held }

// keepMade is the plan with what is kept as it was made.
func (p Plan) keepMade(region aws.Region, xr compose.Existing, o compose.Observed) (Plan, error) {
	asked := p.Spec.ControlPlane.SecretsEncryption
	p.encryptionMade = encryptionMade(o, xr.String("status.facts.secretsEncryption"))
	var held []string
	if made := encryptionOf(p.encryptionMade, asked); made != asked {
		p.Spec.ControlPlane.SecretsEncryption = made
		held = append(held, fmt.Sprintf("the cluster's Secrets stay %s instead of %s: EKS decides that when it creates a cluster, so make a new SeafarerCluster, or set spec.controlPlane.secretsEncryption back", encryption(made), encryption(asked)))
	}
	p.controlPlane, p.controlPlaneMade = p.madeIn(o[KeyCluster], "vpcConfig.subnetIds")
	kept, errs := p.keptZones(region, xr, o)
	if len(errs) > 0 {
		return p, &InvalidError{Errors: errs}
	}
	for _, z := range kept {
		held = append(held, fmt.Sprintf("zone %s stays, though spec.network no longer has it: EKS keeps a control plane in the zones that it was made in. Karpenter launches no more nodes there; to be rid of it, make a new SeafarerCluster", z.Label))
	}
	p.Zones = append(p.Zones, kept...)
	slices.SortFunc(p.Zones, func(a, b Zone) int { return cmp.Compare(a.Slot, b.Slot) })
	p.held = held
	return p, nil
}

// How the cluster's Secrets are encrypted, unless by a key of which this is the ARN.
const (
	encryptedByOwnKey = "OwnKey"
	encryptedByNone   = "None"
)

// encryptionMade is how a cluster was made, as what exists tells, or else as it's
// remembered. It's empty if there's no cluster yet. Were another key to follow from
// another claim, the one there is would be deleted, with all that it encrypts.
func encryptionMade(o compose.Observed, remembered string) string {
	cluster, exists := o[KeyCluster]
	if exists && !cluster.Created() {
		return ""
	}
	const field = "encryptionConfig.provider.keyArn"
	asked, told := cluster.String("spec.initProvider."+field), cluster.String("status.atProvider."+field)
	own := slices.ContainsFunc(o.Keys(), func(k compose.Key) bool {
		return strings.HasPrefix(strings.TrimPrefix(string(k), "usage-"), string(KeySecretsKey))
	})
	switch {
	case own || strings.Contains(asked, ":alias/"): // Our own key is named by its alias.
		return encryptedByOwnKey
	case remembered != "" || !exists:
		return remembered
	default:
		return cmp.Or(told, asked, encryptedByNone)
	}
}

// encryptionOf a cluster that was made so, or else as it's asked for.
func encryptionOf(made string, asked v1alpha1.SecretsEncryptionSpec) v1alpha1.SecretsEncryptionSpec {
	switch made {
	case "":
		return asked
	case encryptedByOwnKey:
		return v1alpha1.SecretsEncryptionSpec{Enabled: true}
	case encryptedByNone:
		return v1alpha1.SecretsEncryptionSpec{}
	default:
		return v1alpha1.SecretsEncryptionSpec{Enabled: true, KeyARN: made}
	}
}

func encryption(s v1alpha1.SecretsEncryptionSpec) string {
	switch {
	case !s.Enabled:
		return "encrypted by a key of EKS's own"
	case s.KeyARN != "":
		return "encrypted by " + s.KeyARN
	default:
		return "encrypted by the platform's own key"
	}
}

// keptZones are those that the claim no longer has, and that control plane or system nodes
// are in. EKS lets a control plane use other subnets, but each zone that it was
// made with must have one, and no other zone may:
// https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
func (p Plan) keptZones(region aws.Region, xr compose.Existing, o compose.Observed) ([]Zone, field.ErrorList) {
	vpc, errs := prefix(p.Spec.Network.CIDR, field.NewPath("spec", "network", "cidr"))
	if len(errs) > 0 {
		return nil, errs
	}
	var kept []Zone
	for _, zone := range region.Every() {
		asked := func(z Zone) bool { return z.Label == zone.Label }
		z, err := cut(zone, vpc, subnetBits(p.Spec.Network, vpc))
		if err != nil || slices.ContainsFunc(p.Zones, asked) || !p.inUse(z, xr, o) {
			continue // One that has no room was never made.
		}
		if i := slices.IndexFunc(p.Zones, func(a Zone) bool { return a.Slot == z.Slot }); i >= 0 {
			return nil, field.ErrorList{field.Invalid(field.NewPath("spec", "network", "zones"), p.Zones[i].Label, "has the addresses of "+z.Label+", which the cluster was made in and keeps: keep "+z.Label+", or use another zone")}
		}
		z.Kept = true
		kept = append(kept, z)
	}
	return kept, nil
}

// inUse tells whether control plane or system nodes are in a zone, as far as
// anybody knows.
func (p Plan) inUse(z Zone, xr compose.Existing, o compose.Observed) bool {
	cluster, seen := o[KeyCluster]
	switch {
	case seen && !cluster.Created():
		return false
	case !seen || p.controlPlane.unknown():
		return exists(z, xr, o)
	default:
		nodes, _ := p.madeIn(o[KeySystemNodeGroup], "subnetIds")
		return p.has(p.controlPlane, z) || p.has(nodes, z)
	}
}

// exists tells whether there is anything of a zone, or was a moment ago.
func exists(z Zone, xr compose.Existing, o compose.Observed) bool {
	for _, v := range xr.Value("status.network.zones").GetListValue().GetValues() {
		if v.GetStructValue().GetFields()["zone"].GetStringValue() == z.Label {
			return true
		}
	}
	return slices.ContainsFunc(o.Keys(), func(k compose.Key) bool {
		return strings.Contains(string(k)+".", "-"+z.Label+".") // Of a Usage it's an end.
	})
}

// subnets that something was made in: by the names of their objects, as it was
// asked for, and by their ids, as EKS tells.
type subnets struct{ names, ids []string }

func (s subnets) unknown() bool { return len(s.names)+len(s.ids) == 0 }

// madeIn are the subnets that what a resource stands for was made in. Ids of which
// none is ours tell nothing.
func (p Plan) madeIn(e compose.Existing, field string) (subnets, bool) {
	var s subnets
	if !e.Created() {
		return s, false
	}
	for _, v := range e.Value("spec.forProvider." + strings.TrimSuffix(field, "s") + "Refs").GetListValue().GetValues() {
		s.names = append(s.names, v.GetStructValue().GetFields()["name"].GetStringValue())
	}
	for _, v := range e.Value("status.atProvider." + field).GetListValue().GetValues() {
		s.ids = append(s.ids, v.GetStringValue())
	}
	ours := slices.Collect(maps.Values(p.ids))
	if !slices.ContainsFunc(s.ids, func(id string) bool { return id != "" && slices.Contains(ours, id) }) {
		s.ids = nil
	}
	return s, true
}

// has tells whether the private subnet of a zone is among some.
func (p Plan) has(s subnets, z Zone) bool {
	k := KeyPrivateSubnet(z)
	if id := p.ID(k); id != "" && len(s.ids) > 0 {
		return slices.Contains(s.ids, id)
	}
	return slices.Contains(s.names, p.ObjectName(k))
}

// ControlPlaneSubnets by key: those in the zones that the cluster was made in, or
// will be.
func (p Plan) ControlPlaneSubnets() []compose.Key {
	if !p.controlPlaneMade && p.Facts.ClusterARN == "" {
		return p.PrivateSubnets()
	}
	var ks []compose.Key
	for _, z := range p.Zones {
		if p.controlPlane.unknown() || p.has(p.controlPlane, z) {
			ks = append(ks, KeyPrivateSubnet(z))
		}
	}
	return ks
}
