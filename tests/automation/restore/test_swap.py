"""The swap of names: it is finished or taken back, whatever breaks, and both names are told."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from automation.errors import CommandError
from automation.restore import PatientRds
from automation.restore.command import RestoreCommand, RestoreRequest
from automation.restore.swap import Swap
from automation.terraform.runner import adopted
from tests.automation.consoles import Consoles
from tests.automation.restore.platform import Time, now, settings_with

SETTINGS = settings_with(60)
NAME, COPY = SETTINGS.naming.name("database"), SETTINGS.naming.name("restore-20261130120000")
OLD, NEW = "db-OLD", "db-NEW"
TIMEOUT = ReadTimeoutError(endpoint_url="https://rds.us-west-2.amazonaws.com")


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "ModifyDBInstance")


BUSY = refusal("InvalidDBInstanceState")
FULL = refusal("DBInstanceAlreadyExists")


def instance(name: str, id_: str, **other: Any) -> dict[str, Any]:
    return {
        "DBInstanceIdentifier": name,
        "DbiResourceId": id_,
        "DBInstanceStatus": "available",
        "DeletionProtection": id_ == OLD,
        "KmsKeyId": "arn:key",
        "DBName": "app",
        "MasterUsername": "admin",
        "DBSubnetGroup": {"DBSubnetGroupName": "group"},
        "VpcSecurityGroups": [{"VpcSecurityGroupId": f"sg-{id_}"}],
        "MasterUserSecret": {"SecretStatus": "active", "KmsKeyId": "arn:key"},
        "MultiAZ": id_ == OLD,
        **other,
    }


class Rds:
    """RDS, where a change shows only after some looks; `fails` says which change breaks, how."""

    def __init__(self, **copy: Any) -> None:
        self.instances = {OLD: instance(NAME, OLD), NEW: instance(COPY, NEW, **copy)}
        self.fails: dict[int, tuple[BaseException, bool]] = {}
        self.changes: list[dict[str, Any]] = []
        self.forgets: set[str] = set()
        self._under_way: list[tuple[Iterator[str], str, dict[str, Any]]] = []

    def modify_db_instance(self, **given: Any) -> None:
        self.changes.append(given)
        error, accepted = self.fails.get(len(self.changes), (None, True))
        if accepted:
            id_ = self._id(given["DBInstanceIdentifier"])
            # Three looks see nothing of it yet.
            steps = iter(["available"] * 2 + ["modifying", "available", "modifying"])
            self._under_way.append((steps, id_, given))
        if error is not None:
            raise error

    def describe_db_instances(self, **asked: Any) -> dict[str, Any]:
        self._go_on()
        if "Filters" in asked:
            (id_,) = asked["Filters"][0]["Values"]
        else:
            id_ = self._id(asked["DBInstanceIdentifier"])
        return {"DBInstances": [dict(self.instances[id_])]}

    def add_tags_to_resource(self, **_: Any) -> None: ...

    def names(self) -> dict[str, str]:
        return {id_: each["DBInstanceIdentifier"] for id_, each in self.instances.items()}

    def _id(self, name: str) -> str:
        for id_, each in self.instances.items():
            if each["DBInstanceIdentifier"] == name:
                return id_
        raise refusal("DBInstanceNotFound")

    def _go_on(self) -> None:
        for each in list(self._under_way):
            steps, id_, given = each
            status = next(steps, "")
            self.instances[id_]["DBInstanceStatus"] = status or "available"
            if not status:
                self._under_way.remove(each)
                self._end(self.instances[id_], given)

    def _end(self, found: dict[str, Any], given: dict[str, Any]) -> None:
        for name in ("DeletionProtection", "MultiAZ"):
            if name in given and name not in self.forgets:
                found[name] = given[name]
        if "VpcSecurityGroupIds" in given:
            groups = given["VpcSecurityGroupIds"]
            found["VpcSecurityGroups"] = [{"VpcSecurityGroupId": each} for each in groups]
        found["DBInstanceIdentifier"] = given.get(
            "NewDBInstanceIdentifier", found["DBInstanceIdentifier"]
        )


def swap_of(rds: Rds, said: list[str] | None = None) -> Swap:
    clients: Any = SimpleNamespace(rds=rds)
    time = Time(now())
    instances = PatientRds(clients, time.clock)

    def settle() -> None:
        instances.settle(
            lambda: instances.of(NEW), "it", lambda each: each["DBInstanceStatus"] == "available"
        )

    tell: Callable[[str], None] = (said if said is not None else []).append
    return Swap(clients, SETTINGS, COPY, settle=settle, clock=time.clock, tell=tell)


def test_names_are_swapped_and_protection_comes_back() -> None:
    rds = Rds()
    swap = swap_of(rds)
    assert swap.rename(now()) == ""
    assert rds.names() == {OLD: swap.before, NEW: NAME}
    assert swap.before.startswith(f"{NAME}-before-20")
    assert (swap.resource_id, swap.unsettled) == (NEW, False)
    protecting = {"DBInstanceIdentifier": NAME, "DeletionProtection": True}
    assert rds.changes[-1] == {**protecting, "ApplyImmediately": True}


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), TIMEOUT, FULL])
def test_a_first_name_that_breaks_is_taken_back(error: BaseException, accepted: bool) -> None:
    rds, said = Rds(), list[str]()
    rds.fails[1] = error, accepted
    swap = swap_of(rds, said)
    with pytest.raises(type(error)):
        swap.rename(now())
    assert rds.names() == {OLD: NAME, NEW: COPY}
    assert (swap.before, swap.unsettled) == ("", False)
    assert said[-2:] == [
        f"now: the database as it was, {OLD}, is called {NAME} (available)",
        f"now: the copy, {NEW}, is called {COPY} (available)",
    ]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), TIMEOUT])
def test_a_second_name_that_rds_has_accepted_is_waited_for(error: BaseException) -> None:
    rds = Rds()
    rds.fails[2] = error, True
    swap = swap_of(rds)
    assert swap.rename(now()).startswith("the names are swapped, but: ")
    assert rds.names() == {OLD: swap.before, NEW: NAME}
    assert rds.changes[-1]["DeletionProtection"] is True


@pytest.mark.parametrize("error", [KeyboardInterrupt(), FULL])
def test_a_second_name_that_is_refused_gives_the_first_back(error: BaseException) -> None:
    rds = Rds()
    rds.fails[2] = error, False
    swap = swap_of(rds)
    with pytest.raises(type(error)):
        swap.rename(now())
    assert rds.names() == {OLD: NAME, NEW: COPY}
    assert (swap.before, swap.unsettled) == ("", False)


def test_names_that_are_swapped_stay_so_without_protection() -> None:
    rds = Rds()
    rds.fails = {3: (FULL, False), 4: (FULL, False)}
    swap = swap_of(rds)
    assert "DBInstanceAlreadyExists" in swap.rename(now())
    assert rds.names() == {OLD: swap.before, NEW: NAME}
    assert not swap.unsettled


def test_a_way_back_that_breaks_is_told_with_both_names() -> None:
    rds, said = Rds(), list[str]()
    rds.fails = {2: (KeyboardInterrupt(), False), 3: (FULL, False)}
    swap = swap_of(rds, said)
    with pytest.raises(ClientError):
        swap.rename(now())
    assert (swap.before, swap.unsettled) == ("", True)
    assert f"{OLD}, is called {NAME}-before-" in said[-2]
    assert said[-1] == f"now: the copy, {NEW}, is called {COPY} (available)"
    consoles, request = Consoles(), RestoreRequest(environment="dev", to="x")
    command = RestoreCommand(request, console=consoles.console, progress=consoles.progress)
    report = list(command._after(swap, None))
    assert report == [
        "the names are half swapped, and nothing was taken away: docs/restore.md",
        *(each.removeprefix("now: ") for each in said[-2:]),
    ]


def test_one_that_rds_is_at_work_on_is_asked_again() -> None:
    rds = Rds()
    rds.fails = {1: (BUSY, False), 2: (BUSY, False)}
    swap = swap_of(rds)
    assert swap.rename(now()) == ""
    assert rds.names() == {OLD: swap.before, NEW: NAME}
    rds = Rds()
    rds.fails = dict.fromkeys(range(1, 1000), (BUSY, False))
    with pytest.raises(ClientError, match="InvalidDBInstanceState"):
        swap_of(rds).rename(now())


def test_the_copy_has_what_it_was_given_before_it_gets_the_name() -> None:
    rds = Rds()
    swap_of(rds).prepare()
    assert rds.instances[NEW]["MultiAZ"] is True
    assert rds.instances[NEW]["VpcSecurityGroups"] == rds.instances[OLD]["VpcSecurityGroups"]
    rds = Rds()
    rds.forgets = {"MultiAZ"}
    with pytest.raises(CommandError) as failure:
        swap_of(rds).prepare()
    assert str(failure.value) == f"{COPY} did not take MultiAZ: nothing was renamed"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"KmsKeyId": "arn:other"}, "KmsKeyId arn:other, not arn:key"),
        ({"DBName": None}, "DBName None, not app"),
        ({"MasterUsername": "root"}, "MasterUsername root, not admin"),
        ({"DBSubnetGroup": {"DBSubnetGroupName": "x"}}, "DBSubnetGroup x, not group"),
    ],
)
def test_a_copy_of_another_kind_is_refused(other: dict[str, Any], said: str) -> None:
    rds = Rds(**other)
    with pytest.raises(CommandError) as failure:
        swap_of(rds).prepare()
    assert str(failure.value) == (
        f"{COPY} cannot take the place of {NAME}, as its backup has {said}: nothing was renamed"
    )
    assert rds.changes == []


def test_the_state_knows_the_other_instance_and_all_that_it_knew() -> None:
    known = {"id": OLD, "resource_id": OLD, "final_snapshot_identifier": "last"}
    instances = [{"attributes": known, "identity": {"id": OLD}, "private": "x"}]
    named = {"mode": "managed", "type": "aws_db_instance", "name": "primary"}
    state = {"serial": 7, "lineage": "l", "resources": [{**named, "instances": instances}]}
    found = adopted(json.dumps(state, indent=2), "aws_db_instance.primary", NEW)
    attributes = {"id": NEW, "resource_id": NEW, "final_snapshot_identifier": "last"}
    changed = [{"attributes": attributes, "private": "x"}]
    assert found == {**state, "serial": 8, "resources": [{**named, "instances": changed}]}
    for text in ("", "{}", "No state"):
        with pytest.raises(ValueError):  # noqa: PT011
            adopted(text, "aws_db_instance.primary", NEW)
