"""Who a token is, as EKS tells the API servers of its clusters.

A token is the URL of a call to STS that its bearer has signed, for one cluster.
Whom STS names is somebody in the cluster if there is an access entry.
"""

import base64
import datetime
import urllib.parse

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.eks.models import eks_backends
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from eks.access import ADMIN, principal
from eks.common import lab

PREFIX = "k8s-aws-v1."
LONGEST = 900


class Refused(Exception):
    pass


def review(token, host):
    """The user that a token is in the cluster that it's for."""
    query = query_of(token, host)
    key_id = query["X-Amz-Credential"].split("/")[0]
    account, partition, secret = holder(key_id)
    backend, cluster = cluster_of(query, host, account, secret)
    arn = principal(sts_backends[account][partition].get_caller_identity(key_id, backend.region_name)[1])
    entry = lab(backend).entries.get((cluster, arn))
    if entry is None:
        raise Refused(f"{arn} has no access entry in cluster {cluster}")
    groups = list(entry["kubernetesGroups"])
    if any(p.endswith(ADMIN) for p in entry["policies"]):
        groups.append("system:masters")
    return {"username": entry["username"], "uid": arn, "groups": groups}


def query_of(token, host):
    if not token.startswith(PREFIX):
        raise Refused("no token of EKS")
    raw = token.removeprefix(PREFIX)
    url = urllib.parse.urlsplit(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)).decode())
    query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
    if url.netloc != host or query.get("Action") != "GetCallerIdentity":
        raise Refused(f"it's for {url.netloc} to {query.get('Action')}")
    if "x-k8s-aws-id" not in query["X-Amz-SignedHeaders"].split(";"):
        raise Refused("it names no cluster")
    made = datetime.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
    lasts = int(query["X-Amz-Expires"])
    if lasts > LONGEST or made + datetime.timedelta(seconds=lasts) < datetime.datetime.now(datetime.UTC):
        raise Refused("it has expired")
    return query


def holder(key_id):
    """The account, partition and secret of an access key."""
    for account in list(iam_backends):
        for partition, iam in list(iam_backends[account].items()):
            keys = [k for u in iam.users.values() for k in u.access_keys if k.access_key_id == key_id]
            keys += [r for r in sts_backends[account][partition].assumed_roles if r.access_key_id == key_id]
            for k in keys:
                return account, partition, getattr(k, "secret_key", None) or k.secret_access_key
    raise Refused("nobody has its access key")


def cluster_of(query, host, account, secret):
    """A signature holds for one cluster only. Its name is not in the token."""
    for backend in list(eks_backends[account].values()):
        for name in backend.clusters:
            if signature(query, host, name, secret) == query["X-Amz-Signature"]:
                return backend, name
    raise Refused("it's signed for no cluster that is there")


def signature(query, host, cluster, secret):
    key_id, _, region, _, _ = query["X-Amz-Credential"].split("/")
    rest = {k: v for k, v in query.items() if k != "X-Amz-Signature"}
    request = AWSRequest("GET", f"http://{host}/?" + urllib.parse.urlencode(rest, quote_via=urllib.parse.quote), {"x-k8s-aws-id": cluster})
    request.context["timestamp"] = query["X-Amz-Date"]
    auth = SigV4QueryAuth(Credentials(key_id, secret), "sts", region)
    return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
