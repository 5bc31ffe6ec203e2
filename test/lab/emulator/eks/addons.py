"""Add-ons."""

import uuid

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.eks.exceptions import ResourceInUseException, ResourceNotFoundException

from eks.common import active, arn, cluster_of, fail, lab, role, update
from eks.identity import put_association
from slow import changes

# Namespaces of add-ons' service accounts other than kube-system.
NAMESPACES = {"amazon-cloudwatch-observability": "amazon-cloudwatch", "cert-manager": "cert-manager"}

# Add-ons with a Deployment, whose pods need a node. Others are DaemonSets.
NEED_NODES = {"coredns", "aws-ebs-csi-driver", "aws-efs-csi-driver", "metrics-server"}


def addon_of(backend, cluster, name):
    cluster_of(backend, cluster)
    a = lab(backend).addons.get((cluster, name))
    if a is None:
        fail(ResourceNotFoundException, f"No addon: {name} found in cluster: {cluster}")
    return a


def create_addon(self):
    backend = self.eks_backend
    cluster = active(backend, self._get_param("name"))
    name = self._get_param("addonName")
    if (cluster.name, name) in lab(backend).addons:
        fail(ResourceInUseException, "Addon already exists.")
    if self._get_param("serviceAccountRoleArn"):
        role(backend, self._get_param("serviceAccountRoleArn"))
    a = {
        "addonName": name,
        "clusterName": cluster.name,
        "status": "CREATING",
        "addonVersion": self._get_param("addonVersion") or default_version(name, cluster),
        "addonArn": arn(backend, f"addon/{cluster.name}/{name}/{uuid.uuid4()}"),
        "createdAt": utcnow(),
        "modifiedAt": utcnow(),
        "health": {"issues": []},
        "serviceAccountRoleArn": self._get_param("serviceAccountRoleArn"),
        "configurationValues": self._get_param("configurationValues"),
        "tags": self._get_param("tags") or {},
    }
    addon_identity(self, backend, a)
    lab(backend).addons[cluster.name, name] = a
    changes(backend).add("addon", lambda: a.update(status="ACTIVE"), lambda: name not in NEED_NODES or has_nodes(cluster))
    return ActionResult({"addon": a})


def default_version(name, cluster):
    """Only kube-proxy's minor version matters: it's the cluster's."""
    return f"v{cluster.version}.0-eksbuild.1" if name == "kube-proxy" else "v1.0.0-eksbuild.1"


def has_nodes(cluster):
    return any(n.status in ("ACTIVE", "UPDATING") for n in cluster.nodegroups.values()) or any(
        s.get("namespace") == "kube-system" for p in cluster.fargate_profiles.values() for s in p.selectors if p.status == "ACTIVE"
    )


def addon_identity(self, backend, a):
    """Replace an add-on's associations by those that are given."""
    given = self._get_param("podIdentityAssociations")
    if given is None:
        a.setdefault("podIdentityAssociations", [])
        return
    delete_associations(backend, a)
    namespace = NAMESPACES.get(a["addonName"], "kube-system")
    a["podIdentityAssociations"] = [
        put_association(backend, a["clusterName"], namespace, g["serviceAccount"], g["roleArn"], owner=a["addonArn"])["associationArn"]
        for g in given
    ]


def delete_associations(backend, a):
    state = lab(backend)
    for k in [k for k, v in state.associations.items() if v.get("ownerArn") == a["addonArn"]]:
        del state.associations[k]


def describe_addon(self):
    return ActionResult({"addon": addon_of(self.eks_backend, self._get_param("name"), self._get_param("addonName"))})


def list_addons(self):
    cluster = cluster_of(self.eks_backend, self._get_param("name")).name
    return ActionResult({"addons": sorted(n for c, n in lab(self.eks_backend).addons if c == cluster)})


def update_addon(self):
    backend = self.eks_backend
    a = addon_of(backend, active(backend, self._get_param("name")).name, self._get_param("addonName"))
    if a["status"] != "ACTIVE":
        fail(ResourceInUseException, f"Addon {a['addonName']} cannot be updated: it is {a['status']}")
    if self._get_param("serviceAccountRoleArn"):
        role(backend, self._get_param("serviceAccountRoleArn"))
    addon_identity(self, backend, a)
    given = {k: self._get_param(k) for k in ("addonVersion", "serviceAccountRoleArn", "configurationValues")}

    def done():
        a.update({k: v for k, v in given.items() if v is not None}, modifiedAt=utcnow())

    return update(backend, "AddonUpdate", a, done)


def delete_addon(self):
    backend = self.eks_backend
    a = addon_of(backend, self._get_param("name"), self._get_param("addonName"))

    def done():
        lab(backend).addons.pop((a["clusterName"], a["addonName"]), None)
        delete_associations(backend, a)

    a["status"] = "DELETING"
    changes(backend).add("addon-delete", done)
    return ActionResult({"addon": a})
