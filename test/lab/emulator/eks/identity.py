"""Pod Identity associations."""

import uuid

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.eks.exceptions import ResourceInUseException, ResourceNotFoundException

from eks.common import active, arn, cluster_of, fail, lab, role


def put_association(backend, cluster, namespace, account, role_arn, owner=None, tags=None):
    role(backend, role_arn)
    for a in lab(backend).associations.values():
        if (a["clusterName"], a["namespace"], a["serviceAccount"]) == (cluster, namespace, account):
            fail(ResourceInUseException, f"Association already exists: {a['associationId']}")
    i = "a-" + uuid.uuid4().hex[:17]
    a = {
        "clusterName": cluster,
        "namespace": namespace,
        "serviceAccount": account,
        "roleArn": role_arn,
        "disableSessionTags": False,
        "associationId": i,
        "associationArn": arn(backend, f"podidentityassociation/{cluster}/{i}"),
        "createdAt": utcnow(),
        "modifiedAt": utcnow(),
        "tags": tags or {},
    }
    if owner:
        a["ownerArn"] = owner
    lab(backend).associations[i] = a
    return a


def association_of(self):
    a = lab(self.eks_backend).associations.get(self._get_param("associationId"))
    if a is None or a["clusterName"] != cluster_of(self.eks_backend, self._get_param("name")).name:
        fail(ResourceNotFoundException, "The specified association could not be found.")
    return a


def create_pod_identity_association(self):
    cluster = active(self.eks_backend, self._get_param("name")).name
    given = [self._get_param(k) for k in ("namespace", "serviceAccount", "roleArn")]
    return ActionResult({"association": put_association(self.eks_backend, cluster, *given, tags=self._get_param("tags"))})


def describe_pod_identity_association(self):
    return ActionResult({"association": association_of(self)})


def list_pod_identity_associations(self):
    cluster = cluster_of(self.eks_backend, self._get_param("name")).name
    wanted = {k: self._get_param(k) for k in ("namespace", "serviceAccount") if self._get_param(k)}
    return ActionResult(
        {"associations": [a for a in lab(self.eks_backend).associations.values() if a["clusterName"] == cluster and wanted.items() <= a.items()]}
    )


def update_pod_identity_association(self):
    a = association_of(self)
    if self._get_param("roleArn"):
        a["roleArn"] = role(self.eks_backend, self._get_param("roleArn")).arn
    if self._get_param("disableSessionTags") is not None:
        a["disableSessionTags"] = self._get_param("disableSessionTags")
    a["modifiedAt"] = utcnow()
    return ActionResult({"association": a})


def delete_pod_identity_association(self):
    a = association_of(self)
    del lab(self.eks_backend).associations[a["associationId"]]
    return ActionResult({"association": a})
