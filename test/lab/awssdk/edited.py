"""Check an edit of the seed's claim: an upgrade, more nodes, a NAT gateway per zone."""

from conftest import tags

NAME = "Seafarer-cluster"


def test_versions(aws):
    (group,) = aws.eks.list_nodegroups(clusterName=NAME)["nodegroups"]
    n = aws.eks.describe_nodegroup(clusterName=NAME, nodegroupName=group)["nodegroup"]
    assert (aws.cluster["version"], n["version"], n["scalingConfig"]["maxSize"]) == ("1.36", "1.36", 3)


def test_nat_gateways(aws):
    nats = {n["SubnetId"]: n["NatGatewayId"] for n in aws.in_vpc("nat_gateways")["NatGateways"] if n["State"] == "available"}
    for public, private in zip(aws.subnets("elb"), aws.subnets("internal-elb"), strict=True):
        (table,) = aws.in_vpc("route_tables", **{"association.subnet-id": private["SubnetId"]})["RouteTables"]
        assert nats[public["SubnetId"]] in [r.get("NatGatewayId") for r in table["Routes"]]


def test_tags(aws):
    want = {"Blueprint": NAME, "team": "harbor"}.items()
    assert tags({"Tags": aws.cluster["tags"]}).items() >= want
    for o in [*aws.in_vpc("subnets")["Subnets"], *aws.ec2.describe_vpcs(VpcIds=[aws.vpc])["Vpcs"], *aws.in_vpc("route_tables")["RouteTables"]]:
        main = any(a["Main"] for a in o.get("Associations", []))  # It's not the platform's.
        assert main or tags(o).items() >= want
    role = aws.iam.get_role(RoleName=aws.cluster["roleArn"].split("/")[1])["Role"]
    assert tags(role).items() >= want
