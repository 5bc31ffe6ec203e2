package simulate

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
)

// A resource that a provider tells of.
type resource struct {
	name   string
	object *structpb.Struct
}

// external name: what AWS knows the resource by.
func (r resource) external() string {
	meta := r.object.GetFields()["metadata"].GetStructValue().GetFields()
	return meta["annotations"].GetStructValue().GetFields()["crossplane.io/external-name"].GetStringValue()
}

// field of forProvider.
func (r resource) field(name string) string {
	spec := r.object.GetFields()["spec"].GetStructValue().GetFields()
	return spec["forProvider"].GetStructValue().GetFields()[name].GetStringValue()
}

// id with a prefix, such as vpc-0123456789abcdef0.
func (r resource) id(prefix string) string { return prefix + "-" + digest(r.name, 17) }

type teller func(w World, r resource) map[string]any

// kinds are what providers tell in status.atProvider, by kind: what platforms
// need to be told, and ids and ARNs to look real. A kind that is not here tells
// nothing but that it's ready.
var kinds = map[string]teller{
	"VPC":                   ec2("vpc", "vpc"),
	"Subnet":                ec2("subnet", "subnet"),
	"InternetGateway":       ec2("internet-gateway", "igw"),
	"EIP":                   address,
	"NATGateway":            ec2("natgateway", "nat"),
	"RouteTable":            ec2("route-table", "rtb"),
	"DefaultSecurityGroup":  ec2("security-group", "sg"),
	"LaunchTemplate":        launchTemplate,
	"Role":                  iam("role"),
	"Policy":                iam("policy"),
	"OpenIDConnectProvider": oidcProvider,
	"Key": func(w World, r resource) map[string]any {
		return w.told(digest(r.name, 32), "kms", "key/"+digest(r.name, 32))
	},
	"Group": func(w World, r resource) map[string]any {
		return w.told(r.external(), "logs", "log-group:"+r.external())
	},
	"Queue": queue,
	"Rule": func(w World, r resource) map[string]any {
		return w.told(r.external(), "events", "rule/"+r.external())
	},
	"Cluster": cluster,
	"NodeGroup": func(w World, r resource) map[string]any {
		return w.told(r.external(), "eks", "nodegroup/"+r.external())
	},
	"Addon": func(w World, r resource) map[string]any {
		return w.told(r.field("addonName"), "eks", "addon/"+r.field("addonName"))
	},
	"PodIdentityAssociation": func(_ World, r resource) map[string]any {
		id := "a-" + digest(r.name, 17)
		return map[string]any{"id": id, "associationId": id}
	},
	"Release": func(World, resource) map[string]any {
		return map[string]any{"state": "deployed", "revision": 1.0}
	},
}

// silent are kinds that no controller tells the state of.
var silent = map[string]bool{"ProviderConfig": true}

func (w World) told(id, service, resource string) map[string]any {
	arn := aws.ARN{Partition: w.Partition, Service: service, Region: w.Region, Account: w.Account, Resource: resource}
	return map[string]any{"id": id, "arn": arn.String()}
}

func ec2(kind, prefix string) teller {
	return func(w World, r resource) map[string]any {
		return w.told(r.id(prefix), "ec2", kind+"/"+r.id(prefix))
	}
}

func iam(kind string) teller {
	return func(w World, r resource) map[string]any {
		w.Region = "" // IAM has none.
		return w.told(r.external(), "iam", kind+"/"+r.external())
	}
}

func oidcProvider(w World, r resource) map[string]any {
	w.Region = ""
	return w.told(r.field("url"), "iam", "oidc-provider/"+strings.TrimPrefix(r.field("url"), "https://"))
}

func launchTemplate(w World, r resource) map[string]any {
	t := w.told(r.id("lt"), "ec2", "launch-template/"+r.id("lt"))
	t["latestVersion"] = 1.0
	t["defaultVersion"] = 1.0
	return t
}

// address is one of those that are for documents only.
func address(w World, r resource) map[string]any {
	t := w.told(r.id("eipalloc"), "ec2", "elastic-ip/"+r.id("eipalloc"))
	t["publicIp"] = fmt.Sprintf("203.0.113.%d", sha256.Sum256([]byte(r.name))[0])
	return t
}

func queue(w World, r resource) map[string]any {
	url := "https://sqs." + w.Region + ".amazonaws.com/" + w.Account + "/" + r.field("name")
	t := w.told(url, "sqs", r.field("name"))
	t["url"] = url
	return t
}

func cluster(w World, r resource) map[string]any {
	id := strings.ToUpper(digest(r.name+w.Account, 32))
	t := w.told(r.external(), "eks", "cluster/"+r.external())
	t["status"] = "ACTIVE"
	t["version"] = r.field("version")
	t["certificateAuthority"] = []any{map[string]any{
		"data": base64.StdEncoding.EncodeToString([]byte("-----BEGIN CERTIFICATE-----\n" + digest(r.name, 64) + "\n-----END CERTIFICATE-----\n")),
	}}
	t["endpoint"] = "https://" + id + ".gr7." + w.Region + ".eks.amazonaws.com"
	t["vpcConfig"] = map[string]any{"clusterSecurityGroupId": r.id("sg")}
	t["identity"] = []any{map[string]any{"oidc": []any{map[string]any{
		"issuer": "https://oidc.eks." + w.Region + ".amazonaws.com/id/" + id,
	}}}}
	return t
}
