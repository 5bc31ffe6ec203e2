"""Node groups and Fargate profiles."""

from moto.core.responses import ActionResult
from moto.eks.exceptions import InvalidParameterException, InvalidRequestException, ResourceNotFoundException

from eks.access import create_own_entry, delete_own_entry
from eks.common import active, check_not_updating, cluster_of, ec2_of, fail, lab, minor, moto, role, subnets, update
from slow import changes


def nodegroup_of(backend, cluster, name):
    if name not in cluster_of(backend, cluster).nodegroups:
        fail(ResourceNotFoundException, f"No node group found for name: {name}.")
    return backend.clusters[cluster].nodegroups[name]


def create_nodegroup(self):
    backend = self.eks_backend
    cluster = active(backend, self._get_param("name"))
    role(backend, self._get_param("nodeRole"))
    nets = subnets(backend, self._get_param("subnets"))
    template(backend, self._get_param("launchTemplate"))
    version = self._get_param("version") or cluster.version
    if minor(version) > minor(cluster.version):
        fail(InvalidParameterException, f"Nodegroup version {version} is newer than the cluster's, {cluster.version}")
    status = cluster.status
    cluster.status = "ACTIVE"  # moto requires it.
    group = moto["create_nodegroup"](self).result["nodegroup"]
    cluster.status = status
    group.version, group.release_version = version, self._get_param("releaseVersion") or f"{version}.0-20260101"
    group.remote_access = self._get_param("remoteAccess")
    group.resources = {"autoScalingGroups": [{"name": f"eks-{group.nodegroup_name}-{group.uuid}"}]}
    group.update_config = self._get_param("updateConfig") or {"maxUnavailable": 1}
    group.scaling_config = {"minSize": 1, "maxSize": 2, "desiredSize": 2, **(self._get_param("scalingConfig") or {})}
    group.disk_size = self._get_param("diskSize") if group.launch_template else self._get_param("diskSize") or 20
    group.instances = []
    create_own_entry(backend, cluster.name, group.node_role, "EC2_LINUX")

    def done():
        group.status = "ACTIVE"
        scale(backend, cluster, group, nets)

    group.status = "CREATING"
    # Nodes are not ready without a CNI.
    changes(backend).add("nodegroup", done, lambda: has_cni(backend, cluster))
    return ActionResult({"nodegroup": group})


def has_cni(backend, cluster):
    a = lab(backend).addons.get((cluster.name, "vpc-cni"))
    return cluster.bootstrap_self_managed_addons or (a is not None and a["status"] == "ACTIVE")


def template(backend, spec):
    """Fail unless a launch template and its version exist."""
    for t in ec2_of(backend).launch_templates.values() if spec else []:
        if t.name == spec.get("name") or t.id == spec.get("id"):
            if spec.get("version") and int(spec["version"]) > len(t.versions):
                fail(InvalidRequestException, f"You specified a launch template version that does not exist: {spec}")
            return
    if spec:
        fail(InvalidRequestException, f"The specified launch template does not exist: {spec}")


def scale(backend, cluster, group, nets):
    """Launch or terminate instances to match desiredSize."""
    ec2, want = ec2_of(backend), group.scaling_config["desiredSize"]
    while len(group.instances) > want:
        ec2.terminate_instances([group.instances.pop()])
    while len(group.instances) < want:
        group.instances.append(
            ec2.run_instances(
                "ami-12c6146b",
                1,
                None,
                [],
                instance_type=group.instance_types[0],
                is_instance_type_default=False,
                region_name=backend.region_name,
                subnet_id=nets[len(group.instances) % len(nets)].id,
                security_group_ids=[cluster.resources_vpc_config["clusterSecurityGroupId"]],
                tags={"instance": {"eks:cluster-name": cluster.name, "eks:nodegroup-name": group.nodegroup_name, **group_tags(backend, group)}},
            ).instances[0].id
        )


def group_tags(backend, group):
    """The tags of instances in a launch template."""
    for t in ec2_of(backend).launch_templates.values() if group.launch_template else []:
        if t.name == group.launch_template.get("name"):
            for spec in t.latest_version().data.get("TagSpecifications", []):
                if spec["ResourceType"] == "instance":
                    return {tag["Key"]: tag["Value"] for tag in spec.get("Tags", [])}
    return {}


def update_nodegroup_config(self):
    backend = self.eks_backend
    cluster = active(backend, self._get_param("name"))
    group = nodegroup_of(backend, cluster.name, self._get_param("nodegroupName"))
    check_not_updating(backend, group)
    moto["update_nodegroup_config"](self)

    def done():
        scale(backend, cluster, group, subnets(backend, group.subnets))

    return update(backend, "ConfigUpdate", group, done)


def update_nodegroup_version(self):
    backend = self.eks_backend
    cluster = active(backend, self._get_param("name"))
    group = nodegroup_of(backend, cluster.name, self._get_param("nodegroupName"))
    version = self._get_param("version") or group.version
    spec = self._get_param("launchTemplate")
    template(backend, spec)
    if minor(version) > minor(cluster.version):
        fail(InvalidParameterException, f"Nodegroup version {version} is newer than the cluster's, {cluster.version}")

    def done():
        group.version = version
        group.release_version = self._get_param("releaseVersion") or f"{version}.0-20260101"
        if spec:
            group.launch_template.update(spec)

    return update(backend, "VersionUpdate", group, done)


def delete_nodegroup(self):
    backend = self.eks_backend
    cluster = cluster_of(backend, self._get_param("name"))
    group = nodegroup_of(backend, cluster.name, self._get_param("nodegroupName"))
    check_not_updating(backend, group)

    def done():
        if group.instances:
            ec2_of(backend).terminate_instances(group.instances)
        cluster.nodegroups.pop(group.nodegroup_name)
        cluster.nodegroup_count -= 1
        delete_own_entry(backend, cluster.name, group.node_role)

    group.status = "DELETING"
    changes(backend).add("nodegroup-delete", done)
    return ActionResult({"nodegroup": group})


def create_fargate_profile(self):
    backend = self.eks_backend
    active(backend, self._get_param("name"))
    role(backend, self._get_param("podExecutionRoleArn"))
    subnets(backend, self._get_param("subnets"))
    profile = moto["create_fargate_profile"](self).result["fargateProfile"]
    create_own_entry(backend, profile.cluster_name, profile.pod_execution_role_arn, "FARGATE_LINUX")
    profile.status = "CREATING"
    changes(backend).add("fargate", lambda: setattr(profile, "status", "ACTIVE"))
    return ActionResult({"fargateProfile": profile})


def delete_fargate_profile(self):
    backend = self.eks_backend
    cluster = cluster_of(backend, self._get_param("name"))
    name = self._get_param("fargateProfileName")
    profile = cluster.fargate_profiles.get(name)
    if profile is None:
        fail(ResourceNotFoundException, f"No Fargate Profile found with name: {name}.")

    def done():
        cluster.fargate_profiles.pop(name)
        cluster.fargate_profile_count -= 1

    profile.status = "DELETING"
    changes(backend).add("fargate-delete", done)
    return ActionResult({"fargateProfile": profile})
