package platform

import "github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"

// fixed are the kinds of which AWS, Helm or Kubernetes cannot change everything in
// place, and what that is, of all that a platform is composed of. The provider
// refuses such a change and then makes no other either, so none must reach it.
//
// What EKS takes only when it creates a cluster isn't here if it's in
// initProvider, because the provider looks at that only then. The encryption of
// Secrets and the zones of the control plane are kept as made by made.go, because
// more than one resource follows from them.
var fixed = map[string]compose.Fixity{
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
	"OpenIDConnectProvider":   fields("url"),
	"Queue":                   fields("name", "fifoQueue"),
	"Rule":                    fields("eventBusName"),
	"Target":                  fields("eventBusName", "targetId"),
	"Release":                 fields("namespace"),

	// EKS goes from the ConfigMap to access entries, and not back.
	"Cluster": {Fields: append(
		fields("kubernetesNetworkConfig.serviceIpv4Cidr").Fields,
		compose.Fixed{Path: "spec.forProvider.accessConfig.authenticationMode", But: "API"})},

	"NodeGroup": {
		Fields:    fields("amiType", "capacityType", "instanceTypes", "launchTemplate.name", "subnetIdRefs").Fields,
		Replacing: "EKS would drain and delete the system nodes before it makes new ones, and meanwhile neither CoreDNS nor Karpenter run",
	},
}

func fields(names ...string) compose.Fixity {
	var f compose.Fixity
	for _, n := range names {
		f.Fields = append(f.Fields, compose.Fixed{Path: "spec.forProvider." + n})
	}
	return f
}

// FixedFields of a kind, as the provider tells them: by their paths in
// forProvider.
func FixedFields(kind string) []compose.Fixed { return fixed[kind].Fields }
