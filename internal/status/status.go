// Package status describes the state of a platform, as the composite resource and its claim
// show it.
package status

import (
	"slices"
	"strings"

	iam "github.com/upbound/provider-aws/v2/apis/namespaced/iam/v1beta1"

	"github.com/crossplane/crossplane-runtime/v2/pkg/meta"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/access"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/karpenter"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// phaseReady is the phase of a platform whose parts are all ready.
const phaseReady = "Ready"

// Of a platform.
func Of(c claim.Claim, p platform.Plan, a *compose.Assembly) v1alpha1.SeafarerClusterStatus {
	s := v1alpha1.SeafarerClusterStatus{
		Phase:      phaseReady,
		AccountID:  p.Facts.AccountID,
		Cluster:    cluster(p),
		Network:    network(p, a),
		NodeGroups: nodeGroups(p),
		Roles:      roles(p, a),
		Queue:      v1alpha1.QueueStatus{Name: karpenter.QueueName(p), URL: p.Facts.Karpenter.QueueURL},
		Versions:   p.Versions,
		Facts: v1alpha1.Facts{
			SecretsEncryption:      p.Facts.Cluster.SecretsEncryption,
			KarpenterAssociationID: p.Facts.Karpenter.AssociationID,
			KarpenterInstalled:     p.Facts.Karpenter.Installed,
		},
	}
	if p.Facts.Cluster.HasAddress() {
		s.Secrets = secrets(c, p)
		s.UpdateKubeconfigCommand = "aws eks --region " + p.Region + " update-kubeconfig --name " + p.ClusterName
	}
	s.Resources = count(a)
	if part, waitsFor := a.Next(); part != "" {
		s.Phase, s.WaitsFor = part, waitsFor
	}
	return s
}

func cluster(p platform.Plan) v1alpha1.ClusterStatus {
	c := p.Facts.Cluster
	return v1alpha1.ClusterStatus{
		Name:                     p.ClusterName,
		ARN:                      c.ARN,
		Version:                  c.Version,
		RolledBackFrom:           c.RolledBackFrom,
		Endpoint:                 c.Endpoint,
		CertificateAuthorityData: c.CertificateAuthority,
		OIDCIssuer:               c.OIDCIssuer,
		SecurityGroupID:          c.SecurityGroupID,
	}
}

func secrets(c claim.Claim, p platform.Plan) v1alpha1.SecretsStatus {
	s := v1alpha1.SecretsStatus{
		Kubeconfig: v1alpha1.SecretReference{Namespace: p.Namespace, Name: p.ObjectName(key.Kubeconfig)},
		Provider:   v1alpha1.SecretReference{Namespace: p.Namespace, Name: p.ProviderSecret()},
	}
	if c.Spec.Access.ArgoCD.Enabled {
		s.ArgoCD = v1alpha1.SecretReference{Namespace: p.Fences.ArgoCD.Namespace, Name: access.ArgoCDSecret(p)}
	}
	return s
}

// network shows the address of a NAT gateway only while one is described.
func network(p platform.Plan, a *compose.Assembly) v1alpha1.NetworkStatus {
	zs := make([]v1alpha1.ZoneStatus, 0, len(p.Zones))
	for _, z := range p.Zones {
		f := p.Facts.Network.Zone(z.Label)
		s := v1alpha1.ZoneStatus{
			Zone:          z.Label,
			PrivateSubnet: v1alpha1.SubnetStatus{ID: f.PrivateSubnetID, CIDR: z.Private.String()},
			PublicSubnet:  v1alpha1.SubnetStatus{ID: f.PublicSubnetID, CIDR: z.Public.String()},
		}
		if a.Describes(key.NATAddress(z.Label)) {
			s.NATAddress = f.NATAddress
		}
		zs = append(zs, s)
	}
	return v1alpha1.NetworkStatus{VPCID: p.Facts.Network.VPCID, InternetGatewayID: p.Facts.Network.InternetGatewayID, Zones: zs}
}

func nodeGroups(p platform.Plan) []v1alpha1.NodeGroupStatus {
	gs := make([]v1alpha1.NodeGroupStatus, 0, len(p.Facts.NodeGroups))
	for _, name := range claim.Sorted(p.Facts.NodeGroups) {
		g := p.Facts.NodeGroups[name]
		gs = append(gs, v1alpha1.NodeGroupStatus{Name: name, Version: g.Version, RolledBackFrom: g.RolledBackFrom, LaunchTemplateVersion: g.LaunchTemplateVersion})
	}
	return gs
}

// roles that are described, once the account is known: their ARNs are computed.
func roles(p platform.Plan, a *compose.Assembly) []v1alpha1.RoleStatus {
	if !p.AccountKnown() {
		return nil
	}
	var rs []v1alpha1.RoleStatus
	for _, part := range a.Parts {
		for _, r := range part.Resources {
			if _, isRole := r.Object.(*iam.Role); isRole {
				rs = append(rs, v1alpha1.RoleStatus{Name: string(r.Key), ARN: p.RoleARN(meta.GetExternalName(r.Object))})
			}
		}
	}
	slices.SortFunc(rs, func(a, b v1alpha1.RoleStatus) int { return strings.Compare(a.Name, b.Name) })
	return rs
}

func count(a *compose.Assembly) v1alpha1.ResourcesStatus {
	var s v1alpha1.ResourcesStatus
	for _, p := range a.Parts {
		for _, d := range p.Decisions {
			s.Desired++
			if d.Exists {
				s.Existing++
			}
			if d.Ready {
				s.Ready++
			}
		}
	}
	return s
}
