package simulate

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/kinds"
)

// A resource of a provider.
type resource struct {
	name   string
	object *structpb.Struct

	// before is the resource as it was, or nil if it's new.
	before *structpb.Struct
}

// external name: what identifies the resource in AWS.
func (r resource) external() string {
	meta := r.object.GetFields()["metadata"].GetStructValue().GetFields()
	return meta["annotations"].GetStructValue().GetFields()[annotationExternal].GetStringValue()
}

// reference to another object: its name, which represents its id in AWS.
func (r resource) reference(name string) string {
	spec := r.object.GetFields()["spec"].GetStructValue().GetFields()
	ref := spec["forProvider"].GetStructValue().GetFields()[name]
	return ref.GetStructValue().GetFields()["name"].GetStringValue()
}

// field of forProvider.
func (r resource) field(name string) string {
	spec := r.object.GetFields()["spec"].GetStructValue().GetFields()
	return spec["forProvider"].GetStructValue().GetFields()[name].GetStringValue()
}

// isTrue is a boolean field of forProvider.
func (r resource) isTrue(name string) bool {
	spec := r.object.GetFields()["spec"].GetStructValue().GetFields()
	return spec["forProvider"].GetStructValue().GetFields()[name].GetBoolValue()
}

// was the value of a field of atProvider before.
func (r resource) was(name string) string {
	status := r.before.GetFields()["status"].GetStructValue().GetFields()
	return status["atProvider"].GetStructValue().GetFields()[name].GetStringValue()
}

// id with a prefix, such as vpc-0123456789abcdef0.
func (r resource) id(prefix string) string { return prefix + "-" + digest(r.name, 17) }

// A reporter makes a resource's status.atProvider.
type reporter func(w World, r resource) map[string]any

// reports of providers, by group and kind: what platforms need, and ids and ARNs that look
// real. A kind without one reports only its conditions.
var reports = map[schema.GroupKind]reporter{
	ofEC2("VPC"):                  ec2("vpc", "vpc"),
	ofEC2("Subnet"):               ec2("subnet", "subnet"),
	ofEC2("InternetGateway"):      ec2("internet-gateway", "igw"),
	ofEC2("EIP"):                  address,
	ofEC2("RouteTable"):           ec2("route-table", "rtb"),
	ofEC2("DefaultSecurityGroup"): ec2("security-group", "sg"),
	ofEC2("LaunchTemplate"):       launchTemplate,
	ofEC2("NATGateway"): func(_ World, r resource) map[string]any {
		return map[string]any{"id": r.id("nat")}
	},
	ofEC2("RouteTableAssociation"): func(_ World, r resource) map[string]any {
		return map[string]any{"id": r.id("rtbassoc")}
	},

	ofIAM("Role"):                  iam("role"),
	ofIAM("Policy"):                byARN(iam("policy")),
	ofIAM("OpenIDConnectProvider"): byARN(oidcProvider),
	ofIAM("RolePolicyAttachment"): func(w World, r resource) map[string]any {
		w.Region = "" // IAM has none.
		policy := w.arn("iam", "policy/"+r.reference("policyArnRef"))
		return map[string]any{"id": r.reference("roleRef") + "/" + cmp.Or(r.field("policyArn"), policy)}
	},

	ofEKS("Cluster"):   cluster,
	ofEKS("NodeGroup"): nodeGroup,
	ofEKS("Addon"):     addon,
	ofEKS("PodIdentityAssociation"): func(_ World, r resource) map[string]any {
		id := "a-" + digest(r.name, 17)
		return map[string]any{"id": id, "associationId": id}
	},

	{Group: "kms.aws.m.upbound.io", Kind: "Key"}: func(w World, r resource) map[string]any {
		return w.identified(uuid(r.name), "kms", "key/"+uuid(r.name))
	},
	{Group: "kms.aws.m.upbound.io", Kind: "Alias"}: func(_ World, r resource) map[string]any {
		return map[string]any{"id": "alias/" + r.external(), "targetKeyId": uuid("secrets-key")}
	},
	{Group: "cloudwatchlogs.aws.m.upbound.io", Kind: "Group"}: func(w World, r resource) map[string]any {
		return w.identified(r.external(), "logs", "log-group:"+r.external())
	},
	{Group: "sqs.aws.m.upbound.io", Kind: "Queue"}: queue,
	{Group: "sqs.aws.m.upbound.io", Kind: "QueuePolicy"}: func(_ World, r resource) map[string]any {
		return map[string]any{"id": r.reference("queueUrlRef")}
	},
	{Group: "cloudwatchevents.aws.m.upbound.io", Kind: "Rule"}: func(w World, r resource) map[string]any {
		return w.identified(r.external(), "events", "rule/"+r.external())
	},
	{Group: "helm.m.crossplane.io", Kind: "Release"}: func(World, resource) map[string]any {
		return map[string]any{"state": kinds.StatusDeployed, "revision": 1.0}
	},
}

func ofEC2(kind string) schema.GroupKind {
	return schema.GroupKind{Group: "ec2.aws.m.upbound.io", Kind: kind}
}

func ofIAM(kind string) schema.GroupKind {
	return schema.GroupKind{Group: "iam.aws.m.upbound.io", Kind: kind}
}

func ofEKS(kind string) schema.GroupKind {
	return schema.GroupKind{Group: "eks.aws.m.upbound.io", Kind: kind}
}

func nodeGroup(w World, r resource) map[string]any {
	t := inCluster(w, r, "nodegroup", r.external())
	t["status"] = "ACTIVE"
	t["version"] = r.version()
	t["scalingConfig"] = r.scaling()
	if ids := w.madeIn(r, "subnetIds"); len(ids) > 0 {
		t["subnetIds"] = ids
	}
	return t
}

// scaling of a node group: as desired, or as before, or as it's created.
func (r resource) scaling() any {
	for _, v := range []*structpb.Value{
		at(r.object, []string{"spec", "forProvider", "scalingConfig"}),
		at(r.before, []string{"status", "atProvider", "scalingConfig"}),
	} {
		if v != nil {
			return v.AsInterface()
		}
	}
	return at(r.object, []string{"spec", "initProvider", "scalingConfig"}).AsInterface()
}

func addon(w World, r resource) map[string]any {
	t := inCluster(w, r, "addon", r.field("addonName"))
	t["addonVersion"] = cmp.Or(r.field("addonVersion"), r.was("addonVersion"), w.addonVersion(r.field("addonName")))
	return t
}

func (w World) identified(id, service, resource string) map[string]any {
	return map[string]any{"id": id, "arn": w.arn(service, resource)}
}

func (w World) arn(service, resource string) string {
	return aws.ARN{Partition: w.Partition, Service: service, Region: w.Region, Account: w.Account, Resource: resource}.String()
}

func ec2(kind, prefix string) reporter {
	return func(w World, r resource) map[string]any {
		return w.identified(r.id(prefix), "ec2", kind+"/"+r.id(prefix))
	}
}

func iam(kind string) reporter {
	return func(w World, r resource) map[string]any {
		w.Region = "" // IAM has none.
		return w.identified(r.external(), "iam", kind+"/"+r.external())
	}
}

// byARN is for kinds whose id is their ARN.
func byARN(report reporter) reporter {
	return func(w World, r resource) map[string]any {
		t := report(w, r)
		t["id"] = t["arn"]
		return t
	}
}

// inCluster has the cluster's name in its own.
func inCluster(w World, r resource, kind, name string) map[string]any {
	cluster := r.reference("clusterNameRef")
	return w.identified(cluster+":"+name, "eks", kind+"/"+cluster+"/"+name+"/"+uuid(r.name))
}

// uuid that is always the same for a name.
func uuid(name string) string {
	d := digest(name, 32)
	return d[:8] + "-" + d[8:12] + "-" + d[12:16] + "-" + d[16:20] + "-" + d[20:]
}

func oidcProvider(w World, r resource) map[string]any {
	w.Region = ""
	return w.identified(r.field("url"), "iam", "oidc-provider/"+strings.TrimPrefix(r.field("url"), "https://"))
}

func launchTemplate(w World, r resource) map[string]any {
	t := w.identified(r.id("lt"), "ec2", "launch-template/"+r.id("lt"))
	t["latestVersion"] = 1.0
	t["defaultVersion"] = 1.0
	return t
}

// address is one of those reserved for documentation.
func address(w World, r resource) map[string]any {
	t := w.identified(r.id("eipalloc"), "ec2", "elastic-ip/"+r.id("eipalloc"))
	t["publicIp"] = fmt.Sprintf("203.0.113.%d", sha256.Sum256([]byte(r.name))[0])
	return t
}

func queue(w World, r resource) map[string]any {
	url := "https://sqs." + w.Region + ".amazonaws.com/" + w.Account + "/" + r.field("name")
	t := w.identified(url, "sqs", r.field("name"))
	t["url"] = url
	return t
}

func cluster(w World, r resource) map[string]any {
	id := strings.ToUpper(digest(r.name+w.Account, 32))
	t := w.identified(r.external(), "eks", "cluster/"+r.external())
	t["status"] = "ACTIVE"
	t["version"] = r.version()
	t["deletionProtection"] = r.isTrue("deletionProtection")
	t["certificateAuthority"] = []any{map[string]any{
		"data": base64.StdEncoding.EncodeToString([]byte("-----BEGIN CERTIFICATE-----\n" + digest(r.name, 64) + "\n-----END CERTIFICATE-----\n")),
	}}
	t["endpoint"] = "https://" + id + ".gr7." + w.Region + ".eks.amazonaws.com"
	t["encryptionConfig"] = w.encryptionConfig(r)
	vpc := map[string]any{"clusterSecurityGroupId": r.id("sg")}
	if _, others := w.Others[r.external()]; others { // It was in a VPC before the platform was.
		vpc["vpcId"] = r.id("vpc")
	}
	if ids := w.madeIn(r, "vpcConfig", "subnetIds"); len(ids) > 0 {
		vpc["subnetIds"] = ids
	}
	t["vpcConfig"] = vpc
	t["identity"] = []any{map[string]any{"oidc": []any{map[string]any{
		"issuer": "https://oidc.eks." + w.Region + ".amazonaws.com/id/" + id,
	}}}}
	return t
}

// madeIn are the ids of the subnets in which a resource was created. EKS retains their
// zones.
func (w World) madeIn(r resource, path ...string) []any {
	if was := at(r.before, append([]string{"status", "atProvider"}, path...)).GetListValue(); was != nil {
		return was.AsSlice()
	}
	path[len(path)-1] = "subnetIdRefs"
	var ids []any
	for _, v := range at(r.object, append([]string{"spec", "forProvider"}, path...)).GetListValue().GetValues() {
		if id := w.subnets[v.GetStructValue().GetFields()["name"].GetStringValue()]; id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// encryptionConfig with which EKS created a cluster. EKS looks up the key of an alias; the
// only alias here is that of the platform's own key.
func (w World) encryptionConfig(r resource) any {
	if is := at(r.before, []string{"status", "atProvider"}).GetStructValue(); is != nil {
		return is.GetFields()["encryptionConfig"].AsInterface()
	}
	config := at(r.object, []string{"spec", "initProvider", "encryptionConfig"})
	key := at(config.GetStructValue(), []string{"provider", "keyArn"}).GetStringValue()
	if config == nil {
		return nil
	}
	if strings.Contains(key, ":alias/") {
		key = w.arn("kms", "key/"+uuid("secrets-key"))
	}
	return map[string]any{"provider": map[string]any{"keyArn": key}, "resources": []any{"secrets"}}
}

// version of Kubernetes that EKS runs: the desired one, if EKS accepts it.
func (r resource) version() string {
	desired, runs := r.field("version"), r.was("version")
	if runs != "" && r.refused() != "" {
		return runs
	}
	return cmp.Or(desired, runs)
}

// refused is EKS's error for a version that it doesn't accept: a control plane is upgraded to
// the next one, and nothing is downgraded.
func (r resource) refused() string {
	kind := r.object.GetFields()["kind"].GetStringValue()
	from, to := minor(r.was("version")), minor(r.field("version"))
	back, skip := to < from, to > from+1 && kind == "Cluster"
	if from == 0 || to == 0 || (kind != "Cluster" && kind != "NodeGroup") || (!back && !skip) {
		return ""
	}
	return fmt.Sprintf("update failed: InvalidParameterException: Unsupported Kubernetes minor version update from 1.%d to 1.%d", from, to)
}

// minor of a version of Kubernetes, or zero.
func minor(version string) int {
	m, err := strconv.Atoi(strings.TrimPrefix(version, "1."))
	if err != nil {
		return 0
	}
	return m
}

// addonVersion that EKS installs by default. Only that of kube-proxy has a meaning.
func (w World) addonVersion(name string) string {
	if name == "kube-proxy" {
		return "v" + w.KubernetesVersion + ".0-eksbuild.1"
	}
	return "v1.0.0-eksbuild.1"
}
