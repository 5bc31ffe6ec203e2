"""How long things take.

Nothing in AWS is there at once, and whoever does not wait finds out. moto's are:
so what takes minutes in AWS takes some seconds here, as many as delays says.
"""

import time

# Seconds that each takes. The lab may change them while it runs.
delays = {
    "cluster": 4.0,
    "cluster-delete": 3.0,
    "nodegroup": 4.0,
    "nodegroup-delete": 3.0,
    "fargate": 3.0,
    "fargate-delete": 3.0,
    "addon": 2.0,
    "addon-delete": 1.0,
    "update": 2.0,
    "nat": 3.0,
    "nat-delete": 3.0,
}


class Change:
    """A change under way: what is to happen when its time has come."""

    def __init__(self, what, then, only_if=lambda: True):
        self.due = time.monotonic() + delays[what]
        self.then = then
        self.only_if = only_if


class Changes:
    """All changes under way of a service in an account and region."""

    def __init__(self):
        self.pending = []

    def add(self, *args):
        self.pending.append(Change(*args))

    def settle(self):
        """Let happen what is due. A change may wait for another one."""
        again = True
        while again:
            again = False
            for change in list(self.pending):
                if change.due <= time.monotonic() and change.only_if():
                    self.pending.remove(change)
                    change.then()
                    again = True


def changes(backend):
    """The changes of a moto backend, which go when it's reset."""
    if not hasattr(backend, "changes_under_way"):
        backend.changes_under_way = Changes()
    return backend.changes_under_way
