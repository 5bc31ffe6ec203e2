"""Clusters and their updates."""

import base64
import contextlib
import uuid

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import DependencyViolationError
from moto.eks.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from moto.kms.models import kms_backends

import apiservers
from eks.access import ADMIN, associate, caller, put_entry
from eks.common import active, check_not_updating, cluster_of, ec2_of, fail, lab, minor, moto, role, subnets, update
from slow import changes


def key_arn(backend, key):
    """The ARN of a key by ARN or alias. It must exist."""
    kms = kms_backends[backend.account_id][backend.region_name]
    try:
        return kms.describe_key(key).arn
    except Exception:  # moto raises several.
        fail(InvalidParameterException, f"The key {key} does not exist")


def create_cluster(self):
    backend = self.eks_backend
    vpc = self._get_param("resourcesVpcConfig") or {}
    role(backend, self._get_param("roleArn"))
    nets = subnets(backend, vpc.get("subnetIds"))
    if len({n.availability_zone for n in nets}) < 2:
        fail(InvalidParameterException, "Subnets specified must be in at least two different AZs")
    encryption = self._get_param("encryptionConfig") or []
    for config in encryption:
        config["provider"]["keyArn"] = key_arn(backend, config["provider"]["keyArn"])
    cluster = moto["create_cluster"](self).result["cluster"]
    cluster.encryption_config = encryption

    access = self._get_param("accessConfig") or {}
    cluster.access_config = {"authenticationMode": access.get("authenticationMode", "CONFIG_MAP")}
    cluster.upgrade_policy = self._get_param("upgradePolicy") or {"supportType": "EXTENDED"}
    cluster.deletion_protection = bool(self._get_param("deletionProtection"))
    cluster.bootstrap_self_managed_addons = self._get_param("bootstrapSelfManagedAddons") is not False
    cluster.platform_version = "eks.1"
    cluster.health = {"issues": []}
    cluster.kubernetes_network_config = {
        "serviceIpv4Cidr": "172.20.0.0/16",
        "ipFamily": "ipv4",
        "elasticLoadBalancing": {"enabled": False},
        **(self._get_param("kubernetesNetworkConfig") or {}),
    }
    number = uuid.uuid4().hex.upper()
    cluster.identity = {"oidc": {"issuer": f"https://oidc.eks.{backend.region_name}.amazonaws.com/id/{number}"}}
    server = apiservers.assign(cluster.arn)
    network(backend, cluster, vpc, nets)
    if access.get("bootstrapClusterCreatorAdminPermissions", True):
        entry = put_entry(backend, cluster.name, caller(self), "STANDARD")
        associate(backend, entry, f"arn:{backend.partition}:eks::aws:{ADMIN}", {"type": "cluster", "namespaces": []})

    def done():
        cluster.status = "ACTIVE"
        cluster.endpoint = server["endpoint"]
        cluster.certificate_authority = {"data": base64.b64encode(server["ca"].encode()).decode()}

    # They are unknown until the cluster is active.
    cluster.status, cluster.endpoint, cluster.certificate_authority = "CREATING", None, None
    changes(backend).add("cluster", done)
    return ActionResult({"cluster": cluster})


def network(backend, cluster, vpc, nets):
    """Create the cluster security group and the interfaces."""
    ec2 = ec2_of(backend)
    tags = {
        "Name": f"eks-cluster-sg-{cluster.name}",
        f"kubernetes.io/cluster/{cluster.name}": "owned",
        "aws:eks:cluster-name": cluster.name,
    }
    group = ec2.create_security_group(
        f"eks-cluster-sg-{cluster.name}-{uuid.uuid4().int % 10**9}",
        "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, "
        "as well as any managed workloads.",
        vpc_id=nets[0].vpc_id,
        tags=tags,
    )
    group_ids = [group.id, *vpc.get("securityGroupIds", [])]
    cluster.interfaces = [
        ec2.create_network_interface(n, None, group_ids=group_ids, description=f"Amazon EKS {cluster.name}").id
        for n in nets[:2]
    ]
    cluster.resources_vpc_config = {
        "subnetIds": [n.id for n in nets],
        "securityGroupIds": vpc.get("securityGroupIds", []),
        "clusterSecurityGroupId": group.id,
        "vpcId": nets[0].vpc_id,
        "endpointPublicAccess": vpc.get("endpointPublicAccess", True),
        "endpointPrivateAccess": vpc.get("endpointPrivateAccess", False),
        "publicAccessCidrs": vpc.get("publicAccessCidrs") or ["0.0.0.0/0"],
    }


def delete_cluster(self):
    backend = self.eks_backend
    cluster = cluster_of(backend, self._get_param("name"))
    if cluster.deletion_protection:
        fail(InvalidRequestException, "Cluster cannot be deleted: deletion protection is enabled")
    check_not_updating(backend, cluster)
    if cluster.nodegroups:
        fail(ResourceInUseException, "Cluster has nodegroups attached")
    if cluster.fargate_profiles:
        fail(ResourceInUseException, "Cluster has Fargate profiles attached")

    def done():
        ec2, state = ec2_of(backend), lab(backend)
        for eni in cluster.interfaces:
            ec2.enis.pop(eni, None)
        with contextlib.suppress(DependencyViolationError):  # Then it remains, as in AWS.
            ec2.delete_security_group(group_id=cluster.resources_vpc_config["clusterSecurityGroupId"])
        apiservers.release(cluster.arn)
        backend.clusters.pop(cluster.name)
        backend.cluster_count -= 1
        for table in (state.addons, state.entries, state.associations):
            for k in [k for k, v in table.items() if v["clusterName"] == cluster.name]:
                del table[k]

    cluster.status = "DELETING"
    changes(backend).add("cluster-delete", done)
    return ActionResult({"cluster": cluster})


def describe_update(self):
    u = lab(self.eks_backend).updates.get(self._get_param("updateId"))
    if u is None:
        fail(ResourceNotFoundException, "No such update")
    return ActionResult({"update": u})


def update_cluster_config(self):
    backend = self.eks_backend
    cluster = active(backend, self._get_param("name"))
    given = {k: self._get_param(k) for k in ("resourcesVpcConfig", "logging", "accessConfig", "upgradePolicy", "deletionProtection")}
    given = {k: v for k, v in given.items() if v is not None}
    if len(given) != 1:
        fail(InvalidParameterException, f"Only one type of update can be allowed, got {sorted(given)}")

    def done():
        if "resourcesVpcConfig" in given:
            cluster.resources_vpc_config.update(given["resourcesVpcConfig"])
        if "logging" in given:
            cluster.logging = given["logging"]
        if "accessConfig" in given:
            cluster.access_config.update(given["accessConfig"])
        if "upgradePolicy" in given:
            cluster.upgrade_policy = given["upgradePolicy"]
        if "deletionProtection" in given:
            cluster.deletion_protection = given["deletionProtection"]

    if "resourcesVpcConfig" in given:
        subnets(backend, given["resourcesVpcConfig"].get("subnetIds"))
    kinds = {
        "resourcesVpcConfig": "VpcConfigUpdate" if "subnetIds" in given.get("resourcesVpcConfig", {}) else "EndpointAccessUpdate",
        "logging": "LoggingUpdate",
        "accessConfig": "AccessConfigUpdate",
        "upgradePolicy": "UpgradePolicyUpdate",
        "deletionProtection": "DeletionProtectionUpdate",
    }
    return update(backend, kinds[next(iter(given))], cluster, done)


def update_cluster_version(self):
    backend = self.eks_backend
    cluster = active(backend, self._get_param("name"))
    version = self._get_param("version")
    if minor(version) != minor(cluster.version) + 1:
        fail(InvalidParameterException, f"Unsupported Kubernetes minor version update from {cluster.version} to {version}")
    return update(backend, "VersionUpdate", cluster, lambda: setattr(cluster, "version", version))


def tags_of(self):
    backend, arn = self.eks_backend, self._extract_arn_from_path()
    for c in backend.clusters.values():
        for o in [c, *c.nodegroups.values(), *c.fargate_profiles.values()]:
            if arn in (getattr(o, "arn", None), getattr(o, "fargate_profile_arn", None)):
                return o.tags
    state = lab(backend)
    for o in [*state.addons.values(), *state.entries.values(), *state.associations.values()]:
        if arn in (o.get("addonArn"), o.get("accessEntryArn"), o.get("associationArn")):
            return o["tags"]
    fail(ResourceNotFoundException, f"No resource found for arn: {arn}")


def tag_resource(self):
    tags_of(self).update(self._get_param("tags"))
    return EmptyResult()


def untag_resource(self):
    tags = tags_of(self)
    for k in self.querystring.get("tagKeys", []):
        tags.pop(k, None)
    return EmptyResult()


def list_tags_for_resource(self):
    return ActionResult({"tags": tags_of(self)})
