"""Token authentication of EKS.

A token is the URL of a call to STS, presigned for one cluster. The principal that STS
returns is authenticated if the cluster has an access entry for it.
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
MAX_VALIDITY = 900


class Rejected(Exception):
    pass


def review(token, host):
    """The user of a token, in the token's cluster."""
    query = query_of(token, host)
    key_id = query["X-Amz-Credential"].split("/")[0]
    account, partition, secret = owner(key_id)
    backend, cluster = cluster_of(query, host, account, secret)
    arn = principal(sts_backends[account][partition].get_caller_identity(key_id, backend.region_name)[1])
    entry = lab(backend).entries.get((cluster, arn))
    if entry is None:
        raise Rejected(f"{arn} has no access entry in cluster {cluster}")
    groups = list(entry["kubernetesGroups"])
    if any(p.endswith(ADMIN) for p in entry["policies"]):
        groups.append("system:masters")
    return {"username": entry["username"], "uid": arn, "groups": groups}


def query_of(token, host):
    if not token.startswith(PREFIX):
        raise Rejected("no token of EKS")
    raw = token.removeprefix(PREFIX)
    url = urllib.parse.urlsplit(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)).decode())
    query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
    if url.netloc != host or query.get("Action") != "GetCallerIdentity":
        raise Rejected(f"got a call of {query.get('Action')} to {url.netloc}")
    if "x-k8s-aws-id" not in query["X-Amz-SignedHeaders"].split(";"):
        raise Rejected("no cluster is signed")
    signed = datetime.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
    validity = int(query["X-Amz-Expires"])
    if validity > MAX_VALIDITY or signed + datetime.timedelta(seconds=validity) < datetime.datetime.now(datetime.UTC):
        raise Rejected("the token has expired")
    return query


def owner(key_id):
    """The account, partition and secret of an access key."""
    for account in list(iam_backends):
        for partition, iam in list(iam_backends[account].items()):
            keys = [k for u in iam.users.values() for k in u.access_keys if k.access_key_id == key_id]
            keys += [r for r in sts_backends[account][partition].assumed_roles if r.access_key_id == key_id]
            for k in keys:
                return account, partition, getattr(k, "secret_key", None) or k.secret_access_key
    raise Rejected("unknown access key")


def cluster_of(query, host, account, secret):
    """Find the cluster by signature: its name is not in the token."""
    for backend in list(eks_backends[account].values()):
        for name in backend.clusters:
            if signature(query, host, name, secret) == query["X-Amz-Signature"]:
                return backend, name
    raise Rejected("signed for no existing cluster")


def signature(query, host, cluster, secret):
    key_id, _, region, _, _ = query["X-Amz-Credential"].split("/")
    rest = {k: v for k, v in query.items() if k != "X-Amz-Signature"}
    request = AWSRequest("GET", f"http://{host}/?" + urllib.parse.urlencode(rest, quote_via=urllib.parse.quote), {"x-k8s-aws-id": cluster})
    request.context["timestamp"] = query["X-Amz-Date"]
    auth = SigV4QueryAuth(Credentials(key_id, secret), "sts", region)
    return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
