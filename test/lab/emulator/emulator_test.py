"""Tests of the additions to moto, with boto3."""

import base64
import json
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.signers import RequestSigner

HERE = pathlib.Path(__file__).parent
REGION = "eu-west-3"
SESSION = boto3.Session()  # It caches the models, which are slow to load.
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]})


class Cloud:
    """Clients of the emulator, with an access key."""

    def __init__(self, url, **keys):
        self.url = url
        self.keys = keys or {"aws_access_key_id": "none", "aws_secret_access_key": "none"}

    def __getattr__(self, service):
        client = SESSION.client(service, region_name=REGION, endpoint_url=self.url, **self.keys)
        setattr(self, service, client)  # Clients are slow to create.
        return client

    def lab(self, path, method="GET", body=None):
        request = urllib.request.Request(f"{self.url}/lab/{path}", method=method, data=json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        return json.load(urllib.request.urlopen(request))


@pytest.fixture(scope="module")
def server():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    process = subprocess.Popen([sys.executable, HERE / "server.py", str(port)])
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(url + "/lab/delays")
            break
        except OSError:
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait()


@pytest.fixture
def aws(server):
    urllib.request.urlopen(urllib.request.Request(server + "/moto-api/reset", method="POST"))
    cloud = Cloud(server)
    cloud.lab("delays", "PUT", {k: 0.3 for k in cloud.lab("delays")})
    cloud.lab("faults", "PUT", [])
    key = cloud.lab("users", "POST", {"name": "crossplane"})
    return Cloud(server, aws_access_key_id=key["id"], aws_secret_access_key=key["secret"])


def role(aws, name):
    return aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]


def vpc(aws):
    vpc_id = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    nets = [
        aws.ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"{REGION}{z}")["Subnet"]["SubnetId"]
        for i, z in enumerate("ab")
    ]
    return vpc_id, nets


@pytest.fixture
def cluster(aws):
    """An active cluster named c."""
    vpc_id, nets = vpc(aws)
    aws.eks.create_cluster(
        name="c",
        version="1.35",
        roleArn=role(aws, "cluster"),
        resourcesVpcConfig={"subnetIds": nets},
        accessConfig={"authenticationMode": "API"},
        bootstrapSelfManagedAddons=False,
    )
    return wait_status(lambda: aws.eks.describe_cluster(name="c")["cluster"], "ACTIVE")


def wait_status(describe, status, timeout=10):
    end = time.monotonic() + timeout
    while (o := describe())["status"] != status:
        assert time.monotonic() < end, o
        time.sleep(0.1)
    return o


def wait_deleted(describe, timeout=10):
    end = time.monotonic() + timeout
    while True:
        try:
            o = describe()
        except ClientError as e:
            assert e.response["Error"]["Code"] == "ResourceNotFoundException"
            return
        assert time.monotonic() < end, o
        time.sleep(0.1)


def assert_error(code, call, **kwargs):
    with pytest.raises(ClientError) as e:
        call(**kwargs)
    assert e.value.response["Error"]["Code"] == code, e.value
    return e.value.response["Error"]["Message"]


def node_group(aws, cluster, **more):
    return aws.eks.create_nodegroup(
        clusterName="c", nodegroupName="n", nodeRole=role(aws, "node"), subnets=cluster["resourcesVpcConfig"]["subnetIds"], **more
    )["nodegroup"]


def test_a_cluster_has_no_endpoint_until_active(aws):
    _, nets = vpc(aws)
    c = aws.eks.create_cluster(name="c", version="1.35", roleArn=role(aws, "r"), resourcesVpcConfig={"subnetIds": nets})["cluster"]
    assert c["status"] == "CREATING" and "endpoint" not in c
    c = wait_status(lambda: aws.eks.describe_cluster(name="c")["cluster"], "ACTIVE")
    assert c["endpoint"].startswith("https://") and c["certificateAuthority"]["data"]
    assert c["identity"]["oidc"]["issuer"].startswith(f"https://oidc.eks.{REGION}.amazonaws.com/id/")


def test_a_cluster_is_assigned_an_api_server(aws):
    aws.lab("apiservers", "POST", {"endpoint": "https://127.0.0.1:1", "ca": "PEM"})
    _, nets = vpc(aws)
    aws.eks.create_cluster(name="assigned", roleArn=role(aws, "r"), resourcesVpcConfig={"subnetIds": nets})
    describe = lambda: aws.eks.describe_cluster(name="assigned")["cluster"]
    c = wait_status(describe, "ACTIVE")
    assert c["endpoint"] == "https://127.0.0.1:1" and base64.b64decode(c["certificateAuthority"]["data"]) == b"PEM"
    assert aws.lab("apiservers")[-1]["cluster"] == c["arn"]
    aws.eks.delete_cluster(name="assigned")
    wait_deleted(describe)
    assert aws.lab("apiservers")[-1]["gone"]


def test_a_cluster_requires_role_subnets_and_key(aws):
    _, nets = vpc(aws)
    args = {"name": "c", "roleArn": role(aws, "r"), "resourcesVpcConfig": {"subnetIds": nets}}
    bad = "InvalidParameterException"
    assert_error(bad, aws.eks.create_cluster, **args | {"roleArn": "arn:aws:iam::123456789012:role/none"})
    assert_error(bad, aws.eks.create_cluster, **args | {"resourcesVpcConfig": {"subnetIds": ["subnet-none", *nets]}})
    assert_error(bad, aws.eks.create_cluster, **args | {"resourcesVpcConfig": {"subnetIds": nets[:1]}})
    key = [{"resources": ["secrets"], "provider": {"keyArn": f"arn:aws:kms:{REGION}:123456789012:alias/none"}}]
    assert_error(bad, aws.eks.create_cluster, **args, encryptionConfig=key)


def test_a_key_by_alias(aws):
    _, nets = vpc(aws)
    key = aws.kms.create_key()["KeyMetadata"]
    aws.kms.create_alias(AliasName="alias/eks/c", TargetKeyId=key["KeyId"])
    config = [{"resources": ["secrets"], "provider": {"keyArn": f"arn:aws:kms:{REGION}:123456789012:alias/eks/c"}}]
    c = aws.eks.create_cluster(name="c", roleArn=role(aws, "r"), resourcesVpcConfig={"subnetIds": nets}, encryptionConfig=config)["cluster"]
    assert c["encryptionConfig"][0]["provider"]["keyArn"] == key["Arn"]


def test_the_cluster_security_group_is_deleted_with_the_cluster(aws, cluster):
    group = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
    g = aws.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    assert {"Key": "kubernetes.io/cluster/c", "Value": "owned"} in g["Tags"]
    assert_error("DependencyViolation", aws.ec2.delete_security_group, GroupId=group)
    assert_error("DependencyViolation", aws.ec2.delete_subnet, SubnetId=cluster["resourcesVpcConfig"]["subnetIds"][0])
    aws.eks.delete_cluster(name="c")
    wait_deleted(lambda: aws.eks.describe_cluster(name="c")["cluster"])
    assert_error("InvalidGroup.NotFound", aws.ec2.describe_security_groups, GroupIds=[group])
    aws.ec2.delete_subnet(SubnetId=cluster["resourcesVpcConfig"]["subnetIds"][0])


def test_deletion_protection(aws, cluster):
    u = aws.eks.update_cluster_config(name="c", deletionProtection=True)["update"]
    wait_status(lambda: aws.eks.describe_update(name="c", updateId=u["id"])["update"], "Successful")
    assert_error("InvalidRequestException", aws.eks.delete_cluster, name="c")
    assert wait_status(lambda: aws.eks.describe_cluster(name="c")["cluster"], "ACTIVE")["deletionProtection"]


def test_one_update_at_a_time_and_one_minor_version_at_a_time(aws, cluster):
    assert_error("InvalidParameterException", aws.eks.update_cluster_version, name="c", version="1.37")
    u = aws.eks.update_cluster_version(name="c", version="1.36")["update"]
    assert aws.eks.describe_cluster(name="c")["cluster"]["status"] == "UPDATING"
    assert_error("ResourceInUseException", aws.eks.update_cluster_config, name="c", deletionProtection=True)
    assert_error("ResourceInUseException", aws.eks.delete_cluster, name="c")
    wait_status(lambda: aws.eks.describe_update(name="c", updateId=u["id"])["update"], "Successful")
    assert aws.eks.describe_cluster(name="c")["cluster"]["version"] == "1.36"


def test_a_node_group_needs_a_cni_and_has_instances(aws, cluster):
    node_group(aws, cluster, scalingConfig={"minSize": 1, "maxSize": 3, "desiredSize": 2})
    describe = lambda: aws.eks.describe_nodegroup(clusterName="c", nodegroupName="n")["nodegroup"]
    time.sleep(1)
    assert describe()["status"] == "CREATING"
    aws.eks.create_addon(clusterName="c", addonName="vpc-cni")
    assert wait_status(describe, "ACTIVE")["version"] == "1.35"
    assert len(running(aws)) == 2
    assert_error("ResourceInUseException", aws.eks.delete_cluster, name="c")

    u = aws.eks.update_nodegroup_config(clusterName="c", nodegroupName="n", scalingConfig={"desiredSize": 3})["update"]
    wait_status(lambda: aws.eks.describe_update(name="c", updateId=u["id"], nodegroupName="n")["update"], "Successful")
    assert len(running(aws)) == 3
    assert_error("InvalidParameterException", aws.eks.update_nodegroup_version, clusterName="c", nodegroupName="n", version="1.36")

    assert aws.eks.list_access_entries(clusterName="c")["accessEntries"][0].endswith("role/node")
    aws.eks.delete_nodegroup(clusterName="c", nodegroupName="n")
    wait_deleted(describe)
    assert len(aws.ec2.describe_network_interfaces()["NetworkInterfaces"]) == 2  # The cluster's.
    assert running(aws) == [] and len(aws.eks.list_access_entries(clusterName="c")["accessEntries"]) == 1


def running(aws):
    pages = aws.ec2.describe_instances(Filters=[{"Name": "instance-state-name", "Values": ["running"]}])["Reservations"]
    return [i["InstanceId"] for r in pages for i in r["Instances"]]


def test_a_node_group_requires_its_launch_template(aws, cluster):
    assert_error("InvalidRequestException", lambda **a: node_group(aws, cluster, **a), launchTemplate={"name": "none", "version": "1"})


def test_coredns_needs_nodes(aws, cluster):
    for name in ("vpc-cni", "coredns"):
        aws.eks.create_addon(clusterName="c", addonName=name)
    describe = lambda: aws.eks.describe_addon(clusterName="c", addonName="coredns")["addon"]
    time.sleep(1)
    assert describe()["status"] == "CREATING"
    node_group(aws, cluster)
    wait_status(describe, "ACTIVE")
    assert aws.eks.list_addons(clusterName="c")["addons"] == ["coredns", "vpc-cni"]


def test_pod_identity_of_an_addon(aws, cluster):
    arn = role(aws, "csi")
    identity = {"serviceAccount": "csi", "roleArn": arn}
    assert_error("InvalidParameterException", aws.eks.create_addon, clusterName="c", addonName="x", podIdentityAssociations=[identity | {"roleArn": arn + "x"}])
    a = aws.eks.create_addon(clusterName="c", addonName="vpc-cni", podIdentityAssociations=[identity])["addon"]
    listed = aws.eks.list_pod_identity_associations(clusterName="c")["associations"]
    assert [(i["namespace"], i["serviceAccount"], i["ownerArn"]) for i in listed] == [("kube-system", "csi", a["addonArn"])]
    assert a["podIdentityAssociations"] == [listed[0]["associationArn"]]
    assert_error("ResourceInUseException", aws.eks.create_pod_identity_association, clusterName="c", namespace="kube-system", **identity)

    describe = lambda: aws.eks.describe_addon(clusterName="c", addonName="vpc-cni")["addon"]
    wait_status(describe, "ACTIVE")
    u = aws.eks.update_addon(clusterName="c", addonName="vpc-cni", configurationValues="{}")["update"]
    wait_status(lambda: aws.eks.describe_update(name="c", updateId=u["id"], addonName="vpc-cni")["update"], "Successful")
    assert describe()["configurationValues"] == "{}" and describe()["podIdentityAssociations"] == a["podIdentityAssociations"]
    aws.eks.delete_addon(clusterName="c", addonName="vpc-cni")
    wait_deleted(describe)
    assert aws.eks.list_pod_identity_associations(clusterName="c")["associations"] == []


def test_pod_identity_associations(aws, cluster):
    arn, other = role(aws, "a"), role(aws, "b")
    a = aws.eks.create_pod_identity_association(clusterName="c", namespace="n", serviceAccount="s", roleArn=arn, tags={"k": "v"})["association"]
    one = {"clusterName": "c", "associationId": a["associationId"]}
    aws.eks.update_pod_identity_association(**one, roleArn=other)
    assert aws.eks.describe_pod_identity_association(**one)["association"]["roleArn"] == other
    aws.eks.delete_pod_identity_association(**one)
    assert_error("ResourceNotFoundException", aws.eks.describe_pod_identity_association, **one)


def test_access_entries(aws, cluster):
    arn = role(aws, "admin")
    admin = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    one = {"clusterName": "c", "principalArn": arn}
    assert_error("InvalidParameterException", aws.eks.create_access_entry, clusterName="c", principalArn=arn + "x")
    assert_error("ResourceNotFoundException", aws.eks.associate_access_policy, **one, policyArn=admin, accessScope={"type": "cluster"})
    aws.eks.create_access_entry(**one, kubernetesGroups=["g"])
    assert_error("ResourceInUseException", aws.eks.create_access_entry, **one)
    aws.eks.associate_access_policy(**one, policyArn=admin, accessScope={"type": "cluster"})
    aws.eks.update_access_entry(**one, kubernetesGroups=["h"])
    assert aws.eks.describe_access_entry(**one)["accessEntry"]["kubernetesGroups"] == ["h"]
    assert [p["policyArn"] for p in aws.eks.list_associated_access_policies(**one)["associatedAccessPolicies"]] == [admin]
    aws.eks.disassociate_access_policy(**one, policyArn=admin)
    assert aws.eks.list_associated_access_policies(**one)["associatedAccessPolicies"] == []
    aws.eks.delete_access_entry(**one)
    assert_error("ResourceNotFoundException", aws.eks.describe_access_entry, **one)


def test_tags(aws, cluster):
    a = aws.eks.create_addon(clusterName="c", addonName="x", tags={"a": "1"})["addon"]
    e = aws.eks.create_access_entry(clusterName="c", principalArn=role(aws, "r"), tags={"a": "1"})["accessEntry"]
    for arn in (cluster["arn"], a["addonArn"], e["accessEntryArn"]):
        aws.eks.tag_resource(resourceArn=arn, tags={"b": "2"})
        aws.eks.untag_resource(resourceArn=arn, tagKeys=["a"])
        assert aws.eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}


def test_fargate_profiles_take_time(aws, cluster):
    aws.eks.create_fargate_profile(
        clusterName="c",
        fargateProfileName="f",
        podExecutionRoleArn=role(aws, "f"),
        subnets=cluster["resourcesVpcConfig"]["subnetIds"],
        selectors=[{"namespace": "karpenter"}],
    )
    describe = lambda: aws.eks.describe_fargate_profile(clusterName="c", fargateProfileName="f")["fargateProfile"]
    assert describe()["status"] == "CREATING"
    wait_status(describe, "ACTIVE")
    assert_error("ResourceInUseException", aws.eks.delete_cluster, name="c")
    aws.eks.delete_fargate_profile(clusterName="c", fargateProfileName="f")
    wait_deleted(describe)


def test_resources_in_use_are_not_deleted(aws):
    vpc_id, nets = vpc(aws)
    gateway = aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    aws.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc_id)
    address = aws.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = aws.ec2.create_nat_gateway(SubnetId=nets[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    describe = lambda: aws.ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]
    state = lambda: {"status": describe()["State"]}
    wait_status(state, "available")
    dependent = "DependencyViolation"
    assert_error(dependent, aws.ec2.detach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc_id)
    assert_error(dependent, aws.ec2.delete_subnet, SubnetId=nets[0])
    assert_error(dependent, aws.ec2.delete_vpc, VpcId=vpc_id)
    assert_error("InvalidIPAddress.InUse", aws.ec2.release_address, AllocationId=address)
    association = aws.ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]["AssociationId"]
    assert_error("AuthFailure", aws.ec2.disassociate_address, AssociationId=association)
    aws.ec2.delete_nat_gateway(NatGatewayId=nat)
    wait_status(state, "deleted")
    aws.ec2.release_address(AllocationId=address)
    for n in nets:
        aws.ec2.delete_subnet(SubnetId=n)
    assert_error(dependent, aws.ec2.delete_vpc, VpcId=vpc_id)
    aws.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc_id)
    acl = aws.ec2.create_network_acl(VpcId=vpc_id)["NetworkAcl"]["NetworkAclId"]
    assert_error(dependent, aws.ec2.delete_vpc, VpcId=vpc_id)
    aws.ec2.delete_network_acl(NetworkAclId=acl)
    acls = lambda: [a for a in aws.ec2.describe_network_acls()["NetworkAcls"] if a["VpcId"] == vpc_id]
    assert len(acls()) == 1
    aws.ec2.delete_vpc(VpcId=vpc_id)
    assert not acls()


def test_a_nat_gateway_without_an_internet_gateway_fails(aws):
    _, nets = vpc(aws)
    address = aws.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = aws.ec2.create_nat_gateway(SubnetId=nets[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    wait_status(lambda: {"status": aws.ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"]}, "failed")


def test_instances_use_the_selectors_of_a_class(aws):
    aws.lab("apiservers", "POST", {"endpoint": "https://127.0.0.1:2", "ca": "PEM"})
    _, nets = vpc(aws)
    aws.eks.create_cluster(name="c", roleArn=role(aws, "r"), resourcesVpcConfig={"subnetIds": nets})
    c = wait_status(lambda: aws.eks.describe_cluster(name="c")["cluster"], "ACTIVE")
    terms = [{"tags": {"find": "me"}}]
    spec = {"role": "node", "subnetSelectorTerms": terms, "securityGroupSelectorTerms": terms}
    launch = lambda: aws.lab("instances", "POST", {"endpoint": "https://127.0.0.1:2", "class": spec})["id"]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        launch()
    aws.ec2.create_tags(Resources=[nets[1], c["resourcesVpcConfig"]["clusterSecurityGroupId"]], Tags=[{"Key": "find", "Value": "me"}])
    role(aws, "node")
    instance = launch()
    assert running(aws) == [instance]
    assert_error("DependencyViolation", aws.ec2.delete_subnet, SubnetId=nets[1])
    aws.lab(f"instances/{instance}", "DELETE")
    assert running(aws) == []
    aws.eks.delete_cluster(name="c")
    wait_deleted(lambda: aws.eks.describe_cluster(name="c")["cluster"])
    for n in nets:
        aws.ec2.delete_subnet(SubnetId=n)


def test_tags_of_a_launch_template(aws):
    specs = [{"ResourceType": "launch-template", "Tags": [{"Key": "a", "Value": "1"}]}]
    t = aws.ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData={"InstanceType": "t3.small"}, TagSpecifications=specs)["LaunchTemplate"]
    aws.ec2.create_tags(Resources=[t["LaunchTemplateId"]], Tags=[{"Key": "a", "Value": "2"}])
    assert aws.ec2.describe_launch_templates(LaunchTemplateNames=["template"])["LaunchTemplates"][0]["Tags"] == [{"Key": "a", "Value": "2"}]
    (v,) = aws.ec2.describe_launch_template_versions(LaunchTemplateName="template")["LaunchTemplateVersions"]
    assert not v["LaunchTemplateData"].get("TagSpecifications")


def test_an_attached_policy_is_not_deleted(aws):
    policy = aws.iam.create_policy(PolicyName="p", PolicyDocument=POLICY)["Policy"]["Arn"]
    role(aws, "r")
    aws.iam.attach_role_policy(RoleName="r", PolicyArn=policy)
    assert_error("DeleteConflict", aws.iam.delete_policy, PolicyArn=policy)
    aws.iam.detach_role_policy(RoleName="r", PolicyArn=policy)
    aws.iam.delete_policy(PolicyArn=policy)


def test_faults(aws):
    once = SESSION.client(
        "ec2", region_name=REGION, endpoint_url=aws.url, config=boto3.session.Config(retries={"total_max_attempts": 1}), **aws.keys
    )
    aws.lab("faults", "PUT", [{"service": "ec2", "operation": "CreateVpc", "code": "RequestLimitExceeded", "count": 1}])
    assert_error("RequestLimitExceeded", once.create_vpc, CidrBlock="10.0.0.0/16")
    once.create_vpc(CidrBlock="10.0.0.0/16")
    aws.lab("faults", "PUT", [{"status": 503}])
    assert_error("503", once.describe_vpcs)
    assert_error("503", aws.eks.list_clusters)
    aws.lab("faults", "PUT", [])
    once.describe_vpcs()


def test_requests_that_violate_their_definition_are_refused(aws):
    cloud = Cloud(aws.url, config=Config(parameter_validation=False), **aws.keys)
    assert_error("InvalidParameterValue", cloud.ec2.create_subnet, CidrBlock="10.0.0.0/24")
    assert_error("ValidationError", cloud.iam.create_role, RoleName="a b", AssumeRolePolicyDocument=TRUST)
    assert_error("ValidationException", cloud.events.put_rule, Name="a b", EventPattern="{}")
    assert_error("InvalidParameterException", cloud.eks.create_cluster, name="-c", roleArn="r", resourcesVpcConfig={})
    assert_error("ValidationException", cloud.route53.create_hosted_zone, Name="example.org")
    refused = [(v["service"], v["operation"]) for v in aws.lab("violations")]
    assert refused == [
        ("ec2", "CreateSubnet"),
        ("iam", "CreateRole"),
        ("events", "PutRule"),
        ("eks", "CreateCluster"),
        ("route53", "CreateHostedZone"),
    ]
    role(aws, "r")
    aws.events.put_rule(Name="r", EventPattern="{}")
    aws.route53.create_hosted_zone(Name="example.org", CallerReference="1")
    assert len(aws.lab("violations")) == len(refused)


def test_writes(aws):
    since = len(aws.lab("writes"))
    aws.ec2.describe_vpcs()
    aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")
    assert [(w["service"], w["operation"], w["status"]) for w in aws.lab(f"writes?since={since}")] == [("ec2", "CreateVpc", 200)]


def token(aws, cluster):
    """A token as of aws eks get-token."""
    sts = aws.sts
    signer = RequestSigner(sts.meta.service_model.service_id, REGION, "sts", "v4", boto3.Session(**aws.keys).get_credentials(), sts.meta.events)
    request = {
        "method": "GET",
        "url": f"{aws.url}/?Action=GetCallerIdentity&Version=2011-06-15",
        "body": {},
        "headers": {"x-k8s-aws-id": cluster},
        "context": {},
    }
    url = signer.generate_presigned_url(request, region_name=REGION, expires_in=60, operation_name="")
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def review(aws, t):
    r = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": t}}
    return aws.lab("token", "POST", r)["status"]


def test_token_authentication(aws, cluster):
    me = review(aws, token(aws, "c"))
    assert me["authenticated"] and me["user"]["username"].endswith(":user/crossplane") and me["user"]["groups"] == ["system:masters"]
    assert "no existing cluster" in review(aws, token(aws, "another"))["error"]
    assert not review(aws, "k8s-aws-v1.nonsense")["authenticated"]
    aws.eks.delete_access_entry(clusterName="c", principalArn=me["user"]["uid"])
    assert "no access entry" in review(aws, token(aws, "c"))["error"]
    unknown = Cloud(aws.url)
    assert "unknown access key" in review(unknown, token(unknown, "c"))["error"]


def test_a_token_of_an_assumed_role(aws, cluster):
    arn = role(aws, "crossplane")
    c = aws.sts.assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
    aws.eks.create_access_entry(clusterName="c", principalArn=arn, kubernetesGroups=["g"])
    session = Cloud(aws.url, aws_access_key_id=c["AccessKeyId"], aws_secret_access_key=c["SecretAccessKey"], aws_session_token=c["SessionToken"])
    assert review(session, token(session, "c"))["user"]["groups"] == ["g"]
