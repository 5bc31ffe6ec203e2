package facts

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/layout"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// ReadExisting values of a platform, before its claim is read.
func ReadExisting(xr object.Object, composed object.Composed) claim.Existing {
	var status v1alpha1.SeafarerClusterStatus
	xr.Decode("status", &status)
	cluster := composed[key.Cluster]
	runs := running(cluster.String("status.atProvider.version"), status.Cluster.Version)
	return claim.Existing{
		KubernetesVersion: cmp.Or(
			latestKnown(status.Versions.ControlPlane, runs),
			latestKnown(cluster.String("spec.forProvider.version")),
		),
		Subnets: subnets(xr.String("spec.region"), status.Network, composed),
	}
}

// subnets that are observed, or else recorded.
func subnets(region string, recorded v1alpha1.NetworkStatus, composed object.Composed) layout.Subnets {
	var is layout.Subnets
	r, _ := aws.LookupRegion(region)
	for _, z := range r.Every() {
		is.Private = appendBlock(is.Private, composed[key.PrivateSubnet(z.Label)].String("spec.forProvider.cidrBlock"))
		is.Public = appendBlock(is.Public, composed[key.PublicSubnet(z.Label)].String("spec.forProvider.cidrBlock"))
	}
	if len(is.Private)+len(is.Public) > 0 {
		return is
	}
	for _, z := range recorded.Zones {
		is.Private, is.Public = appendBlock(is.Private, z.PrivateSubnet.CIDR), appendBlock(is.Public, z.PublicSubnet.CIDR)
	}
	return is
}

// appendBlock unless it isn't one.
func appendBlock(blocks []netip.Prefix, s string) []netip.Prefix {
	if b, err := netip.ParsePrefix(s); err == nil {
		return append(blocks, b)
	}
	return blocks
}

// latestKnown of versions of Kubernetes, or empty. A version that no platform may have would
// make the claim invalid.
func latestKnown(versions ...string) string {
	return compat.Latest(slices.DeleteFunc(versions, func(v string) bool { return !compat.IsKubernetes(v) })...)
}
