"""The policy documents of resources, written so that a linter can read them.

What is known only after an apply is replaced by what AWS would give it: a linter compares the ARNs
with those that an action can have.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from automation.errors import CommandError
from automation.scan.document import Document

_REFERENCE = re.compile(r"\$\{(?:data\.)?([a-z]\w*)\.[\w-]+\.([\w.\[\]]+)\}")
_PLACE = "us-west-2:123456789012"
_KEY = f"arn:aws:kms:{_PLACE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
# https://docs.aws.amazon.com/service-authorization/latest/reference/
_SAMPLES = {
    "aws_cloudwatch_log_group.arn": f"arn:aws:logs:{_PLACE}:log-group:sample",
    "aws_db_instance.master_user_secret[0].secret_arn": (
        f"arn:aws:secretsmanager:{_PLACE}:secret:sample-a1b2c3"
    ),
    "aws_kms_key.arn": _KEY,
    "aws_route53_zone.zone_id": "Z0123456789ABCDEFGHIJ",
    "aws_s3_access_point.arn": f"arn:aws:s3:{_PLACE}:accesspoint/sample",
    "aws_s3_bucket.arn": "arn:aws:s3:::sample",
    "aws_secretsmanager_secret.arn": f"arn:aws:secretsmanager:{_PLACE}:secret:sample-a1b2c3",
    "aws_sns_topic.arn": f"arn:aws:sns:{_PLACE}:sample",
    "aws_ssm_parameter.arn": f"arn:aws:ssm:{_PLACE}:parameter/sample",
}
# What `Resource` means where a policy belongs to the resource itself: its key, its role.
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-custom.html
_ITSELF = {
    ("aws_kms_key", "policy"): _KEY,
    ("aws_iam_role", "assume_role_policy"): "arn:aws:iam::123456789012:role/sample",
}


@dataclass(frozen=True)
class Policy:
    """A policy document, and the id of the resource that it is a part of."""

    resource: str
    document: str


def policies(document: Document) -> Iterator[Policy]:
    """Every policy document of an environment; raises `CommandError` for one that is no JSON."""
    for type_, resources in document.content["resource"].items():
        for id_, body in resources.items():
            for argument, text in _texts(body):
                if '"Statement"' in text:
                    yield Policy(id_, _readable(text, type_, argument, document.paths[id_]))


def _texts(body: dict[str, Any], argument: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a resource, by the argument that holds it."""
    for name, value in body.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from _texts(each, argument or name)
            elif isinstance(each, str):
                yield argument or name, each


def _readable(text: str, type_: str, argument: str, path: str) -> str:
    sampled = _REFERENCE.sub(lambda it: _SAMPLES.get(f"{it[1]}.{it[2]}", it[0]), text)
    try:
        policy = json.loads(sampled)
        statements = policy["Statement"]
    except (ValueError, TypeError, KeyError) as error:
        raise CommandError(f"{path}: {argument} is no policy document: {error}") from error
    if itself := _ITSELF.get((type_, argument)):
        for statement in statements:
            if statement.setdefault("Resource", itself) in ("*", ["*"]):
                statement["Resource"] = itself
    return json.dumps(policy)
