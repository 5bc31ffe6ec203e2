"""Change and delete resources of the seed's platform outside Crossplane."""

import conftest

NAME = "Seafarer-cluster"


def main(aws):
    private = aws.subnets("internal-elb")
    subnet = private[1]["SubnetId"]
    aws.ec2.delete_tags(Resources=[subnet], Tags=[{"Key": "karpenter.sh/discovery"}])
    aws.ec2.create_tags(Resources=[subnet], Tags=[{"Key": "Blueprint", "Value": "mine"}])

    (table,) = aws.in_vpc("route_tables", **{"association.subnet-id": subnet})["RouteTables"]
    aws.ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")
    aws.ec2.modify_vpc_attribute(VpcId=aws.vpc, EnableDnsHostnames={"Value": False})

    role = aws.cluster["roleArn"].split("/")[1]
    for arn in aws.policies(role).values():
        aws.iam.detach_role_policy(RoleName=role, PolicyArn=arn)

    url = aws.sqs.get_queue_url(QueueName=f"Karpenter-{NAME}")["QueueUrl"]
    aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "60", "Policy": ""})
    rule = aws.events.list_rules(NamePrefix=f"{NAME}-karpenter-")["Rules"][0]["Name"]
    aws.events.disable_rule(Name=rule)
    aws.events.remove_targets(Rule=rule, Ids=[t["Id"] for t in aws.events.list_targets_by_rule(Rule=rule)["Targets"]])

    aws.eks.delete_addon(clusterName=NAME, addonName="kube-proxy")
    aws.eks.delete_access_entry(clusterName=NAME, principalArn=f"arn:aws:iam::{aws.id}:role/{NAME}-karpenter-node")
    (group,) = aws.eks.list_nodegroups(clusterName=NAME)["nodegroups"]
    aws.eks.update_nodegroup_config(clusterName=NAME, nodegroupName=group, scalingConfig={"maxSize": 5})


main(conftest.Account())
