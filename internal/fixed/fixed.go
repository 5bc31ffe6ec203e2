// Package fixed knows what of a resource cannot change while it exists. It needs
// nothing, so that whoever plays a provider can be as strict as one.
package fixed

import (
	"maps"
	"slices"
)

// A Field that cannot change.
type Field struct {
	// Path of the field, such as spec.forProvider.cidrBlock.
	Path string

	// But is the only value that it can change to, if there's one.
	But string

	// Without is what a value begins with and what the world leaves out when it tells
	// it, if there's something.
	Without string

	// Untold is true if nobody tells what the field is like out in the world.
	Untold bool
}

// Fields of a kind that cannot change.
func Fields(kind string) []Field { return kinds[kind] }

// Kinds of which something cannot change.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// kinds of which AWS, Helm or Kubernetes cannot change everything in place, and what that is, of all that a platform is composed of. The provider
// refuses such a change and then makes no other either, so none must reach it.
//
// What EKS takes only when it creates a cluster isn't here if it's in
// initProvider, because the provider looks at that only then. The encryption of
// Secrets and the zones of the control plane are kept as made by internal/platform, because
// more than one resource follows from them.
var kinds = map[string][]Field{
	"VPC":                     fields("cidrBlock"),
	"Subnet":                  fields("cidrBlock", "availabilityZone", "availabilityZoneId"),
	"EIP":                     fields("domain"),
	"NATGateway":              fields("connectivityType"),
	"Route":                   fields("destinationCidrBlock"),
	"LaunchTemplate":          fields("name"),
	"Tag":                     fields("key", "resourceId"),
	"Addon":                   fields("addonName"),
	"AccessEntry":             fields("principalArn", "type"),
	"AccessPolicyAssociation": fields("accessScope.type", "policyArn", "principalArn"),
	"PodIdentityAssociation":  fields("namespace", "serviceAccount"),
	"Policy":                  fields("description", "path"),
	"Role":                    fields("path"),
	"RolePolicyAttachment":    fields("policyArn"),
	"OpenIDConnectProvider":   {{Path: "spec.forProvider.url", Without: "https://"}},
	"Queue":                   fields("name", "fifoQueue"),
	"Rule":                    fields("eventBusName"),
	"Target":                  fields("eventBusName", "targetId"),
	"Release":                 {{Path: "spec.forProvider.namespace", Untold: true}},

	// EKS goes from the ConfigMap to access entries, and not back.
	"Cluster": append(
		fields("kubernetesNetworkConfig.serviceIpv4Cidr"),
		Field{Path: "spec.forProvider.accessConfig.authenticationMode", But: "API"}),

	"NodeGroup": append(
		fields("amiType", "capacityType", "instanceTypes", "launchTemplate.name"),
		Field{Path: "spec.forProvider.subnetIdRefs", Untold: true}),
}

func fields(names ...string) []Field {
	fs := make([]Field, 0, len(names))
	for _, n := range names {
		fs = append(fs, Field{Path: "spec.forProvider." + n})
	}
	return fs
}
