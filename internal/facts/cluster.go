package facts

import (
	"cmp"
	"encoding/base64"
	"encoding/pem"
	"regexp"
	"slices"
	"strings"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// A Cluster of EKS.
type Cluster struct {
	Component

	// ARN of the cluster.
	ARN string

	// Version of Kubernetes that the control plane is known to run: major and minor.
	Version string

	// RolledBackFrom is the version from which EKS rolled the control plane back, or empty.
	RolledBackFrom string

	// Endpoint is the URL of the Kubernetes API, and CertificateAuthority the PEM of its
	// authority in base64.
	Endpoint, CertificateAuthority string

	// SecurityGroupID is the id of the security group that EKS created: sg-…
	SecurityGroupID string

	// OIDCIssuer is the URL of the cluster's OIDC issuer.
	OIDCIssuer string

	// DeletionProtected is true unless EKS reports that the cluster can be deleted, or
	// there is none.
	DeletionProtected bool

	// SecretsEncryption is how the cluster was created: OwnKey, None, or the ARN of a KMS
	// key. It's empty if there is no cluster yet.
	SecretsEncryption string

	// VPCID is the id of the VPC in which EKS has the cluster: vpc-…
	VPCID string

	// Placement of the control plane.
	Placement Placement
}

// HasAddress reports whether the cluster can be reached and trusted.
func (c Cluster) HasAddress() bool {
	return c.ARN != "" && c.Endpoint != "" && c.CertificateAuthority != ""
}

// A Placement is the private subnets in which something was created: by the names of
// their objects, as desired, and by their ids, as EKS reports them.
type Placement struct {
	names, ids []string
}

// IsKnown reports whether any subnet of the placement is known.
func (p Placement) IsKnown() bool { return len(p.names)+len(p.ids) > 0 }

// Includes reports whether a subnet is part of the placement.
func (f Facts) Includes(p Placement, subnet key.Key, name string) bool {
	if id := f.ID(subnet); id != "" && len(p.ids) > 0 {
		return slices.Contains(p.ids, id)
	}
	return slices.Contains(p.names, name)
}

// How the Secrets of a cluster are encrypted, unless by the KMS key of an ARN.
const (
	EncryptedByOwnKey = "OwnKey"
	EncryptedByNone   = "None"
)

func (r reader) cluster() Cluster {
	o := r.composed[key.Cluster]
	c := Cluster{Component: r.component(key.Cluster, "version", "version")}
	c.Reported = compat.Latest(c.Reported)
	c.ARN = r.valid(arnPattern.MatchString, "arn", r.status.Cluster.ARN)
	c.Version = running(c.Reported, r.status.Cluster.Version)
	c.RolledBackFrom = rolledBackFrom(r.claim.Spec.KubernetesVersion, c.Version, r.status.Cluster.Version, r.status.Cluster.RolledBackFrom)
	c.Endpoint = r.valid(endpointPattern.MatchString, "endpoint", r.status.Cluster.Endpoint)
	c.CertificateAuthority = r.valid(isCertificate, "certificateAuthority.0.data", r.status.Cluster.CertificateAuthorityData)
	c.SecurityGroupID = cmp.Or(r.reported(key.Cluster, "vpcConfig.clusterSecurityGroupId"), r.status.Cluster.SecurityGroupID)
	c.OIDCIssuer = r.valid(issuerPattern.MatchString, "identity.0.oidc.0.issuer", r.status.Cluster.OIDCIssuer)
	c.DeletionProtected = deletionProtected(o, c.ARN)
	c.VPCID = r.reported(key.Cluster, "vpcConfig.vpcId")
	c.SecretsEncryption = r.secretsEncryption()
	c.Placement = r.placement(o, "vpcConfig.subnetIds")
	return c
}

// valid is the reported value of a field of the cluster if it passes a check, or else the
// remembered one.
func (r reader) valid(check func(string) bool, field, remembered string) string {
	if v := r.reported(key.Cluster, field); check(v) {
		return v
	}
	if check(remembered) {
		return remembered
	}
	return ""
}

// issuerPattern is what the URL of an EKS cluster's OIDC issuer looks like. It becomes part
// of policies, where a wildcard or a variable would trust more.
var issuerPattern = regexp.MustCompile(`^https://[a-z0-9.-]+/id/[A-Za-z0-9]+$`)

// endpointPattern is what the URL of a Kubernetes API looks like. It becomes part of
// kubeconfigs, as do the ARN and the certificate.
var endpointPattern = regexp.MustCompile(`^https://[A-Za-z0-9.-]+(:[0-9]+)?$`)

// arnPattern is what the ARN of an EKS cluster looks like.
var arnPattern = regexp.MustCompile(`^arn:aws[a-z-]*:eks:[a-z0-9-]+:[0-9]{12}:cluster/[0-9A-Za-z_-]+$`)

// isCertificate reports whether a value is the PEM of a certificate in base64.
func isCertificate(v string) bool {
	b, err := base64.StdEncoding.DecodeString(v)
	if err != nil {
		return false
	}
	block, _ := pem.Decode(b)
	return block != nil && block.Type == "CERTIFICATE"
}

func deletionProtected(cluster object.Object, arn string) bool {
	if v := cluster.Value("status.atProvider.deletionProtection"); v != nil {
		return v.GetBoolValue()
	}
	return arn != "" || cluster.Name() == "" || cluster.Created()
}

// secretsEncryption of the cluster as it was created. If another key followed from a
// change of the claim, the existing key would be deleted with all that it encrypts.
func (r reader) secretsEncryption() string {
	o, exists := r.composed[key.Cluster]
	if exists && !o.Created() {
		return ""
	}
	const field = "encryptionConfig.provider.keyArn"
	desired, reported := o.String("spec.initProvider."+field), o.String("status.atProvider."+field)
	remembered := r.status.Facts.SecretsEncryption
	switch {
	case r.hasOwnKey() || strings.Contains(desired, ":alias/"): // Our own key is named by its alias.
		return EncryptedByOwnKey
	case remembered != "" || !exists:
		return remembered
	default:
		return cmp.Or(reported, desired, EncryptedByNone)
	}
}

// hasOwnKey reports whether the platform's own key exists, or what belongs to it.
func (r reader) hasOwnKey() bool {
	for _, k := range []key.Key{key.SecretsKey, key.SecretsKeyAlias, key.Usage(key.SecretsKey, ""), key.Usage(key.SecretsKey, key.Cluster)} {
		if _, ok := r.composed[k]; ok {
			return true
		}
	}
	return false
}

// placement of a resource in AWS. Reported ids are ignored if none of them is ours.
func (r reader) placement(o object.Object, field string) Placement {
	var p Placement
	if !o.Created() {
		return p
	}
	for _, v := range o.Value("spec.forProvider." + strings.TrimSuffix(field, "s") + "Refs").GetListValue().GetValues() {
		p.names = append(p.names, v.GetStructValue().GetFields()["name"].GetStringValue())
	}
	for _, v := range o.Value("status.atProvider." + field).GetListValue().GetValues() {
		p.ids = append(p.ids, v.GetStringValue())
	}
	if !slices.ContainsFunc(p.ids, r.isOurs) {
		p.ids = nil
	}
	return p
}

// isOurs reports whether an id is that of a composed resource.
func (r reader) isOurs(id string) bool {
	for _, o := range r.composed {
		if id != "" && o.ExternalName() == id {
			return true
		}
	}
	return false
}
