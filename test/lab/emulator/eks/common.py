"""Helpers of all EKS modules."""

import uuid

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.eks.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from moto.iam.models import iam_backends

from slow import changes

# moto's own functions, by name.
moto = {}


class Lab:
    """State of an account and region in addition to moto's."""

    def __init__(self):
        self.addons = {}  # by cluster and name
        self.entries = {}  # by cluster and principal
        self.associations = {}  # by id
        self.updates = {}  # by id


def lab(backend):
    """It's an attribute of moto's backend, so that it's reset with moto."""
    if not hasattr(backend, "lab"):
        backend.lab = Lab()
    return backend.lab


def fail(exception, message):
    raise exception(message=message)


def arn(backend, resource):
    return f"arn:{backend.partition}:eks:{backend.region_name}:{backend.account_id}:{resource}"


def ec2_of(backend):
    return ec2_backends[backend.account_id][backend.region_name]


def iam_of(backend):
    return iam_backends[backend.account_id][backend.partition]


def role(backend, role_arn):
    """A role, which must exist: its ARN can be computed before."""
    for r in iam_of(backend).roles.values():
        if r.arn == role_arn:
            return r
    fail(InvalidParameterException, f"The role {role_arn} does not exist")


def subnets(backend, ids):
    """Subnets, which must exist."""
    existing = {s.id: s for s in ec2_of(backend).describe_subnets()}
    for i in ids or []:
        if i not in existing:
            fail(InvalidParameterException, f"The subnet ID '{i}' does not exist")
    return [existing[i] for i in ids or []]


def cluster_of(backend, name):
    if name not in backend.clusters:
        fail(ResourceNotFoundException, f"No cluster found for name: {name}.")
    return backend.clusters[name]


def active(backend, name):
    """A cluster to which something can be added."""
    cluster = cluster_of(backend, name)
    if cluster.status not in ("ACTIVE", "UPDATING"):
        fail(InvalidRequestException, f"Cluster '{name}' is not in ACTIVE status")
    return cluster


def minor(version):
    return int(version.split(".")[1])


def check_not_updating(backend, of):
    """Fail if an update of a resource is in progress."""
    for u in lab(backend).updates.values():
        if u["of"] is of and u["status"] == "InProgress":
            fail(ResourceInUseException, f"An update is in progress: {u['id']}")


def update(backend, kind, of, apply):
    """Start an update, which calls apply when it's complete."""
    check_not_updating(backend, of)
    u = {"id": str(uuid.uuid4()), "status": "InProgress", "type": kind, "params": [], "createdAt": utcnow(), "errors": [], "of": of}
    lab(backend).updates[u["id"]] = u

    def done():
        u["status"] = "Successful"
        set_status(of, "ACTIVE")
        apply()

    set_status(of, "UPDATING")
    changes(backend).add("update", done)
    return ActionResult({"update": u})


def set_status(of, status):
    if isinstance(of, dict):
        of["status"] = status
    else:
        of.status = status
