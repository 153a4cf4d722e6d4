"""What a copy leaves is found by its name, though a listing is late, and taken away."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from automation.aws.clients import Clients
from automation.errors import UserError
from automation.restore.remains import Remains
from tests.automation.restore.platform import Platform, Time, now, settings_with


def group(clients: Clients, platform: Platform, purpose: str) -> str:
    (vpc,) = clients.ec2.describe_vpcs(
        Filters=[{"Name": "tag:Name", "Values": [platform.name("vpc")]}]
    )["Vpcs"]
    name = platform.name(purpose)
    made = clients.ec2.create_security_group(GroupName=name, Description="x", VpcId=vpc["VpcId"])
    return made["GroupId"]


def refusing(clients: Clients, monkeypatch: pytest.MonkeyPatch, id_: str, times: int) -> None:
    """Have a group be in use at first."""
    delete, left = clients.ec2.delete_security_group, [id_] * times

    def deleted(GroupId: str) -> Any:  # noqa: N803
        if GroupId == id_ and left:
            left.pop()
            error: Any = {"Error": {"Code": "DependencyViolation", "Message": "in use"}}
            raise ClientError(error, "DeleteSecurityGroup")
        return delete(GroupId=GroupId)

    monkeypatch.setattr(clients.ec2, "delete_security_group", deleted)


def test_remains_are_copies_and_nothing_else(platform: Platform) -> None:
    with pytest.raises(ValueError, match="is none of a copy's names"):
        Remains(platform.clients, settings_with(1), platform.name("database"))


def test_both_kinds_of_copies_are_found(platform: Platform) -> None:
    clients = platform.clients
    for purpose in ("drill-20261130120000", "restore-20261130120000", "restore-way"):
        group(clients, platform, purpose)
    assert platform.copies() == [
        f"security group {platform.name(each)}"
        for each in ("drill-20261130120000", "restore-20261130120000")
    ]


def test_the_secret_of_a_copy_is_deleted_though_no_listing_has_it(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients, name = platform.clients, platform.name("restore-20261130120000")
    clients.secretsmanager.create_secret(Name=name, SecretString="x")

    def late(*_: object) -> Any:
        raise AssertionError

    monkeypatch.setattr(clients.secretsmanager, "get_paginator", late)
    remains = Remains(clients, platform.settings, name)
    assert remains.found() == [f"secret {name}"]
    assert remains.remove(Time(now()).clock, print) == []
    with pytest.raises(clients.secretsmanager.exceptions.ResourceNotFoundException):
        clients.secretsmanager.describe_secret(SecretId=name)


def test_a_group_that_is_in_use_is_tried_again_and_keeps_no_other(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = platform.clients
    busy = group(clients, platform, "drill-20261130120001")
    group(clients, platform, "drill-20261130120002")
    refusing(clients, monkeypatch, busy, times=5)
    remains = Remains(clients, platform.settings)
    assert remains.remove(Time(now()).clock, print) == []
    assert remains.found() == []
    busy = group(clients, platform, "drill-20261130120001")
    group(clients, platform, "drill-20261130120002")
    refusing(clients, monkeypatch, busy, times=1000)
    name = platform.name("drill-20261130120001")
    assert remains.remove(Time(now()).clock, print) == [
        f"security groups: {name}: something is still in it (DependencyViolation)",
        f"security group {name}",
    ]
    monkeypatch.undo()


def test_nothing_is_taken_away_while_names_are_half_swapped(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = platform.name("database-before-20261130120000")
    rename = platform.clients.rds.modify_db_instance
    rename(DBInstanceIdentifier=platform.source, NewDBInstanceIdentifier=before)
    try:
        with pytest.raises(UserError, match="half swapped, which docs"):
            platform.restore(monkeypatch, Time(now()), clean=True)
    finally:
        rename(DBInstanceIdentifier=before, NewDBInstanceIdentifier=platform.source)
