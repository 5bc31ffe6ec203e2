"""Tests of the conversion to Terraform's JSON."""

import pytest

import terraform


def item(kind, group, key, fields, **more):
    return {
        "apiVersion": f"{group}.aws.m.upbound.io/v1beta1",
        "kind": kind,
        "metadata": {"name": f"a-{key}", "annotations": {"crossplane.io/composition-resource-name": key} | more.pop("annotations", {})},
        "spec": {"forProvider": fields} | more,
    }


VPC = item("VPC", "ec2", "vpc", {"enableDnsSupport": True, "tags": {"aB": "c"}})
SUBNET = item("Subnet", "ec2", "subnet", {"vpcIdRef": {"name": "a-vpc"}, "vpcId": "vpc-1"})
CLUSTER = item(
    "Cluster",
    "eks",
    "cluster",
    {"vpcConfig": {"subnetIdRefs": [{"name": "a-subnet"}], "endpointPublicAccess": False}, "scalingConfig": {"minSize": 1}},
    initProvider={"encryptionConfig": {"resources": ["secrets"]}, "scalingConfig": {"desiredSize": 2}},
    annotations={"crossplane.io/external-name": "C"},
)


def test_a_platform():
    got = terraform.convert([VPC, SUBNET, CLUSTER, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a-secret"}}])
    assert got == {
        "resource": {
            "aws_vpc": {"vpc": {"enable_dns_support": True, "tags": {"aB": "c"}}},
            "aws_subnet": {"subnet": {"vpc_id": "${aws_vpc.vpc.id}"}},
            "aws_eks_cluster": {
                "cluster": {
                    "name": "C",
                    "vpc_config": {"endpoint_public_access": False, "subnet_ids": ["${aws_subnet.subnet.id}"]},
                    "encryption_config": {"resources": ["secrets"]},
                    "scaling_config": {"desired_size": 2, "min_size": 1},
                }
            },
        }
    }


@pytest.mark.parametrize(
    ("reference", "to", "want"),
    [
        ("roleArnRef", item("Role", "iam", "role", {}), {"role_arn": "${aws_iam_role.role.arn}"}),
        ("nodeRoleArnRef", item("Role", "iam", "role", {}), {"node_role_arn": "${aws_iam_role.role.arn}"}),
        ("roleRef", item("Role", "iam", "role", {}), {"role": "${aws_iam_role.role.name}"}),
        ("policyArnRef", item("Policy", "iam", "p", {}), {"policy_arn": "${aws_iam_policy.p.arn}"}),
        ("principalArnFromRoleRef", item("Role", "iam", "role", {}), {"principal_arn": "${aws_iam_role.role.arn}"}),
        ("principalArnRef", item("AccessEntry", "eks", "e", {}), {"principal_arn": "${aws_eks_access_entry.e.principal_arn}"}),
        ("targetKeyIdRef", item("Key", "kms", "k", {}), {"target_key_id": "${aws_kms_key.k.key_id}"}),
    ],
)
def test_references(reference, to, want):
    source = item("Target", "cloudwatchevents", "t", {reference: {"name": to["metadata"]["name"]}})
    assert terraform.convert([to, source])["resource"]["aws_cloudwatch_event_target"]["t"] == want


@pytest.mark.parametrize("wrong", [item("Bucket", "s3", "b", {}), SUBNET, item("Target", "cloudwatchevents", "t", {"xRef": {"name": "a-t"}})], ids=["kind", "target", "reference"])
def test_what_is_unknown_is_an_error(wrong):
    with pytest.raises(KeyError):
        terraform.convert([wrong])
