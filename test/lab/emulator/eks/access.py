"""Access entries and their policies."""

import re
import uuid

from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.eks.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from moto.sts.models import sts_backends

from eks.common import active, arn, fail, iam_of, lab

ADMIN = "cluster-access-policy/AmazonEKSClusterAdminPolicy"


def principal_exists(backend, who):
    return any(p.arn == who for p in [*iam_of(backend).roles.values(), *iam_of(backend).users.values()])


def caller(self):
    """The IAM principal of a request."""
    sts = sts_backends[self.current_account][self.partition]
    return principal(sts.get_caller_identity(self.get_access_key(), self.region)[1])


def principal(who):
    """The role of an assumed role, or the principal itself."""
    m = re.fullmatch(r"arn:([^:]+):sts::(\d+):assumed-role/([^/]+)/.+", who)
    return f"arn:{m[1]}:iam::{m[2]}:role/{m[3]}" if m else who


def put_entry(backend, cluster, who, kind, **more):
    what, name = who.split(":")[5].split("/", 1)
    entry = {
        "clusterName": cluster,
        "principalArn": who,
        "type": kind,
        "kubernetesGroups": ["system:nodes"] if kind == "EC2_LINUX" else [],
        "username": "system:node:{{EC2PrivateDNSName}}" if kind == "EC2_LINUX" else who,
        "accessEntryArn": arn(backend, f"access-entry/{cluster}/{what}/{backend.account_id}/{name}/{uuid.uuid4()}"),
        "createdAt": utcnow(),
        "modifiedAt": utcnow(),
        "tags": {},
        "policies": {},
        **more,
    }
    lab(backend).entries[cluster, who] = entry
    return entry


def create_own_entry(backend, cluster, who, kind):
    """The entry that EKS creates for the nodes of a group or profile."""
    mode = backend.clusters[cluster].access_config["authenticationMode"]
    if mode != "CONFIG_MAP" and (cluster, who) not in lab(backend).entries:
        put_entry(backend, cluster, who, kind, own=True)


def delete_own_entry(backend, cluster, who):
    """Delete it with the last node group that uses it."""
    entry = lab(backend).entries.get((cluster, who))
    used = any(g.node_role == who for g in backend.clusters[cluster].nodegroups.values())
    if entry and entry.get("own") and not used:
        del lab(backend).entries[cluster, who]


def entries_of(backend, name):
    cluster = active(backend, name)
    if cluster.access_config["authenticationMode"] == "CONFIG_MAP":
        fail(InvalidRequestException, "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.")
    return {who: e for (c, who), e in lab(backend).entries.items() if c == name}


def entry_of(self):
    entries = entries_of(self.eks_backend, self._get_param("name"))
    who = self._get_param("principalArn")
    if who not in entries:
        fail(ResourceNotFoundException, f"The specified principalArn could not be found: {who}")
    return entries[who]


def create_access_entry(self):
    backend = self.eks_backend
    cluster, who = self._get_param("name"), self._get_param("principalArn")
    if who in entries_of(backend, cluster):
        fail(ResourceInUseException, "The specified access entry resource is already in use on this cluster.")
    if not principal_exists(backend, who):
        fail(InvalidParameterException, "The specified principalArn is invalid: invalid principal.")
    kind = self._get_param("type") or "STANDARD"
    entry = put_entry(backend, cluster, who, kind, tags=self._get_param("tags") or {})
    if kind == "STANDARD":
        entry["kubernetesGroups"] = self._get_param("kubernetesGroups") or []
        entry["username"] = self._get_param("username") or who
    return ActionResult({"accessEntry": entry})


def describe_access_entry(self):
    return ActionResult({"accessEntry": entry_of(self)})


def list_access_entries(self):
    return ActionResult({"accessEntries": sorted(entries_of(self.eks_backend, self._get_param("name")))})


def update_access_entry(self):
    entry = entry_of(self)
    if self._get_param("kubernetesGroups") is not None:
        entry["kubernetesGroups"] = self._get_param("kubernetesGroups")
    if self._get_param("username"):
        entry["username"] = self._get_param("username")
    entry["modifiedAt"] = utcnow()
    return ActionResult({"accessEntry": entry})


def delete_access_entry(self):
    entry = entry_of(self)
    del lab(self.eks_backend).entries[entry["clusterName"], entry["principalArn"]]
    return EmptyResult()


def associate(backend, entry, policy, scope):
    p = {"policyArn": policy, "accessScope": scope, "associatedAt": utcnow(), "modifiedAt": utcnow()}
    entry["policies"][policy] = p
    return p


def associate_access_policy(self):
    entry, policy = entry_of(self), self._get_param("policyArn")
    if not re.fullmatch(r"arn:[^:]+:eks::aws:cluster-access-policy/AmazonEKS\w+Policy", policy):
        fail(InvalidParameterException, f"The policyArn parameter format is not valid: {policy}")
    p = associate(self.eks_backend, entry, policy, self._get_param("accessScope"))
    return ActionResult({"clusterName": entry["clusterName"], "principalArn": entry["principalArn"], "associatedAccessPolicy": p})


def disassociate_access_policy(self):
    if entry_of(self)["policies"].pop(self._get_param("policyArn"), None) is None:
        fail(ResourceNotFoundException, "The specified policyArn could not be found.")
    return EmptyResult()


def list_associated_access_policies(self):
    entry = entry_of(self)
    return ActionResult(
        {"clusterName": entry["clusterName"], "principalArn": entry["principalArn"], "associatedAccessPolicies": list(entry["policies"].values())}
    )
