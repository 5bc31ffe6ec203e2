"""Check the policies of all examples against AWS's definitions of actions.

    python iam.py COMMAND    the path of function-seafarer-cluster

parliament contains these definitions: which actions exist, on which resources, and with
which condition keys. It prints what it finds, and exits with 1 if there is something that
ALLOWED doesn't list, or if something there is no longer found.
"""

import json
import pathlib
import re
import subprocess
import sys
import warnings

warnings.filterwarnings("ignore", "pkg_resources is deprecated")  # parliament imports it.

import parliament

ROOT = pathlib.Path(__file__).parents[2]

# Fields of composed resources that are a policy.
FIELDS = ("assumeRolePolicy", "policy")

# ALLOWED findings: a policy, the finding's name, a regular expression for its detail, and why
# it isn't an error.
ALLOWED = [
    (
        "karpenter-policy-resource-discovery",
        "RESOURCE_MISMATCH",
        r"ssm:GetParameter requires arn:\*:ssm:\*:\*:parameter/\*",
        "Karpenter's own template has it, too. AWS's public parameters, to which parliament's pattern doesn't apply, belong to no account.",
    ),
    (
        "*",
        "UNKNOWN_FEDERATION_SOURCE",
        r"arn:aws[a-z-]*:iam::\d{12}:oidc-provider/oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/id/[0-9A-F]+",
        "The OIDC provider of a cluster. parliament knows SAML providers, and those of web identities by name.",
    ),
    (
        "*",
        "UNKNOWN_CONDITION_FOR_ACTION",
        r"Unknown condition oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/id/[0-9A-F]+:(aud|sub) for action sts:AssumeRoleWithWebIdentity",
        "The claims of a token, by its issuer: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html",
    ),
    (
        "secrets-key",
        "RESOURCE_STAR",
        "",
        "In the policy of a key, * is that key: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
    ),
]


def rendered(command):
    """Return the resources of each example that isn't invalid, by the example's name."""
    all = {}
    for claim in sorted(ROOT.glob("example/*/claim.yaml")):
        example = claim.parent
        if example.name.startswith("invalid-"):
            continue
        fences = example / "composition.yaml"
        args = [command, "render", claim, "--simulate", "-o", "json"]
        if fences.exists():
            args += ["--composition", fences]
        out = subprocess.run(args, check=True, capture_output=True, cwd=ROOT).stdout
        all[example.name] = json.loads(out)["items"]
    return all


def policies(items):
    """Return the policies of resources, by the resource's key and a number."""
    found = {}
    for i in items:
        key = i["metadata"]["annotations"].get("crossplane.io/composition-resource-name")
        provider = i.get("spec", {}).get("forProvider") or {}
        inline = [p["policy"] for p in provider.get("inlinePolicy", [])]
        for n, document in enumerate([provider[f] for f in FIELDS if f in provider] + inline):
            found[key, n] = document
    return found


def findings(document):
    """Return what parliament finds in a policy: pairs of a name and a detail."""
    policy = json.loads(document)
    statements = policy["Statement"]
    for s in statements:
        if "Principal" in s and "Resource" not in s:
            s["Resource"] = "*"  # A trust policy has none. Without one, parliament doesn't look at the actions.
    found = set()
    mismatches = {}
    for s in statements:
        alone = parliament.analyze_policy_string(json.dumps(policy | {"Statement": [s]}), "policy")
        wrong = {}
        for f in alone.findings:
            if f.issue == "RESOURCE_MISMATCH":
                for d in f.detail:
                    wrong.setdefault(d["action"], set()).add(d["required_format"])
            elif not (f.issue == "RESOURCE_STAR" and "AssumeRole" in str(f.detail)):
                found.add((f.issue, f.detail if isinstance(f.detail, str) else json.dumps(f.detail)))
        for action in expanded(s):
            mismatches.setdefault(action, []).append(wrong.get(action, set()))
    # An action may need several resources, each of which another statement allows.
    for action, sets in mismatches.items():
        found |= {("RESOURCE_MISMATCH", f"{action} requires {r}") for r in set.intersection(*sets)}
    # A policy as a whole may be malformed, or have two statements of one Sid.
    whole = parliament.analyze_policy_string(json.dumps(policy), "policy")
    found |= {(f.issue, str(f.detail)) for f in whole.findings if f.issue in ("MALFORMED", "INVALID_SID", "DUPLICATE_SID")}
    return sorted(found)


def expanded(statement):
    """Return the actions of a statement, with wildcards resolved."""
    actions = statement.get("Action", [])
    actions = [actions] if isinstance(actions, str) else actions
    try:
        return {f"{e['service']}:{e['action']}" for a in actions for e in parliament.expand_action(a)}
    except Exception:  # It's found as unknown.
        return set()


def main(command):
    documents = {"docs": {("provider-policy.json", 0): (ROOT / "docs" / "provider-policy.json").read_text()}}
    documents |= {name: policies(items) for name, items in rendered(command).items()}
    used, failed = set(), False
    for name, of in documents.items():
        for (key, _), document in of.items():
            for issue, detail in findings(document):
                reason = next((a for a in ALLOWED if a[0] in ("*", key) and a[1] == issue and re.match(a[2], detail)), None)
                used.add(reason)
                if reason is None:
                    failed = True
                    print(f"{name}: {key}: {issue}: {detail}\n    {document}")
    for allowed in ALLOWED:
        if allowed not in used:
            failed = True
            print(f"{allowed[0]}: {allowed[1]} is allowed, but no longer found: remove it")
    n = sum(map(len, documents.values()))
    print(f"{n} policies of {len(documents) - 1} examples and docs checked; {len(ALLOWED)} kinds of findings are allowed")
    return int(failed or not all(documents.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
