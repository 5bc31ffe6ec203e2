"""IAM where moto is less strict: it deletes attached policies."""

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
