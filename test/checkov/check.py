"""Check the hardened example with checkov.

    python check.py COMMAND    the path of function-seafarer-cluster

checkov reads the platform as Terraform's JSON. It prints what fails and isn't in ALLOWED, and
what ALLOWED lists and no longer fails, and exits with 1. That checkov finds something at all
is checked with the seed's platform, which fails what CANARIES lists.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import terraform

ROOT = pathlib.Path(__file__).parents[2]

# ALLOWED failures of the hardened example, by check, with the reason.
ALLOWED = {
    "CKV_AWS_158": "A claim has no KMS key for the control plane's log group. CloudWatch Logs encrypts it with a key of its own.",
    "CKV2_AWS_11": "A claim has no flow logs. Those of an account or organization are usually configured for all VPCs.",
}

# CANARIES fail for the seed's platform: a public endpoint, not all logs, for 90 days.
CANARIES = {"CKV_AWS_37", "CKV_AWS_38", "CKV_AWS_39", "CKV_AWS_338"}


def check(command, example):
    """Return the failed checks of an example's resources, and the number of passed ones."""
    claim = ROOT / "example" / example / "claim.yaml"
    out = subprocess.run([command, "render", claim, "--simulate", "-o", "json"], check=True, capture_output=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "platform.tf.json").write_text(json.dumps(terraform.convert(json.loads(out)["items"]), indent=1))
        args = [sys.executable, "-m", "checkov.main", "--directory", folder, "--framework", "terraform_json"]
        args += ["--output", "json", "--skip-download", "--soft-fail"]
        report = json.loads(subprocess.run(args, check=True, capture_output=True).stdout)
    if report["summary"]["parsing_errors"]:
        raise ValueError(report["results"]["parsing_errors"])
    failed = {}
    for r in report["results"]["failed_checks"]:
        failed.setdefault(r["check_id"], []).append((r["resource"], r["check_name"]))
    return failed, report["summary"]["passed"]


def main(command):
    wrong = 0
    failed, passed = check(command, "hardened")
    for c in sorted(failed.keys() - ALLOWED.keys()):
        wrong += 1
        for resource, name in failed[c]:
            print(f"{c}: {resource}: {name}")
    for c in sorted(ALLOWED.keys() - failed.keys()):
        wrong += 1
        print(f"{c} is allowed, but no longer fails: remove it")
    for c in sorted(CANARIES - check(command, "seafarer-cluster")[0].keys()):
        wrong += 1
        print(f"{c} doesn't fail for the seed's platform: checkov doesn't see its argument")
    print(f"{passed} checks of the hardened example passed, and {len(ALLOWED)} may fail")
    return int(wrong > 0 or passed == 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
