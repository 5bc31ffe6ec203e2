"""API servers of the lab, one for each cluster.

    POST /lab/apiservers    add one: {"endpoint": "https://…", "ca": its PEM}
    GET /lab/apiservers     list all, each with its cluster, and whether that was deleted
"""

servers = []


def add(endpoint, ca):
    servers.append({"endpoint": endpoint, "ca": ca, "cluster": None, "gone": False})


def assign(cluster):
    """Assign a free one. If there is none, the cluster is unreachable."""
    for s in servers:
        if s["cluster"] is None:
            s["cluster"] = cluster
            return s
    return {"endpoint": "https://cluster.invalid", "ca": "none"}


def release(cluster):
    for s in servers:
        if s["cluster"] == cluster:
            s["gone"] = True
