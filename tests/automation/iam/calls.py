"""Calls and policies for the tests of decisions, and the roles that `bootstrap` makes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from automation.bootstrap.stack import TEMPLATE
from automation.iam import Call
from automation.iam.patterns import Value
from automation.iam.policies import Policy
from automation.iam.principals import Principal

ACCOUNT = "123456789012"
OTHER = "999999999999"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/deploy"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ci"
USER = f"arn:aws:iam::{ACCOUNT}:user/anna"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
BUCKET = "arn:aws:s3:::shop-data"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd"
IN_ROLE = Principal.session(ROLE, "ci")
ANNA = Principal.user(USER)
STRANGER = Principal.user(f"arn:aws:iam::{OTHER}:user/anna")


def policy(*statements: Mapping[str, Any], version: str = "2012-10-17") -> Policy:
    return Policy.parse({"Version": version, "Statement": list(statements)})


def statement(effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    """A statement about everything, but for what is given; None takes an element away."""
    whole = {"Effect": effect, "Action": "*", "Resource": "*", **elements}
    if "NotAction" in whole:
        del whole["Action"]
    if "NotResource" in whole:
        del whole["Resource"]
    return {name: value for name, value in whole.items() if value is not None}


def allow(**elements: Any) -> Policy:
    return policy(statement("Allow", **elements))


def deny(**elements: Any) -> Policy:
    return policy(statement("Deny", **elements))


def call(
    action: str = "s3:GetObject",
    resource: str = f"{BUCKET}/file.txt",
    who: Principal = IN_ROLE,
    owner: str = ACCOUNT,
    keys: Mapping[str, Value] | None = None,
) -> Call:
    return Call(who, action, resource, keys or {}, owner=owner)


def bootstrapped(role: str, values: Mapping[str, str] | None = None) -> list[Policy]:
    """The identity policies of a role that `bootstrap --github` makes."""
    resources = template(values)
    inline = [each["PolicyDocument"] for each in resources[role]["Properties"]["Policies"]]
    state = resources["StateAccess"]["Properties"]["PolicyDocument"]
    return [Policy.parse(document) for document in (state, *inline)]


def boundary(values: Mapping[str, str] | None = None) -> Policy:
    """The most that the deploy role may do, and every role that it makes."""
    return Policy.parse(template(values)["Boundary"]["Properties"]["PolicyDocument"])


def template(values: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The resources of the bootstrap stack; those that are protected, unless told otherwise."""
    found: dict[str, Any] = _template(TEMPLATE, {**_VALUES, **(values or {})})["Resources"]
    return found


_VALUES = {
    "AWS::Partition": "aws",
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": "eu-west-1",
    "Prefix": "dev-shop",
    "Environment": "dev",
    "Application": "shop",
    "Protected": "dev-shop",
    "StateBucket": "dev-shop-tfstate",
    "AccessLogBucket": "dev-shop-tfstate-logs",
    "StateKey.Arn": KEY,
}


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's YAML, with its functions replaced by what they give here."""

    values: Mapping[str, str] = _VALUES


def _replaced(loader: _Loader, _: str, node: yaml.Node) -> Any:
    if not isinstance(node, yaml.ScalarNode):
        return "of no interest"
    text = str(loader.construct_scalar(node))
    for name, value in loader.values.items():
        text = text.replace("${" + name + "}", value)
    return loader.values.get(text, text)


_Loader.add_multi_constructor("!", _replaced)


def _template(path: Path, values: Mapping[str, str]) -> dict[str, Any]:
    loader = type("Loader", (_Loader,), {"values": values})
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506
    return found
