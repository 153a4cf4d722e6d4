"""A role of the emulated account, and what it is denied."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from automation.emulator import Emulator
from automation.rehearse.account import session

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/tested"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"},
}
Service = Callable[[str], Any]


def allow(action: str | list[str], resource: str = "*", **conditions: Any) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": conditions} if conditions else statement


@pytest.fixture
def acting(emulator: Emulator) -> Iterator[Callable[..., Service]]:
    """Clients of a role that has the given statements, and a permissions boundary if told.

    `name` is that of its session.
    """
    iam = emulator.client("iam")

    def clients(
        *statements: dict[str, Any], boundary: dict[str, Any] | None = None, name: str = "test"
    ) -> Service:
        more = {}
        if boundary:
            document = json.dumps({"Version": "2012-10-17", "Statement": [boundary]})
            made = iam.create_policy(PolicyName="tested", PolicyDocument=document)["Policy"]
            more = {"PermissionsBoundary": made["Arn"]}
        iam.create_role(RoleName="tested", AssumeRolePolicyDocument=json.dumps(TRUST), **more)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_role_policy(RoleName="tested", PolicyName="a", PolicyDocument=document)
        keys = emulator.client("sts").assume_role(RoleArn=ROLE, RoleSessionName=name)["Credentials"]
        role = {name: keys[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}
        return session(emulator, role).client  # type: ignore[return-value]

    yield clients
    for name in iam.list_role_policies(RoleName="tested")["PolicyNames"]:
        iam.delete_role_policy(RoleName="tested", PolicyName=name)
    iam.delete_role(RoleName="tested")
    for each in iam.list_policies(Scope="Local")["Policies"]:
        iam.delete_policy(PolicyArn=each["Arn"])


def denied(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as denial:
        call(**arguments)
    error = denial.value.response["Error"]
    return str(error["Code"]), str(error["Message"])
