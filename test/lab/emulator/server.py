"""moto's server with additions, on loopback.

    python server.py PORT

Its API for tests:

    GET, PUT /lab/delays                  durations of changes: see slow.py
    GET /lab/writes, PUT /lab/faults      see calls.py
    GET /lab/violations                   see validate.py
    GET, POST /lab/apiservers             see apiservers.py
    POST, DELETE /lab/instances           see instances.py
    POST /lab/users                       create a user {"name": …} with an access key
    POST /lab/token                       webhook of the API servers: see tokens.py
"""

import json
import os
import sys

# Read on import of moto. AWS managed policies can't be attached without it.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple
from werkzeug.wrappers import Request, Response

import apiservers
import calls
import ec2
import eks
import iam
import instances
import slow
import tokens
import validate


class Handler(MotoRequestHandler):
    def log_request(self, *args):
        """calls.py logs writes."""


def lab(request):
    """Handle a request to the API for tests."""
    path = request.path.removeprefix("/lab/").split("/")
    match request.method, path:
        case "GET", ["delays"]:
            return slow.delays
        case "PUT", ["delays"]:
            slow.delays.update(request.get_json())
            return slow.delays
        case "GET", ["writes"]:
            return calls.writes[int(request.args.get("since", 0)) :]
        case "GET", ["violations"]:
            return validate.violations
        case "PUT", ["faults"]:
            calls.faults[:] = [calls.Fault(**f) for f in request.get_json()]
            return None
        case "GET", ["apiservers"]:
            return apiservers.servers
        case "POST", ["apiservers"]:
            return apiservers.add(**request.get_json())
        case "POST", ["users"]:
            return user(request.get_json()["name"])
        case "POST", ["instances"]:
            r = request.get_json()
            return instances.launch(r["endpoint"], r["class"])
        case "DELETE", ["instances", instance]:
            return instances.terminate(instance)
        case "POST", ["token"]:
            return review(request.get_json())
    return None


def user(name):
    iam_backend = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    iam_backend.create_user("us-east-1", name)
    key = iam_backend.create_access_key(name)
    return {"id": key.access_key_id, "secret": key.secret_access_key}


def review(r):
    try:
        r["status"] = {"authenticated": True, "user": tokens.review(r["spec"]["token"], HOST)}
    except Exception as e:  # Any error rejects the token.
        print("token rejected:", repr(e), flush=True)
        r["status"] = {"authenticated": False, "error": str(e)}
    return {k: r[k] for k in ("apiVersion", "kind", "status")}


def app(aws):
    def serve(environ, start_response):
        if not environ["PATH_INFO"].startswith("/lab/"):
            return aws(environ, start_response)
        try:
            with calls.lock:
                response = Response(json.dumps(lab(Request(environ))), mimetype="application/json")
        except LookupError as e:
            response = Response(str(e), status=404)
        return response(environ, start_response)

    return serve


if __name__ == "__main__":
    PORT = int(sys.argv[1])
    HOST = f"127.0.0.1:{PORT}"
    for module in (calls, ec2, eks, iam):
        module.install()
    run_simple("127.0.0.1", PORT, app(DomainDispatcherApplication(create_backend_app)), threaded=True, request_handler=Handler)
