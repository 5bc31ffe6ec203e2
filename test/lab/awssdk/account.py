"""Print the resources of an account as JSON: ids by kind.

It excludes deleted resources that AWS still lists: terminated instances, deleted NAT
gateways and keys pending deletion.
"""

import json
import os

import boto3

SESSION = boto3.Session(region_name=os.environ["AWS_REGION"])


def pages(service, operation, key, **kwargs):
    client = SESSION.client(service)
    if not client.can_paginate(operation):
        return getattr(client, operation)(**kwargs)[key]
    return [item for page in client.get_paginator(operation).paginate(**kwargs) for item in page.get(key, [])]


def ec2():
    for operation, key, field in [
        ("describe_vpcs", "Vpcs", "VpcId"),
        ("describe_subnets", "Subnets", "SubnetId"),
        ("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
        ("describe_egress_only_internet_gateways", "EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId"),
        ("describe_route_tables", "RouteTables", "RouteTableId"),
        ("describe_network_acls", "NetworkAcls", "NetworkAclId"),
        ("describe_addresses", "Addresses", "AllocationId"),
        ("describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
        ("describe_security_groups", "SecurityGroups", "GroupId"),
        ("describe_security_group_rules", "SecurityGroupRules", "SecurityGroupRuleId"),
        ("describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
        ("describe_volumes", "Volumes", "VolumeId"),
        ("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
        ("describe_flow_logs", "FlowLogs", "FlowLogId"),
    ]:
        yield key, [o[field] for o in pages("ec2", operation, key)]
    nats = pages("ec2", "describe_nat_gateways", "NatGateways")
    yield "NatGateways", [n["NatGatewayId"] for n in nats if n["State"] != "deleted"]
    reservations = pages("ec2", "describe_instances", "Reservations")
    yield "Instances", [i["InstanceId"] for r in reservations for i in r["Instances"] if i["State"]["Name"] != "terminated"]


def iam():
    yield "Roles", [r["Arn"] for r in pages("iam", "list_roles", "Roles")]
    yield "Policies", [p["Arn"] for p in pages("iam", "list_policies", "Policies", Scope="Local")]
    yield "InstanceProfiles", [p["Arn"] for p in pages("iam", "list_instance_profiles", "InstanceProfiles")]
    yield "OpenIDConnectProviders", [p["Arn"] for p in pages("iam", "list_open_id_connect_providers", "OpenIDConnectProviderList")]


def eks():
    names = pages("eks", "list_clusters", "clusters")
    yield "Clusters", names
    for kind, operation, key in [
        ("Nodegroups", "list_nodegroups", "nodegroups"),
        ("FargateProfiles", "list_fargate_profiles", "fargateProfileNames"),
        ("Addons", "list_addons", "addons"),
        ("AccessEntries", "list_access_entries", "accessEntries"),
    ]:
        yield kind, [f"{n}/{o}" for n in names for o in pages("eks", operation, key, clusterName=n)]
    associations = [a for n in names for a in pages("eks", "list_pod_identity_associations", "associations", clusterName=n)]
    yield "PodIdentityAssociations", [a["associationArn"] for a in associations]


def others():
    kms = SESSION.client("kms")
    keys = [kms.describe_key(KeyId=k["KeyId"])["KeyMetadata"] for k in pages("kms", "list_keys", "Keys")]
    yield "Keys", [k["Arn"] for k in keys if k["KeyState"] != "PendingDeletion"]
    yield "Aliases", [a["AliasArn"] for a in pages("kms", "list_aliases", "Aliases")]
    yield "LogGroups", [g["arn"] for g in pages("logs", "describe_log_groups", "logGroups")]
    yield "Queues", pages("sqs", "list_queues", "QueueUrls")
    rules = pages("events", "list_rules", "Rules")
    yield "Rules", [r["Arn"] for r in rules]
    yield "Targets", [f"{r['Name']}/{t['Id']}" for r in rules for t in pages("events", "list_targets_by_rule", "Targets", Rule=r["Name"])]


def everything():
    return {kind: sorted(ids) for source in (ec2, iam, eks, others) for kind, ids in source()}


if __name__ == "__main__":
    print(json.dumps(everything()))
