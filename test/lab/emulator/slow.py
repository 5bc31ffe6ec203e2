"""Asynchronous changes.

moto's changes are immediate, so missing waits would not be detected. Changes that
take minutes in AWS take as many seconds here as delays says.
"""

import time

# Seconds. They can be changed over HTTP.
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
    """A pending change: done is called once it's due."""

    def __init__(self, what, done, only_if=lambda: True):
        self.due = time.monotonic() + delays[what]
        self.done = done
        self.only_if = only_if


class Changes:
    """The pending changes of a service in an account and region."""

    def __init__(self):
        self.pending = []

    def add(self, *args):
        self.pending.append(Change(*args))

    def settle(self):
        """Complete due changes. A change may wait for another one."""
        again = True
        while again:
            again = False
            for change in list(self.pending):
                if change.due <= time.monotonic() and change.only_if():
                    self.pending.remove(change)
                    change.done()
                    again = True


def changes(backend):
    """The changes of a moto backend, which are reset with it."""
    if not hasattr(backend, "pending_changes"):
        backend.pending_changes = Changes()
    return backend.pending_changes
