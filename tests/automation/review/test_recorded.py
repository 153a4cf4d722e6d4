"""What the review makes of changes such as pull requests bring, planned by the real Terraform."""

import pytest

from tests.automation.review.reviewing import entry, plan, recorded, reviewed

DATABASE = "aws_db_instance.mysql_primary"
LOGS = "aws_cloudwatch_log_group.mysql_logs_error"
IN_USE = "what is in the subnet has to be elsewhere first (docs/production.md)"
APP_A, APP_B = "aws_subnet.vpc_app_subnet-a", "aws_subnet.vpc_app_subnet-b"
VERSIONING = "aws_s3_bucket_versioning.assets_versioning"
NO_VERSIONS = "versioning is switched off: what is overwritten or deleted is lost"
OTHER_ADDRESSES = (
    "instances come from other addresses, which others may have on a list, or reach nothing"
)

CASES: dict[str, set[tuple[str, str, str, str]]] = {
    "database_class": {
        (
            "update",
            DATABASE,
            "careful",
            "the database restarts, at once or in its maintenance window",
        )
    },
    "renamed": {
        ("destroy", LOGS, "blocking", "the logs in it are lost"),
        ("create", f"{LOGS}s", "routine", "it is new"),
    },
    "renamed_with_moved": {
        ("move", f"{LOGS}s", "routine", "only its address in the state changes")
    },
    "log_retention_shrunk": {
        ("update", LOGS, "blocking", "logs that are older than the new retention are deleted")
    },
    "port_22_opened": {
        (
            "create",
            "aws_vpc_security_group_ingress_rule.security-groups_ssh",
            "blocking",
            "a security group is opened to the world",
        )
    },
    "versioning_dropped": {("update", VERSIONING, "blocking", NO_VERSIONS)},
    "versioning_removed": {("destroy", VERSIONING, "blocking", NO_VERSIONS)},
    "cidr_changed": {
        (
            "replace",
            "aws_vpc.vpc",
            "blocking",
            "everything in the network, the database too, has to be made again, and AWS keeps a "
            "network that is in use: deploy another environment with the new network beside it, "
            "move the data there, then destroy this one",
        ),
        ("replace", APP_A, "blocking", IN_USE),
        ("replace", APP_B, "blocking", IN_USE),
    },
    "tag_only": {("update", DATABASE, "routine", "it stays, and serves meanwhile")},
    "user_data_changed": {
        (
            "update",
            "aws_launch_template.launch-template",
            "careful",
            "every instance is replaced, some at a time",
        )
    },
    "deletion_protection_off": {
        (
            "update",
            DATABASE,
            "blocking",
            "deletion protection is switched off: the next plan can destroy it",
        )
    },
    "single_nat": {
        ("destroy", "aws_eip.vpc_nat_address-b", "careful", OTHER_ADDRESSES),
        ("destroy", "aws_nat_gateway.vpc_nat_gateway-b", "careful", OTHER_ADDRESSES),
        ("update", "aws_route.vpc_app-default-b", "careful", "traffic takes another way"),
    },
    "provider_range": set(),
}


@pytest.mark.parametrize("name", CASES)
def test_each_change_has_its_action_and_risk(name: str) -> None:
    found = reviewed(platform=recorded(name)).changes
    assert {
        (each.action, each.address, each.risk, "; ".join(each.reasons)) for each in found
    } == CASES[name]


def test_a_new_stack_is_routine() -> None:
    found = reviewed(platform=recorded("new_stack"))
    assert len(found.changes) == 16
    assert {(each.action, each.risk) for each in found.changes} == {("create", "routine")}


def test_a_rename_is_recognized_and_the_remedy_told() -> None:
    found = {each.address: each for each in reviewed(platform=recorded("renamed")).changes}
    assert found[LOGS].hint == (
        f"This looks like a rename to {LOGS}s: a `moved` entry keeps it instead of destroying it"
    )
    (moved,) = reviewed(platform=recorded("renamed_with_moved")).changes
    assert moved.moved_from == LOGS


def test_user_data_is_told_in_words() -> None:
    (change,) = reviewed(platform=recorded("user_data_changed")).changes
    found = {each.name: each for each in change.attributes}
    assert found["user_data"].old == ("#!/bin/bash\nset -eu\nfetch release-a1.tar.gz\nstart web\n")
    assert "release-b2" in found["user_data"].new


def test_what_forces_a_replacement_is_told() -> None:
    found = reviewed(platform=recorded("cidr_changed")).changes
    assert found[0].attributes[0].name == "cidr_block"
    forcing = {
        (each.address, attribute.name)
        for each in found
        for attribute in each.attributes
        if attribute.forces_replacement
    }
    assert {("aws_vpc.vpc", "cidr_block"), (APP_A, "cidr_block")} <= forcing


def test_what_is_left_of_a_failed_replacement_is_told() -> None:
    leftover = entry("aws_launch_template", ["delete"], {"id": "lt-1"}, None, deposed="1a2b3c4d")
    (change,) = reviewed(application=plan(leftover)).changes
    assert (change.action, change.address) == (
        "destroy",
        "aws_launch_template.it (deposed 1a2b3c4d)",
    )


def test_what_is_only_read_is_no_change() -> None:
    data = {**entry("aws_ami", ["read"], None, {}), "mode": "data"}
    assert reviewed(application=plan(data)).changes == ()
