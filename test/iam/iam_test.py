"""Tests of what is found in a policy, and what isn't."""

import json

import pytest

from iam import findings

SUBNET = {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "arn:aws:ec2:eu-west-3:123456789012:subnet/*"}
REST = [f"arn:aws:ec2:eu-west-3:{a}:{r}/*" for a, r in (("", "image"), *(("123456789012", r) for r in ("instance", "network-interface", "security-group")))]
TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


def of(*statements):
    return findings(json.dumps({"Version": "2012-10-17", "Statement": statements}))


@pytest.mark.parametrize(
    "statements",
    [
        [SUBNET, SUBNET | {"Resource": REST}],
        [TRUST],
        [{"Effect": "Allow", "Action": ["sts:GetCaller*"], "Resource": "*"}],
    ],
    ids=["split", "trust", "wildcard"],
)
def test_nothing_is_found(statements):
    assert of(*statements) == []


@pytest.mark.parametrize(
    ("statements", "issue", "detail"),
    [
        ([SUBNET | {"Action": "ec2:RunInstance"}], "UNKNOWN_ACTION", "RunInstance"),
        ([SUBNET | {"Action": "ecc2:RunInstances"}], "UNKNOWN_PREFIX", "ecc2"),
        ([SUBNET], "RESOURCE_MISMATCH", "ec2:RunInstances requires arn:*:ec2:*:*:instance/*"),
        ([SUBNET, SUBNET], "RESOURCE_MISMATCH", "ec2:RunInstances requires arn:*:ec2:*:*:instance/*"),
        ([SUBNET | {"Resource": "*", "Condition": {"StringEquals": {"ec2:Colour": "red"}}}], "UNKNOWN_CONDITION_FOR_ACTION", "ec2:Colour"),
        ([SUBNET | {"Resource": "*", "Condition": {"StringEqual": {"ec2:Vpc": "v"}}}], "UNKNOWN_OPERATOR", "StringEqual"),
        ([TRUST | {"Action": "sts:AssumeRoles"}], "UNKNOWN_ACTION", "AssumeRoles"),
        ([TRUST | {"Principal": {"Service": "ec2.amazonaws.com", "Servce": "x"}}], "UNKNOWN_PRINCIPAL", ""),
    ],
    ids=["action", "service", "resource", "twice", "condition", "operator", "trust", "principal"],
)
def test_what_is_found(statements, issue, detail):
    assert any(i == issue and detail in d for i, d in of(*statements)), of(*statements)
