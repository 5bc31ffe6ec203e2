"""Fixtures to check a platform with AWS's SDK only."""

import functools
import os

import boto3
import pytest


class Account:
    """The account of the SDK's environment variables."""

    def __init__(self):
        self.region = os.environ["AWS_REGION"]
        self.cluster_name = os.environ["CLUSTER"]
        self.session = boto3.Session(region_name=self.region)

    def __getattr__(self, service):
        client = self.session.client(service)
        setattr(self, service, client)
        return client

    @functools.cached_property
    def id(self):
        return self.sts.get_caller_identity()["Account"]

    @functools.cached_property
    def cluster(self):
        return self.eks.describe_cluster(name=self.cluster_name)["cluster"]

    @functools.cached_property
    def vpc(self):
        return self.cluster["resourcesVpcConfig"]["vpcId"]

    def in_vpc(self, kind, **filters):
        """Resources of a kind in the VPC of the cluster."""
        filters = {"vpc-id": self.vpc, **{k.replace("_", "-"): v for k, v in filters.items()}}
        describe = getattr(self.ec2, f"describe_{kind}")
        return describe(Filters=[{"Name": k, "Values": [v]} for k, v in filters.items()])

    def subnets(self, role):
        """Subnets by role: internal-elb is private, elb is public."""
        found = self.in_vpc("subnets", **{f"tag:kubernetes.io/role/{role}": "1"})["Subnets"]
        return sorted(found, key=lambda s: s["AvailabilityZoneId"])

    def policies(self, role):
        attached = self.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        return {p["PolicyName"]: p["PolicyArn"] for p in attached}

    def trusts(self, role):
        return self.iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]["Statement"]

    def document(self, arn):
        version = self.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        return self.iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


OWNER = "platform.seafarer.cloud/owner"


def tags(o):
    """Tags except the provider's own and the owner's."""
    given = o.get("Tags") or o.get("TagSet") or []
    pairs = given if isinstance(given, dict) else {t["Key"]: t["Value"] for t in given}
    return {k: v for k, v in pairs.items() if not k.startswith("crossplane-") and k != OWNER}


@pytest.fixture(scope="session")
def aws():
    return Account()
