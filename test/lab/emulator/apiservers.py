"""API servers that play clusters, one each.

    POST /lab/apiservers    one more: {"endpoint": "https://…", "ca": its PEM}
    GET /lab/apiservers     all of them, each with its cluster, and whether that is gone
"""

servers = []


def add(endpoint, ca):
    servers.append({"endpoint": endpoint, "ca": ca, "cluster": None, "gone": False})


def take(cluster):
    """One that plays no cluster yet. Without any, nobody can reach the cluster."""
    for s in servers:
        if s["cluster"] is None:
            s["cluster"] = cluster
            return s
    return {"endpoint": "https://cluster.invalid", "ca": "there is none"}


def free(cluster):
    for s in servers:
        if s["cluster"] == cluster:
            s["gone"] = True
