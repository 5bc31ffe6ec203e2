"""Check the resources of example/seafarer-cluster and their references."""

import json

from conftest import OWNER, tags

ZONES = ["euw3-az1", "euw3-az2", "euw3-az3"]
NAME = "Seafarer-cluster"
BLUEPRINT = {"Blueprint": NAME}


def test_vpc(aws):
    vpc = aws.ec2.describe_vpcs(VpcIds=[aws.vpc])["Vpcs"][0]
    assert vpc["CidrBlock"] == "10.0.0.0/16" and tags(vpc) == {"Name": f"{NAME}-vpc", **BLUEPRINT}
    for attribute, key in (("enableDnsSupport", "EnableDnsSupport"), ("enableDnsHostnames", "EnableDnsHostnames")):
        assert aws.ec2.describe_vpc_attribute(VpcId=aws.vpc, Attribute=attribute)[key]["Value"]


def test_owner(aws):
    owner = "platform/seafarer"
    role = aws.iam.get_role(RoleName=aws.cluster["roleArn"].split("/")[1])["Role"]
    vpc = aws.ec2.describe_vpcs(VpcIds=[aws.vpc])["Vpcs"][0]
    for given in (aws.cluster["tags"], *({t["Key"]: t["Value"] for t in o["Tags"]} for o in (role, vpc))):
        assert given[OWNER] == owner


def test_subnets(aws):
    assert len(aws.in_vpc("subnets")["Subnets"]) == 6
    for role, first, name in (("internal-elb", 0, "private"), ("elb", 4, "public")):
        subnets = aws.subnets(role)
        assert [(s["AvailabilityZoneId"], s["CidrBlock"]) for s in subnets] == [(z, f"10.0.{first + i}.0/24") for i, z in enumerate(ZONES)]
        for s in subnets:
            want = {"Name": f"{NAME}-{name}-{s['AvailabilityZoneId']}", f"kubernetes.io/role/{role}": "1", **BLUEPRINT}
            assert tags(s) == want | ({"karpenter.sh/discovery": NAME} if name == "private" else {})


def test_routes(aws):
    gateway = aws.ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [aws.vpc]}])["InternetGateways"][0]
    (nat,) = [n for n in aws.in_vpc("nat_gateways")["NatGateways"] if n["State"] == "available"]
    public, private = aws.subnets("elb"), aws.subnets("internal-elb")
    assert nat["SubnetId"] == public[0]["SubnetId"]
    address = aws.ec2.describe_addresses(AllocationIds=[nat["NatGatewayAddresses"][0]["AllocationId"]])["Addresses"][0]
    assert address["PublicIp"] == nat["NatGatewayAddresses"][0]["PublicIp"]

    def default_route(subnet):
        (table,) = aws.in_vpc("route_tables", **{"association.subnet-id": subnet["SubnetId"]})["RouteTables"]
        (route,) = [r for r in table["Routes"] if r.get("DestinationCidrBlock") == "0.0.0.0/0"]
        return table["RouteTableId"], route.get("GatewayId") or route.get("NatGatewayId")

    assert {default_route(s)[1] for s in public} == {gateway["InternetGatewayId"]}
    assert {default_route(s)[1] for s in private} == {nat["NatGatewayId"]}
    assert len({default_route(s)[0] for s in public}) == 1 and len({default_route(s)[0] for s in private}) == 3


def test_the_default_security_group_has_no_rules(aws):
    (group,) = aws.in_vpc("security_groups", group_name="default")["SecurityGroups"]
    assert group["IpPermissions"] == [] and group["IpPermissionsEgress"] == []


def test_cluster(aws):
    c = aws.cluster
    assert (c["status"], c["version"]) == ("ACTIVE", "1.35") and tags({"Tags": c["tags"]}) == BLUEPRINT
    net = c["resourcesVpcConfig"]
    assert sorted(net["subnetIds"]) == sorted(s["SubnetId"] for s in aws.subnets("internal-elb"))
    assert net["endpointPublicAccess"] and not net["endpointPrivateAccess"]
    assert c["accessConfig"]["authenticationMode"] == "API" and not c["deletionProtection"]
    assert c["upgradePolicy"] == {"supportType": "EXTENDED"}
    on = [t for g in c["logging"]["clusterLogging"] if g["enabled"] for t in g["types"]]
    assert sorted(on) == ["api", "audit", "authenticator"]
    role = c["roleArn"].split("/")[1]
    assert set(aws.policies(role)) == {"AmazonEKSClusterPolicy"}
    assert aws.trusts(role)[0]["Principal"] == {"Service": "eks.amazonaws.com"}


def test_encryption_of_secrets(aws):
    (config,) = aws.cluster["encryptionConfig"]
    key = aws.kms.describe_key(KeyId=config["provider"]["keyArn"])["KeyMetadata"]
    aliases = aws.kms.list_aliases(KeyId=key["KeyId"])["Aliases"]
    assert [a["AliasName"] for a in aliases] == [f"alias/eks/{NAME}"] and config["resources"] == ["secrets"]
    assert aws.kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    policy = json.loads(aws.kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])
    assert aws.cluster["roleArn"] in [s["Principal"]["AWS"] for s in policy["Statement"]]


def test_logs(aws):
    (group,) = aws.logs.describe_log_groups(logGroupNamePrefix=f"/aws/eks/{NAME}/cluster")["logGroups"]
    assert group["retentionInDays"] == 90


def test_node_group(aws):
    (name,) = aws.eks.list_nodegroups(clusterName=NAME)["nodegroups"]
    n = aws.eks.describe_nodegroup(clusterName=NAME, nodegroupName=name)["nodegroup"]
    assert (name, n["status"], n["version"]) == ("system-node-group", "ACTIVE", "1.35")
    assert (n["instanceTypes"], n["capacityType"], n["amiType"]) == (["t3.small"], "ON_DEMAND", "AL2023_x86_64_STANDARD")
    assert n["scalingConfig"] == {"minSize": 2, "maxSize": 2, "desiredSize": 2}
    assert sorted(n["subnets"]) == sorted(s["SubnetId"] for s in aws.subnets("internal-elb"))
    assert n["labels"] == {"platform.seafarer.cloud/system": "true"}
    role = n["nodeRole"].split("/")[1]
    assert set(aws.policies(role)) == {"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"}

    template = aws.ec2.describe_launch_templates(LaunchTemplateNames=[n["launchTemplate"]["name"]])["LaunchTemplates"][0]
    assert n["launchTemplate"]["version"] == str(template["DefaultVersionNumber"])
    (v,) = aws.ec2.describe_launch_template_versions(LaunchTemplateId=template["LaunchTemplateId"], Versions=["$Default"])["LaunchTemplateVersions"]
    data = v["LaunchTemplateData"]
    assert data["MetadataOptions"]["HttpTokens"] == "required" and data["BlockDeviceMappings"][0]["Ebs"]["Encrypted"]

    instances = running(aws, **{"tag:eks:nodegroup-name": name})
    assert len(instances) == 2 and all(tags(i).items() >= {"Name": f"{NAME}-system-node-group", **BLUEPRINT}.items() for i in instances)


def running(aws, **filters):
    reservations = aws.in_vpc("instances", instance_state_name="running", **filters)["Reservations"]
    return [i for r in reservations for i in r["Instances"]]


def test_addons(aws):
    addons = {a: aws.eks.describe_addon(clusterName=NAME, addonName=a)["addon"] for a in aws.eks.list_addons(clusterName=NAME)["addons"]}
    assert sorted(addons) == ["aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"]
    assert {a["status"] for a in addons.values()} == {"ACTIVE"}
    assert json.loads(addons["coredns"]["configurationValues"])["replicaCount"] == 2
    for name, account, policy in (
        ("vpc-cni", "aws-node", "AmazonEKS_CNI_Policy"),
        ("aws-ebs-csi-driver", "ebs-csi-controller-sa", "AmazonEBSCSIDriverPolicyV2"),
    ):
        role = addons[name]["serviceAccountRoleArn"].split("/")[1]
        assert set(aws.policies(role)) == {policy}
        irsa(aws, role, f"system:serviceaccount:kube-system:{account}")


def irsa(aws, role, subject):
    """Check that a role trusts the cluster's OIDC provider for one service account."""
    issuer = aws.cluster["identity"]["oidc"]["issuer"].removeprefix("https://")
    (provider,) = [p["Arn"] for p in aws.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] if p["Arn"].endswith(issuer)]
    assert aws.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider)["ClientIDList"] == ["sts.amazonaws.com"]
    (statement,) = aws.trusts(role)
    assert statement["Principal"] == {"Federated": provider}
    assert statement["Condition"]["StringEquals"] == {f"{issuer}:sub": subject, f"{issuer}:aud": "sts.amazonaws.com"}


def test_karpenter_controller(aws):
    role = f"{NAME}-{aws.region}-karpenter"
    irsa(aws, role, "system:serviceaccount:karpenter:karpenter")
    policies = aws.policies(role)
    assert len(policies) == 5
    statements = [s for arn in policies.values() for s in aws.document(arn)["Statement"]]
    by_id = {s["Sid"]: s for s in statements}
    assert by_id["AllowAPIServerEndpointDiscovery"]["Resource"] == aws.cluster["arn"]
    assert by_id["AllowPassingInstanceRole"]["Resource"] == f"arn:aws:iam::{aws.id}:role/{NAME}-karpenter-node"
    assert by_id["AllowInterruptionQueueActions"]["Resource"] == queue(aws)["QueueArn"]


def queue(aws):
    url = aws.sqs.get_queue_url(QueueName=f"Karpenter-{NAME}")["QueueUrl"]
    return aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def test_karpenter_interruption(aws):
    q = queue(aws)
    assert (q["MessageRetentionPeriod"], q["SqsManagedSseEnabled"]) == ("300", "true")
    allow = next(s for s in json.loads(q["Policy"])["Statement"] if s["Effect"] == "Allow")
    assert allow["Resource"] == q["QueueArn"] and "events.amazonaws.com" in allow["Principal"]["Service"]
    rules = aws.events.list_rules(NamePrefix=f"{NAME}-karpenter-")["Rules"]
    assert len(rules) == 5
    for r in rules:
        assert r["State"] == "ENABLED" and json.loads(r["EventPattern"])["detail-type"]
        assert [t["Arn"] for t in aws.events.list_targets_by_rule(Rule=r["Name"])["Targets"]] == [q["QueueArn"]]


def test_selectors_of_the_node_class(aws):
    tagged = {"Name": "tag:karpenter.sh/discovery", "Values": [NAME]}
    subnets = aws.ec2.describe_subnets(Filters=[tagged])["Subnets"]
    assert sorted(s["SubnetId"] for s in subnets) == sorted(s["SubnetId"] for s in aws.subnets("internal-elb"))
    (group,) = aws.ec2.describe_security_groups(Filters=[tagged])["SecurityGroups"]
    assert group["GroupId"] == aws.cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
    assert aws.trusts(f"{NAME}-karpenter-node")[0]["Principal"] == {"Service": "ec2.amazonaws.com"}
    (instance,) = running(aws, **{"tag:karpenter.sh/discovery": NAME})
    assert instance["SubnetId"] in [s["SubnetId"] for s in subnets] and instance["SecurityGroups"][0]["GroupId"] == group["GroupId"]


def test_access(aws):
    entries = {e: aws.eks.describe_access_entry(clusterName=NAME, principalArn=e)["accessEntry"] for e in aws.eks.list_access_entries(clusterName=NAME)["accessEntries"]}
    node = f"arn:aws:iam::{aws.id}:role/{NAME}-karpenter-node"
    assert entries[node]["type"] == "EC2_LINUX"
    me = aws.sts.get_caller_identity()["Arn"]
    policies = aws.eks.list_associated_access_policies(clusterName=NAME, principalArn=me)["associatedAccessPolicies"]
    assert [p["policyArn"].split("/")[1] for p in policies] == ["AmazonEKSClusterAdminPolicy"]
