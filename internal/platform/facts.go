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
//
// Who asks for an account says which it is: the claim, or the platform team.
// Without that, the one that answered first stays: a stray ARN must not move a
// platform.
func facts(s v1alpha1.SeafarerClusterSpec, fenced, told string, xr compose.Existing, o compose.Observed) v1alpha1.Facts {
	remembered := func(path string) string { return xr.String("status.facts." + path) }
	cluster := o[KeyCluster]
	gateway := ""
	if g := o[KeyInternetGateway]; g.Is("Ready") {
		gateway = g.String("status.atProvider.id")
	}
	return v1alpha1.Facts{
		AccountID:              cmp.Or(s.AccountID, fenced, remembered("accountId"), told),
		ClusterARN:             cmp.Or(cluster.String("status.atProvider.arn"), remembered("clusterARN")),
		ClusterEndpoint:        cmp.Or(cluster.String("status.atProvider.endpoint"), remembered("clusterEndpoint")),
		ClusterSecurityGroupID: cmp.Or(cluster.String("status.atProvider.vpcConfig.clusterSecurityGroupId"), remembered("clusterSecurityGroupId")),
		OIDCIssuer:             cmp.Or(cluster.String("status.atProvider.identity.0.oidc.0.issuer"), remembered("oidcIssuer")),
		LaunchTemplateVersion:  cmp.Or(number(o[KeySystemLaunchTemplate].Number("status.atProvider.latestVersion")), remembered("launchTemplateVersion")),
		KarpenterAssociationID: cmp.Or(o[KeyKarpenterAssociation].String("status.atProvider.associationId"), remembered("karpenterAssociationId")),
		KarpenterInstalled:     o[KeyKarpenterRelease].String("status.atProvider.state") == stateDeployed || xr.Value("status.facts.karpenterInstalled").GetBoolValue(),
		InternetGatewayID:      cmp.Or(gateway, remembered("internetGatewayId")),
		VPCID:                  cmp.Or(o[KeyVPC].String("status.atProvider.id"), remembered("vpcId")),
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
