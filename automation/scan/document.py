"""All stacks of an environment as one Terraform document, as a scanner can read it.

A scanner that looks at stacks one by one does not see that a group of one is used by an instance of
another. Checkov reads nothing at all of a file as CDKTF writes it: it ends at the `terraform` block
and reports no failure. So the document holds resources and data sources, and nothing else.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from automation.errors import CommandError
from automation.terraform.stacks import Stack

_PARTS = ("resource", "data")
_LOOKUP = "terraform_remote_state"
_REFERENCE = re.compile(r"\b((?:data\.)?[a-z]\w*)\.([A-Za-z_][\w-]*)")
_OUTPUT = re.compile(
    r"data\.terraform_remote_state\.cross-stack-reference-input-([\w-]+)\.outputs\.([\w-]+)"
)
_NONSENSITIVE = re.compile(r"\bnonsensitive\(([^()]*)\)")


@dataclass(frozen=True)
class Document:
    """`paths` are those of the constructs, by the ids that the resources have here."""

    environment: str
    content: Mapping[str, Mapping[str, Mapping[str, Any]]]
    paths: Mapping[str, str]


def merge(environment: str, stacks: Iterable[Stack]) -> Document:
    """Put stacks together: their names before the ids, and values in place of remote states."""
    own = {stack.name: _with_own_ids(stack) for stack in stacks}
    outputs = {
        (name, output): json.dumps(body["value"])[1:-1].removeprefix("${").removesuffix("}")
        for name, content in own.items()
        for output, body in content.get("output", {}).items()
    }
    merged: dict[str, dict[str, dict[str, Any]]] = {part: {} for part in _PARTS}
    paths = {}
    for name, content in own.items():
        for part in _PARTS:
            text = _resolved(json.dumps(content.get(part, {})), outputs)
            for type_, id_, body in _each(json.loads(text)):
                unique = _unique(name, id_)
                merged[part].setdefault(type_, {})[unique] = body
                paths[unique] = _path(name, id_, body)
    return Document(environment, merged, paths)


def _with_own_ids(stack: Stack) -> dict[str, Any]:
    """The stack's JSON, its references to its own resources as they are in the document."""
    declared = {
        (f"data.{type_}" if part == "data" else type_, id_)
        for part in _PARTS
        for type_, id_, _ in _each(stack.content.get(part, {}))
    }

    def own(reference: re.Match[str]) -> str:
        type_, id_ = reference.groups()
        return f"{type_}.{_unique(stack.name, id_)}" if (type_, id_) in declared else reference[0]

    content: dict[str, Any] = _in_strings(stack.content, lambda text: _REFERENCE.sub(own, text))
    return content


def _in_strings(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _in_strings(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_in_strings(each, change) for each in value]
    return change(value) if isinstance(value, str) else value


def _resolved(text: str, outputs: Mapping[tuple[str, str], str]) -> str:
    """What other stacks put out, and nothing about secrecy, which scanners do not read."""

    def value(reference: re.Match[str]) -> str:
        return outputs.get((reference[1], reference[2]), reference[0])

    while (resolved := _OUTPUT.sub(value, text)) != text:
        text = resolved
    return _NONSENSITIVE.sub(r"\1", text)


def _each(part: Mapping[str, Mapping[str, Any]]) -> Iterable[tuple[str, str, dict[str, Any]]]:
    for type_, resources in part.items():
        if type_ != _LOOKUP:
            yield from ((type_, id_, body) for id_, body in resources.items())


def _unique(stack: str, id_: str) -> str:
    return f"{stack}--{id_}"


def _path(stack: str, id_: str, body: Mapping[str, Any]) -> str:
    """Where the construct is in the tree, which names it better than its id with a hash."""
    path: str = body.get("//", {}).get("metadata", {}).get("path", f"{stack}/{id_}")
    return path


_INTERPOLATION = re.compile(r"\$\{(?:data\.)?([a-z]\w*)\.[\w-]+\.([\w.\[\]]+)\}")
_PLACE = "us-west-2:123456789012"
_KEY = f"arn:aws:kms:{_PLACE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
# https://docs.aws.amazon.com/service-authorization/latest/reference/
_SAMPLES = {
    "aws_cloudwatch_log_group.arn": f"arn:aws:logs:{_PLACE}:log-group:sample",
    "aws_db_instance.master_user_secret[0].secret_arn": (
        f"arn:aws:secretsmanager:{_PLACE}:secret:sample-a1b2c3"
    ),
    "aws_iam_role.arn": "arn:aws:iam::123456789012:role/sample",
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
class PolicyDocument:
    """A policy document, and the id of the resource that it is a part of."""

    resource: str
    document: str


def policies(document: Document) -> Iterator[PolicyDocument]:
    """Every policy document of an environment; raises `CommandError` for one that is no JSON."""
    for type_, resources in document.content["resource"].items():
        for id_, body in resources.items():
            for argument, text in _texts(body):
                if '"Statement"' in text:
                    yield PolicyDocument(id_, _readable(text, type_, argument, document.paths[id_]))


def _texts(body: dict[str, Any], argument: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a resource, by the argument that holds it."""
    for name, value in body.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from _texts(each, argument or name)
            elif isinstance(each, str):
                yield argument or name, each


def _readable(text: str, type_: str, argument: str, path: str) -> str:
    sampled = _INTERPOLATION.sub(lambda it: _SAMPLES.get(f"{it[1]}.{it[2]}", it[0]), text)
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
