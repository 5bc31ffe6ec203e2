"""Convert composed resources into Terraform's JSON, which checkov reads.

The kinds of provider-aws are generated from Terraform's resources: an argument in snake case
is a field in camel case, and a block is an object. References by an object's name become
Terraform's.
"""

import re

# RESOURCES of Terraform by kind of provider-aws, with the argument that is the external name.
RESOURCES = {
    "AccessEntry.eks": ("aws_eks_access_entry", None),
    "AccessPolicyAssociation.eks": ("aws_eks_access_policy_association", None),
    "Addon.eks": ("aws_eks_addon", None),
    "Alias.kms": ("aws_kms_alias", "name"),
    "Cluster.eks": ("aws_eks_cluster", "name"),
    "ClusterAuth.eks": (None, None),
    "DefaultSecurityGroup.ec2": ("aws_default_security_group", None),
    "EIP.ec2": ("aws_eip", None),
    "Group.cloudwatchlogs": ("aws_cloudwatch_log_group", "name"),
    "InternetGateway.ec2": ("aws_internet_gateway", None),
    "Key.kms": ("aws_kms_key", None),
    "LaunchTemplate.ec2": ("aws_launch_template", None),
    "NATGateway.ec2": ("aws_nat_gateway", None),
    "NodeGroup.eks": ("aws_eks_node_group", "node_group_name"),
    "OpenIDConnectProvider.iam": ("aws_iam_openid_connect_provider", None),
    "PodIdentityAssociation.eks": ("aws_eks_pod_identity_association", None),
    "Policy.iam": ("aws_iam_policy", "name"),
    "Queue.sqs": ("aws_sqs_queue", None),
    "QueuePolicy.sqs": ("aws_sqs_queue_policy", None),
    "Role.iam": ("aws_iam_role", "name"),
    "RolePolicyAttachment.iam": ("aws_iam_role_policy_attachment", None),
    "Route.ec2": ("aws_route", None),
    "RouteTable.ec2": ("aws_route_table", None),
    "RouteTableAssociation.ec2": ("aws_route_table_association", None),
    "Rule.cloudwatchevents": ("aws_cloudwatch_event_rule", "name"),
    "Subnet.ec2": ("aws_subnet", None),
    "Tag.ec2": ("aws_ec2_tag", None),
    "Target.cloudwatchevents": ("aws_cloudwatch_event_target", None),
    "VPC.ec2": ("aws_vpc", None),
}

# ATTRIBUTES that references stand for, by the end of the argument.
ATTRIBUTES = {
    "cluster_name": "name",
    "node_group_name": "node_group_name",
    "policy_arn": "arn",
    "principal_arn": {"AccessEntry": "principal_arn", "Role": "arn"},
    "queue_url": "url",
    "role": "name",
    "role_arn": "arn",
    "rule": "name",
    "target_key_id": "key_id",
}

# MAPS have keys that aren't arguments.
MAPS = ("labels", "tags")

REFERENCE = re.compile(r"^(.+?)(From[A-Za-z]+)?Ref(s?)$")


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def convert(items):
    """Return resources in Terraform's JSON. An unknown kind or reference is an error."""
    composed = {i["metadata"]["name"]: i for i in items if ".aws.m.upbound.io/" in i["apiVersion"]}
    resources = {}
    for i in composed.values():
        kind, external = RESOURCES[kind_of(i)]
        if kind is None:
            continue
        spec = i["spec"]
        arguments = block(merge(spec.get("initProvider", {}), spec.get("forProvider", {})), composed)
        name = i["metadata"]["annotations"].get("crossplane.io/external-name")
        if external and name:
            arguments[external] = name
        resources.setdefault(kind, {})[label(i)] = arguments
    return {"resource": resources}


def kind_of(item):
    return item["kind"] + "." + item["apiVersion"].split(".")[0]


def label(item):
    return item["metadata"]["annotations"]["crossplane.io/composition-resource-name"]


def merge(defaults, values):
    if not (isinstance(defaults, dict) and isinstance(values, dict)):
        return values
    return defaults | {k: merge(defaults.get(k), v) for k, v in values.items()}


def block(fields, composed):
    """Convert the fields of an object. References replace values that they were resolved to."""
    arguments = {}
    for field, value in fields.items():
        if not REFERENCE.match(field):
            arguments[snake(field)] = value if field in MAPS else argument(value, composed)
    for field, value in fields.items():
        if m := REFERENCE.match(field):
            name = snake(m[1])
            if m[3]:
                arguments[name + "s"] = [reference(name, r, composed) for r in value]
            else:
                arguments[name] = reference(name, value, composed)
    return arguments


def argument(value, composed):
    if isinstance(value, dict):
        return block(value, composed)
    if isinstance(value, list):
        return [argument(v, composed) for v in value]
    return value


def reference(name, to, composed):
    target = composed[to["name"]]
    attribute = next((a for end, a in ATTRIBUTES.items() if name.endswith(end)), None)
    if attribute is None:
        if not name.endswith("_id"):
            raise KeyError(name)
        attribute = "id"
    if isinstance(attribute, dict):
        attribute = attribute[target["kind"]]
    return f"${{{RESOURCES[kind_of(target)][0]}.{label(target)}.{attribute}}}"
