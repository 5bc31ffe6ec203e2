package platform

import (
	"cmp"
	"encoding/base64"
	"encoding/pem"
	"regexp"
	"strconv"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

// Facts are what AWS must tell us.
type Facts struct {
	// AccountID is the id of the AWS account: twelve digits.
	AccountID string

	// The EKS cluster: its ARN, the version that its control plane runs, the URL
	// of its API with the certificate authority in base64, and what EKS made for
	// it.
	ClusterARN                  string
	ClusterVersion              string
	ClusterEndpoint             string
	ClusterCertificateAuthority string
	ClusterSecurityGroupID      string
	OIDCIssuer                  string

	// ClusterProtected is true unless EKS is known to let go of the cluster.
	ClusterProtected bool

	// SystemNodesVersion is the version of Kubernetes that the system nodes run.
	SystemNodesVersion string

	// LaunchTemplateVersion is the newest version of the system nodes' launch
	// template.
	LaunchTemplateVersion string

	// KarpenterAssociationID is the id of Karpenter's Pod Identity association.
	KarpenterAssociationID string

	// KarpenterInstalled is true once Karpenter's release has been deployed.
	KarpenterInstalled bool

	VPCID    string
	QueueURL string

	// InternetGatewayID is the id of the internet gateway, once it's attached.
	InternetGatewayID string
}

// ZoneFacts are what AWS must tell us of a zone.
type ZoneFacts struct {
	PrivateSubnetID, PublicSubnetID string

	// NATAddress is the public IPv4 address of the zone's NAT gateway.
	NATAddress string
}

// facts reads everything that AWS must tell us. What it tells now wins over what
// the composite resource remembers, so that a status that goes blank for a while
// changes nothing. Versions never go back.
//
// Who asks for an account says which it is: the claim, or the platform team.
// Without that, the one that answered first stays: a stray ARN must not move a
// platform.
func facts(s v1alpha1.SeafarerClusterSpec, fenced, told string, xr compose.Existing, o compose.Observed) Facts {
	fact := func(k compose.Key, field, remembered string) string {
		return cmp.Or(o[k].String("status.atProvider."+field), xr.String("status."+remembered))
	}
	gateway := ""
	if g := o[KeyInternetGateway]; g.Is("Ready") {
		gateway = g.String("status.atProvider.id")
	}
	// valid is what is told, if it may be that, or else what is remembered.
	valid := func(check func(string) bool, field, remembered string) string {
		if v := o[KeyCluster].String("status.atProvider." + field); check(v) {
			return v
		}
		if v := xr.String("status.cluster." + remembered); check(v) {
			return v
		}
		return ""
	}
	clusterARN := valid(clusterARNPattern.MatchString, "arn", "arn")
	return Facts{
		AccountID:                   cmp.Or(s.AccountID, fenced, xr.String("status.accountId"), told),
		ClusterARN:                  clusterARN,
		ClusterVersion:              compat.Latest(o[KeyCluster].String("status.atProvider.version"), xr.String("status.cluster.version")),
		SystemNodesVersion:          compat.Latest(o[KeySystemNodeGroup].String("status.atProvider.version"), xr.String("status.facts.systemNodesVersion")),
		ClusterProtected:            protected(o[KeyCluster], clusterARN),
		ClusterEndpoint:             valid(endpointPattern.MatchString, "endpoint", "endpoint"),
		ClusterCertificateAuthority: valid(isCertificate, "certificateAuthority.0.data", "certificateAuthorityData"),
		ClusterSecurityGroupID:      fact(KeyCluster, "vpcConfig.clusterSecurityGroupId", "cluster.securityGroupId"),
		OIDCIssuer:                  valid(issuerPattern.MatchString, "identity.0.oidc.0.issuer", "oidcIssuer"),
		LaunchTemplateVersion:       cmp.Or(number(o[KeySystemLaunchTemplate].Number("status.atProvider.latestVersion")), xr.String("status.facts.launchTemplateVersion")),
		KarpenterAssociationID:      fact(KeyKarpenterAssociation, "associationId", "facts.karpenterAssociationId"),
		KarpenterInstalled:          o[KeyKarpenterRelease].String("status.atProvider.state") == stateDeployed || xr.Value("status.facts.karpenterInstalled").GetBoolValue(),
		VPCID:                       fact(KeyVPC, "id", "network.vpcId"),
		QueueURL:                    fact(KeyKarpenterQueue, "url", "queue.url"),
		InternetGatewayID:           cmp.Or(gateway, xr.String("status.network.internetGatewayId")),
	}
}

// issuerPattern is what the URL of an EKS cluster's OIDC issuer looks like. It becomes
// part of policies, where a wildcard or a variable would trust more.
var issuerPattern = regexp.MustCompile(`^https://[a-z0-9.-]+/id/[A-Za-z0-9]+$`)

// endpointPattern is what the URL of a Kubernetes API looks like. It becomes part of
// kubeconfigs, and so do the next two.
var endpointPattern = regexp.MustCompile(`^https://[A-Za-z0-9.-]+(:[0-9]+)?$`)

// clusterARNPattern is what the ARN of an EKS cluster looks like.
var clusterARNPattern = regexp.MustCompile(`^arn:aws[a-z-]*:eks:[a-z0-9-]+:[0-9]{12}:cluster/[0-9A-Za-z_-]+$`)

// isCertificate tells whether something may be a certificate, in base64.
func isCertificate(v string) bool {
	b, err := base64.StdEncoding.DecodeString(v)
	if err != nil {
		return false
	}
	block, _ := pem.Decode(b)
	return block != nil && block.Type == "CERTIFICATE"
}

// factual zones know what AWS has told of them.
func factual(zs []Zone, xr compose.Existing, o compose.Observed) []Zone {
	for i, z := range zs {
		zs[i].Facts = zoneFacts(z, xr, o)
	}
	return zs
}

// zoneFacts are those of a zone.
func zoneFacts(z Zone, xr compose.Existing, o compose.Observed) ZoneFacts {
	var remembered compose.Existing
	for _, v := range xr.Value("status.network.zones").GetListValue().GetValues() {
		if e := compose.Exists(v.GetStructValue()); e.String("zone") == z.Label {
			remembered = e
		}
	}
	fact := func(k compose.Key, field, path string) string {
		return cmp.Or(o[k].String("status.atProvider."+field), remembered.String(path))
	}
	return ZoneFacts{
		PrivateSubnetID: fact(KeyPrivateSubnet(z), "id", "privateSubnet.id"),
		PublicSubnetID:  fact(KeyPublicSubnet(z), "id", "publicSubnet.id"),
		NATAddress:      fact(KeyNATAddress(z), "publicIp", "natAddress"),
	}
}

// accountOf the resources that exist: that of the first ARN with an account, in
// the order of their keys.
func accountOf(o compose.Observed) string {
	for _, k := range o.Keys() {
		arn, ok := aws.ParseARN(o[k].String("status.atProvider.arn"))
		if ok && aws.IsAccountID(arn.Account) {
			return arn.Account
		}
	}
	return ""
}

// number as AWS spells versions. Zero is none: they begin at one.
func number(n float64) string {
	if n < 1 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}
