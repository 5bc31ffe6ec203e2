"""Serialize calls, validate them, inject faults, and log writes.

GET /lab/writes    calls that may have changed a resource, with their status
PUT /lab/faults    replace the faults: see Fault
"""

import random
import threading

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

import validate

READS = ("Describe", "Get", "List", "Lookup")

lock = threading.RLock()
writes = []
faults = []


class Fault:
    """A fault of matching calls.

    service, operation   by AWS's names, such as "ec2" and "CreateVpc"; default any
    code, message        of the error; default "ThrottlingException"
    status               of HTTP; from 500 on, without a body
    rate                 of calls that fail, between 0 and 1; default 1
    count                of calls that fail; default unlimited
    """

    def __init__(self, service="", operation="", code="ThrottlingException", message="Rate exceeded", status=400, rate=1.0, count=None):
        self.service, self.operation = service, operation
        self.code, self.message, self.status = code, message, status
        self.rate, self.count = rate, count

    def matches(self, service, operation):
        if self.service not in ("", service) or self.operation not in ("", operation):
            return False
        if self.count == 0 or random.random() >= self.rate:
            return False
        if self.count is not None:
            self.count -= 1
        return True


class Injected(ServiceException):
    """Its own class, because moto handles errors of services differently."""


def install():
    call_action = BaseResponse.call_action

    def call(self):
        service, operation = self.service_name, self._get_action() or ""
        refused = validate.check(self.normalized_request, self.boto3_service_name, operation, self.uri_match)
        with lock:
            fault = next((f for f in faults if f.matches(service, operation)), None)
            if fault is None and refused is not None:
                status, headers, body = self.serialized(ActionResult(refused))
            elif fault is None:
                try:
                    status, headers, body = call_action(self)
                except NotImplementedError:
                    log(self, service, operation, "not implemented")
                    raise
            elif fault.status >= 500:
                status, headers, body = fault.status, {"status": str(fault.status)}, ""
            else:
                status, headers, body = self.serialized(ActionResult(Injected(fault.code, fault.message)))
            log(self, service, operation, status)
            return status, headers, body

    BaseResponse.call_action = call


def log(self, service, operation, status):
    if operation.startswith(READS) and status != "not implemented":
        return
    write = {"service": service, "operation": operation, "status": status, "path": self.path, "body": str(self.body or self.querystring)[:2000]}
    writes.append(write)
    print(service, operation, status, self.path, write["body"][:300], flush=True)
