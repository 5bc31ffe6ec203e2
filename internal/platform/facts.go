package platform

import (
	"cmp"
	"strconv"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

// facts reads everything that AWS must tell us. What it tells now wins over what
// the composite resource remembers, so that a status that goes blank for a while
// changes nothing.
func facts(s v1alpha1.SeafarerClusterSpec, accountID string, xr compose.Existing, o compose.Observed) v1alpha1.Facts {
	f := v1alpha1.Facts{
		AccountID:              accountOf(o),
		ClusterARN:             o[KeyCluster].String("status.atProvider.arn"),
		ClusterEndpoint:        o[KeyCluster].String("status.atProvider.endpoint"),
		ClusterSecurityGroupID: o[KeyCluster].String("status.atProvider.vpcConfig.clusterSecurityGroupId"),
		OIDCIssuer:             o[KeyCluster].String("status.atProvider.identity.0.oidc.0.issuer"),
		LaunchTemplateVersion:  number(o[KeySystemLaunchTemplate].Number("status.atProvider.latestVersion")),
		KarpenterAssociationID: o[KeyKarpenterAssociation].String("status.atProvider.associationId"),
		KarpenterInstalled:     o[KeyKarpenterRelease].String("status.atProvider.state") == "deployed",
		VPCID:                  o[KeyVPC].String("status.atProvider.id"),
	}
	if g := o[KeyInternetGateway]; g.Is("Ready") {
		f.InternetGatewayID = g.String("status.atProvider.id")
	}
	known := func(now, path string) string { return cmp.Or(now, xr.String("status.facts."+path)) }
	// Who asks for an account says which it is. Without that, the one that
	// answered first stays: a stray ARN must not move a platform.
	f.AccountID = cmp.Or(s.AccountID, accountID, xr.String("status.facts.accountId"), f.AccountID)
	f.ClusterARN = known(f.ClusterARN, "clusterARN")
	f.ClusterEndpoint = known(f.ClusterEndpoint, "clusterEndpoint")
	f.ClusterSecurityGroupID = known(f.ClusterSecurityGroupID, "clusterSecurityGroupId")
	f.OIDCIssuer = known(f.OIDCIssuer, "oidcIssuer")
	f.LaunchTemplateVersion = known(f.LaunchTemplateVersion, "launchTemplateVersion")
	f.KarpenterAssociationID = known(f.KarpenterAssociationID, "karpenterAssociationId")
	f.KarpenterInstalled = f.KarpenterInstalled || xr.Value("status.facts.karpenterInstalled").GetBoolValue()
	f.VPCID = known(f.VPCID, "vpcId")
	f.InternetGatewayID = known(f.InternetGatewayID, "internetGatewayId")
	return f
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
