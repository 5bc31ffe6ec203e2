"""Create or delete what bears the names of example/seafarer-cluster, as another tool would."""

import json
import os
import sys

import boto3

NAME = "Seafarer-cluster"
REGION = os.environ["AWS_REGION"]
ROLES = [f"{NAME}-{REGION}-cluster", f"{NAME}-{REGION}-karpenter"]
GROUP = f"/aws/eks/{NAME}/cluster"
TAGS = {"ManagedBy": "terraform"}

session = boto3.Session(region_name=REGION)
ec2, eks, iam, logs = (session.client(s) for s in ("ec2", "eks", "iam", "logs"))


def create():
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    for role in ROLES:
        made = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust), Tags=[{"Key": k, "Value": v} for k, v in TAGS.items()])
    logs.create_log_group(logGroupName=GROUP, tags=TAGS)
    subnets = [s["SubnetId"] for s in ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]][:2]
    eks.create_cluster(name=NAME, version="1.34", roleArn=made["Role"]["Arn"], resourcesVpcConfig={"subnetIds": subnets}, tags=TAGS)


def delete():
    eks.delete_cluster(name=NAME)
    logs.delete_log_group(logGroupName=GROUP)
    for role in ROLES:
        iam.delete_role(RoleName=role)


{"create": create, "delete": delete}[sys.argv[1]]()
