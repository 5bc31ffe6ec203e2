"""IAM where moto's is too kind: it deletes policies that are attached."""

from moto.iam.exceptions import DeleteConflictException
from moto.iam.models import IAMBackend

moto = {}


def delete_policy(self, policy_arn):
    if self.get_policy(policy_arn).attachment_count:
        raise DeleteConflictException("Cannot delete a policy attached to entities.")
    return moto["delete_policy"](self, policy_arn)


def install():
    moto["delete_policy"] = IAMBackend.delete_policy
    IAMBackend.delete_policy = delete_policy
