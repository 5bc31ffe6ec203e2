"""Instances of the simulated Karpenter.

    POST /lab/instances         launch one for {"endpoint": of the cluster, "class": the spec of an EC2NodeClass}
    DELETE /lab/instances/ID    terminate it

The subnets, security groups and role of the class must exist.
"""

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends

import apiservers


def launch(endpoint, spec):
    arn = next(s["cluster"] for s in apiservers.servers if s["endpoint"] == endpoint)
    region, cluster = arn.split(":")[3], arn.split("/")[1]
    ec2 = ec2_backends[DEFAULT_ACCOUNT_ID][region]
    subnets = select(ec2.describe_subnets(), spec["subnetSelectorTerms"])
    groups = select(ec2.describe_security_groups(), spec["securityGroupSelectorTerms"])
    if not any(r.name == spec["role"] for r in iam_backends[DEFAULT_ACCOUNT_ID]["aws"].roles.values()):
        raise LookupError(f"no role {spec['role']}")
    instance = ec2.run_instances(
        "ami-12c6146b",
        1,
        None,
        [],
        instance_type="m5.large",
        is_instance_type_default=False,
        region_name=region,
        subnet_id=subnets[0].id,
        security_group_ids=[g.id for g in groups],
        tags={"instance": {f"kubernetes.io/cluster/{cluster}": "owned", **spec.get("tags", {})}},
    ).instances[0]
    return {"id": instance.id}


def select(of, terms):
    found = [o for o in of if any(matches(o, t) for t in terms)]
    if not found:
        raise LookupError(f"no resource matches {terms}")
    return found


def matches(o, term):
    if "id" in term:
        return o.id == term["id"]
    tags = {t["key"]: t["value"] for t in o.get_tags()}
    return all(k in tags and v in ("*", tags[k]) for k, v in term["tags"].items())


def terminate(instance_id):
    for ec2 in ec2_backends[DEFAULT_ACCOUNT_ID].values():
        if any(i.id == instance_id for i in ec2.all_instances()):
            ec2.terminate_instances([instance_id])
