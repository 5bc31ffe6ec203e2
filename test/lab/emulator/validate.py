"""Refuse what violates AWS's own definitions of its APIs, which botocore contains.

GET /lab/violations    each refused request, once

The definitions have required and unknown parameters, types, lengths, ranges, patterns and
enumerations. AWS checks these before anything else; moto checks none of them.
"""

import json
import xml.etree.ElementTree as ElementTree
from functools import cache

import regex
from botocore.model import OperationNotFoundError
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator, ValidationErrors
from moto.core.exceptions import ServiceException
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.utils import get_service_model

violations = []

# Errors of APIs for a value that their definition doesn't allow, by preference. Those
# that declare none of them return the error of their protocol.
DECLARED = ("ValidationException", "InvalidParameterException", "InvalidParameterValueException")
UNDECLARED = {"ec2": "InvalidParameterValue", "query": "ValidationError"}


# VIOLATION is the reason of errors that botocore doesn't have.
VIOLATION = "violation"


class Refused(ServiceException):
    """The error for a request with violations."""


def check(request, service, operation, uri_params):
    """Return the error for a request, or None if its definition allows it."""
    model = get_service_model(service)
    try:
        definition = model.operation_model(operation)
    except OperationNotFoundError:
        return None  # moto reports it.
    protocol = determine_request_protocol(model, request.content_type)
    found = violations_of(request, definition, protocol, uri_params)
    if not found:
        return None
    for v in found:
        v = {"service": service, "operation": operation, "message": v}
        if v not in violations:
            violations.append(v)
            print("violation:", service, operation, v["message"], flush=True)
    declared = [e.name for e in definition.error_shapes]
    code = next((c for c in DECLARED if c in declared), UNDECLARED.get(protocol, "ValidationException"))
    return Refused(code, f"{len(found)} validation error{'s' * (len(found) > 1)} detected: " + "; ".join(found))


def violations_of(request, definition, protocol, uri_params):
    """Return messages with the path and the value of what the definition doesn't allow."""
    shape = definition.input_shape
    if shape is None:
        return []
    sent = {
        "method": request.method,
        "values": request.values,
        "headers": request.headers,
        "body": request.data,
        "url_path": request.path,
        "url_params": uri_params,
    }
    try:
        params = PROTOCOL_PARSERS[protocol](definition).parse(sent)
    except (AttributeError, KeyError, TypeError, ValueError) as e:
        return [f"input cannot be parsed: {e!r}"]
    errors = Validator().validate(params, shape)
    if errors.has_errors():
        return errors.generate_report().split("\n")
    return unknown(request, params, definition, protocol)


class Validator(ParamValidator):
    """botocore's, with the constraints that it leaves to AWS."""

    # Without these, botocore doesn't validate the members of lists.
    VALIDATED_METADATA_ATTRS = ParamValidator.VALIDATED_METADATA_ATTRS | {"max", "pattern", "enum"}

    def validate(self, params, shape):
        errors = Errors()
        self._validate(params, shape, errors, name="")
        return errors

    def _validate(self, params, shape, errors, name):
        super()._validate(params, shape, errors, name)
        limits = shape.metadata
        if isinstance(params, str) and shape.type_name == "string":
            if "enum" in limits and params not in limits["enum"]:
                errors.report(name, VIOLATION, message=f"{params!r} is none of {', '.join(limits['enum'])}")
            if "pattern" in limits and not compiled(limits["pattern"]).fullmatch(params):
                errors.report(name, VIOLATION, message=f"{params!r} doesn't match {limits['pattern']}")
        if "max" in limits and magnitude(params) > limits["max"]:
            errors.report(name, VIOLATION, message=f"{params!r} exceeds the maximum of {limits['max']}")


class Errors(ValidationErrors):
    """botocore's, with a message for what it doesn't check."""

    def _format_error(self, error):
        reason, name, more = error
        return f"{self._get_name(name)}: {more['message']}" if reason == VIOLATION else super()._format_error(error)


def magnitude(value):
    """What a maximum applies to: a number itself, or a length."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, (int, float)):
        return value
    return len(value) if isinstance(value, (str, bytes, list, dict)) else 0


@cache
def compiled(pattern):
    r"""Compile a pattern of Java's, in which \w is ASCII, but \p{L} isn't.

    AWS requires that all of a value matches, whether or not a pattern has anchors.
    """
    return regex.compile(pattern, 0 if r"\p" in pattern else regex.ASCII)


def unknown(request, params, definition, protocol):
    """Return what the parser ignored: it's absent once parameters are serialized again."""
    again = create_serializer(protocol, include_validation=False).serialize_to_request(params, definition)
    if protocol in ("query", "ec2"):
        return differences(request.values.to_dict(), {k: str(v) for k, v in again["body"].items()})
    if protocol == "json":
        return differences(json.loads(request.data), json.loads(again["body"]))
    arguments = definition.http_trait.query_args | again["query_string"]
    found = differences(request.args.to_dict(flat=False), {k: v if isinstance(v, list) else [str(v)] for k, v in arguments.items()})
    payload = definition.input_shape.serialization.get("payload")
    if payload and definition.input_shape.members[payload].type_name in ("blob", "string"):
        return found
    read = elements if protocol == "rest-xml" else json.loads
    return found + differences(*(read(b) if b else {} for b in (request.data, again["body"])))


def elements(document):
    """Return an XML element as a dictionary of lists, by name."""
    root = ElementTree.fromstring(document) if isinstance(document, (str, bytes)) else document
    children = {}
    for child in root:
        children.setdefault(child.tag.split("}")[-1], []).append(elements(child))
    return children


def differences(sent, again, path=""):
    """Return what was sent and isn't there again, or has another type."""
    if isinstance(sent, dict) and isinstance(again, dict):
        found = []
        for name, value in sent.items():
            at = f"{path}.{name}" if path else name
            if name in again:
                found += differences(value, again[name], at)
            elif value is not None:
                found.append(f'Unknown parameter: "{at}"')
        return found
    if isinstance(sent, list) and isinstance(again, list):
        return [d for i, (s, a) in enumerate(zip(sent, again)) for d in differences(s, a, f"{path}[{i}]")]
    if again in ("true", "false") and str(sent).lower() != again:
        return [f"Invalid type for parameter {path}, value: {sent}, valid type: boolean"]
    if isinstance(sent, str) and isinstance(again, (int, float)):
        return [f"Invalid type for parameter {path}, value: {sent}, valid type: number"]
    return []
