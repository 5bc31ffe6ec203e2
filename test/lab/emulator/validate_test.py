"""Tests of the validation of requests, with what AWS's SDK sends for them."""

import botocore.session
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from moto.core.request import Request
from moto.core.routing import get_service_router

import validate

SESSION = botocore.session.get_session()
CLUSTER = {"name": "c", "roleArn": "arn:aws:iam::123456789012:role/c", "resourcesVpcConfig": {"subnetIds": ["subnet-1"]}}
ZONE = {"Name": "example.org", "CallerReference": "1"}


def request(service, operation, params, edit=lambda r: None):
    """The request for parameters that the SDK doesn't validate."""
    client = SESSION.create_client(
        service,
        region_name="eu-west-3",
        aws_access_key_id="none",
        aws_secret_access_key="none",
        config=Config(parameter_validation=False),
    )
    sent = []

    def intercept(request, **_):
        sent.append(request)
        raise InterruptedError

    client.meta.events.register("before-send", intercept)
    with pytest.raises(InterruptedError):
        client._make_api_call(operation, params)
    r = sent[0]
    edit(r)
    return Request.from_primitives(r.method, r.url, {k: v.decode() if isinstance(v, bytes) else v for k, v in r.headers.items()}, r.body)


def check(service, operation, params, edit=lambda r: None):
    r = request(service, operation, params, edit)
    uri_params = {}
    if service in ("eks", "route53"):
        _, uri_params = get_service_router(service).match(r)
    return validate.check(r, service, operation, uri_params)


def replaced(old, new):
    def edit(r):
        body = r.body if isinstance(r.body, bytes) else r.body.encode()
        assert old in body
        r.body = body.replace(old, new)
        r.headers["Content-Length"] = str(len(r.body))

    return edit


VALID = [
    ("ec2", "CreateSubnet", {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", "TagSpecifications": [{"ResourceType": "subnet", "Tags": [{"Key": "Name", "Value": "é"}]}]}),
    ("ec2", "ModifySubnetAttribute", {"SubnetId": "subnet-1", "MapPublicIpOnLaunch": {"Value": True}}),
    ("ec2", "DescribeInstances", {"Filters": [{"Name": "vpc-id", "Values": ["vpc-1", "vpc-2"]}], "MaxResults": 5}),
    ("iam", "CreateRole", {"RoleName": "Seafarer-cluster_a.b", "Path": "/a/", "AssumeRolePolicyDocument": "{}", "MaxSessionDuration": 3600, "Tags": [{"Key": "é", "Value": ""}]}),
    ("sts", "GetCallerIdentity", {}),
    ("sqs", "CreateQueue", {"QueueName": "q", "Attributes": {"MessageRetentionPeriod": "300"}, "tags": {"a": "b"}}),
    ("events", "PutRule", {"Name": "r", "EventPattern": "{}", "State": "ENABLED", "EventBusName": "default"}),
    ("kms", "CreateKey", {"Policy": "{}", "KeyUsage": "ENCRYPT_DECRYPT", "MultiRegion": False}),
    ("logs", "PutRetentionPolicy", {"logGroupName": "/aws/eks/c/cluster", "retentionInDays": 365}),
    ("eks", "CreateCluster", CLUSTER),
    ("eks", "ListAddons", {"clusterName": "c", "maxResults": 5}),
    ("eks", "UntagResource", {"resourceArn": "arn:aws:eks:eu-west-3:123456789012:cluster/c", "tagKeys": ["a", "b"]}),
    ("eks", "DescribeCluster", {"name": "c"}),
    ("route53", "CreateHostedZone", ZONE),
    ("route53", "ListHostedZones", {"MaxItems": "5"}),
]


@pytest.mark.parametrize(("service", "operation", "params"), VALID, ids=[f"{s}-{o}" for s, o, _ in VALID])
def test_what_aws_allows(service, operation, params):
    assert check(service, operation, params) is None


INVALID = {
    # Protocol ec2.
    "ec2-required": ("ec2", "CreateSubnet", {"CidrBlock": "10.0.0.0/24"}, None, "InvalidParameterValue", 'Missing required parameter in input: "VpcId"'),
    "ec2-enum": ("ec2", "CreateNatGateway", {"SubnetId": "s", "ConnectivityType": "open"}, None, "InvalidParameterValue", "ConnectivityType: 'open' is none of"),
    "ec2-range": ("ec2", "DescribeInstanceTypes", {"MaxResults": 4}, None, "InvalidParameterValue", "valid min value: 5"),
    "ec2-type": ("ec2", "ModifySubnetAttribute", {"SubnetId": "s", "MapPublicIpOnLaunch": {"Value": True}}, (b"true", b"on"), "InvalidParameterValue", "valid type: boolean"),
    "ec2-unknown": ("ec2", "CreateSubnet", {"VpcId": "v", "CidrBlock": "10.0.0.0/24"}, (b"CidrBlock", b"CidrBlok"), "InvalidParameterValue", 'Unknown parameter: "CidrBlok"'),
    # Protocol query.
    "query-pattern": ("iam", "CreateRole", {"RoleName": "a b", "AssumeRolePolicyDocument": "{}"}, None, "ValidationError", "RoleName: 'a b' doesn't match"),
    "query-length": ("iam", "CreateRole", {"RoleName": "a" * 65, "AssumeRolePolicyDocument": "{}"}, None, "ValidationError", "exceeds the maximum of 64"),
    "query-empty": ("iam", "CreateRole", {"RoleName": "", "AssumeRolePolicyDocument": "{}"}, None, "ValidationError", "valid min length: 1"),
    "query-range": ("iam", "CreateRole", {"RoleName": "a", "AssumeRolePolicyDocument": "{}", "MaxSessionDuration": 43201}, None, "ValidationError", "exceeds the maximum of 43200"),
    "query-list": ("iam", "TagRole", {"RoleName": "a", "Tags": [{"Key": str(i), "Value": ""} for i in range(51)]}, None, "ValidationError", "exceeds the maximum of 50"),
    "query-member": ("iam", "TagRole", {"RoleName": "a", "Tags": [{"Key": "a;", "Value": ""}]}, None, "ValidationError", "Tags[0].Key: 'a;' doesn't match"),
    "query-unknown": ("iam", "TagRole", {"RoleName": "a", "Tags": [{"Key": "a", "Value": ""}]}, (b".Value", b".Valeu"), "ValidationError", "Missing required parameter in Tags[0]"),
    # Protocol json.
    "json-pattern": ("events", "PutRule", {"Name": "a b", "EventPattern": "{}"}, None, "ValidationException", "Name: 'a b' doesn't match"),
    "json-length": ("events", "PutRule", {"Name": "a" * 65, "EventPattern": "{}"}, None, "ValidationException", "exceeds the maximum of 64"),
    "json-enum": ("kms", "CreateKey", {"KeyUsage": "NONE"}, None, "ValidationException", "KeyUsage: 'NONE' is none of"),
    "json-type": ("logs", "PutRetentionPolicy", {"logGroupName": "a", "retentionInDays": "30"}, None, "InvalidParameterException", "valid type: number"),
    "json-unknown": ("sqs", "CreateQueue", {"QueueName": "q"}, (b"{", b'{"Retention": 1, '), "ValidationException", 'Unknown parameter: "Retention"'),
    # Protocol rest-json.
    "rest-json-required": ("eks", "CreateCluster", {k: CLUSTER[k] for k in ("name", "roleArn")}, None, "InvalidParameterException", '"resourcesVpcConfig"'),
    "rest-json-pattern": ("eks", "CreateCluster", CLUSTER | {"name": "-c"}, None, "InvalidParameterException", "name: '-c' doesn't match"),
    "rest-json-length": ("eks", "CreateCluster", CLUSTER | {"name": "c" * 101}, None, "InvalidParameterException", "exceeds the maximum of 100"),
    "rest-json-enum": ("eks", "CreateCluster", CLUSTER | {"upgradePolicy": {"supportType": "LONG"}}, None, "InvalidParameterException", "upgradePolicy.supportType: 'LONG' is none of"),
    "rest-json-range": ("eks", "ListAddons", {"clusterName": "c", "maxResults": 101}, None, "InvalidParameterException", "exceeds the maximum of 100"),
    "rest-json-uri": ("eks", "ListAddons", {"clusterName": "-c"}, None, "InvalidParameterException", "clusterName: '-c' doesn't match"),
    "rest-json-unknown": ("eks", "CreateCluster", CLUSTER, (b'"subnetIds"', b'"zones": 1, "subnetIds"'), "InvalidParameterException", 'Unknown parameter: "resourcesVpcConfig.zones"'),
    # Protocol rest-xml.
    "rest-xml-required": ("route53", "CreateHostedZone", {"Name": "example.org"}, None, "ValidationException", '"CallerReference"'),
    "rest-xml-length": ("route53", "CreateHostedZone", ZONE | {"Name": "a" * 1025}, None, "ValidationException", "exceeds the maximum of 1024"),
    "rest-xml-enum": ("route53", "CreateHostedZone", ZONE | {"VPC": {"VPCRegion": "mars", "VPCId": "vpc-1"}}, None, "ValidationException", "VPC.VPCRegion: 'mars' is none of"),
    "rest-xml-unknown": ("route53", "CreateHostedZone", ZONE, (b"<Name>", b"<Nom>x</Nom><Name>"), "ValidationException", 'Unknown parameter: "Nom"'),
}


@pytest.mark.parametrize(("service", "operation", "params", "edit", "code", "message"), INVALID.values(), ids=INVALID)
def test_what_aws_refuses(service, operation, params, edit, code, message):
    validate.violations.clear()
    e = check(service, operation, params, replaced(*edit) if edit else lambda r: None)
    assert e is not None and e.code == code and message in e.message, e and (e.code, e.message)
    assert {v["operation"] for v in validate.violations} == {operation}


def test_a_violation_is_logged_once():
    validate.violations.clear()
    for _ in range(2):
        check("iam", "CreateRole", {"RoleName": "a b", "AssumeRolePolicyDocument": "{}"})
    assert len(validate.violations) == 1
