"""EKS where moto is incomplete or less strict.

moto creates clusters, node groups and Fargate profiles immediately. Here that takes
time, they can be updated, and what they refer to must exist. Add-ons, access entries,
access policies and Pod Identity associations are added.
"""

import re

import boto3
from botocore import xform_name
from moto.eks import urls
from moto.eks.responses import EKSResponse

from eks import access, addons, clusters, identity, nodes
from eks.common import ec2_of, moto
from slow import changes


def install():
    """Register each function that has the name of an operation."""
    for name, path in operations():
        for module in (access, addons, clusters, identity, nodes):
            if hasattr(module, name):
                moto[name] = getattr(EKSResponse, name, None)
                setattr(EKSResponse, name, getattr(module, name))
                urls.url_paths.setdefault("{0}" + path + "$", urls.response.dispatch)
    EKSResponse.eks_backend = property(settled(EKSResponse.eks_backend.fget))


def operations():
    """EKS's operations, with the regular expressions of their paths."""
    client = boto3.client("eks", region_name="us-east-1", aws_access_key_id="-", aws_secret_access_key="-")
    for operation in client.meta.service_model.operation_names:
        path = client.meta.service_model.operation_model(operation).http["requestUri"]
        # ARNs of principals contain slashes.
        one = ".+" if "{principalArn}" in path else "[^/]+"
        yield xform_name(operation), re.sub(r"\{(\w+)\}", rf"(?P<\1>{one})", path)


def settled(backend_of):
    """A backend whose due changes are complete."""

    def backend(self):
        b = backend_of(self)
        changes(b).settle()
        return b

    return backend
