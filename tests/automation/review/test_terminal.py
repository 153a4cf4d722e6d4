"""The changes of plans as people see them in a terminal, and where there is none."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from automation.review import Review, terminal
from automation.terraform.diff import MASK
from tests.automation.consoles import Consoles
from tests.automation.review.reviewing import entry, many, plan, recorded, reviewed, update


def plain(review: Review) -> list[str]:
    """What is printed where nobody sits at a terminal."""
    consoles = Consoles()
    terminal.show(review, consoles.console)
    assert "\x1b" not in consoles.output.getvalue()
    return consoles.lines


def at_a_terminal(review: Review, width: int) -> str:
    output = StringIO()
    console = Console(file=output, width=width, force_terminal=True, color_system="standard")
    terminal.show(review, console)
    terminal.show_counts(review, console)
    return output.getvalue()


def bare(text: str) -> list[str]:
    """Lines without their colours."""
    return [line.rstrip() for line in Text.from_ansi(text).plain.rstrip().splitlines()]


def one(change: Any) -> list[str]:
    return plain(reviewed(network=plan(change)))


def test_what_forces_a_replacement_is_told_and_what_only_aws_knows_is_named() -> None:
    said = plain(reviewed(network=recorded("cidr_changed")))
    start = said.index("-/+ network: aws_subnet.vpc_app_subnet-a")
    assert said[start : start + 5] == [
        "-/+ network: aws_subnet.vpc_app_subnet-a",
        "      blocking: what is in the subnet has to be elsewhere first (docs/production.md)",
        "      downtime: it is away until the new one is made",
        "      cidr_block  10.0.16.0/20 → 10.8.16.0/20  forces replacement",
        "      vpc_id      vpc-vpc → (known after apply)  forces replacement",
    ]
    start = said.index("-/+ network: aws_vpc.vpc")
    assert said[start : start + 5] == [
        "-/+ network: aws_vpc.vpc",
        "      blocking: everything in the network, the database too, has to be made again, and "
        "AWS keeps a network that is in use: deploy another environment with the new network "
        "beside it, move the data there, then destroy this one",
        "      downtime: it is away until the new one is made",
        "      cidr_block  10.0.0.0/16 → 10.8.0.0/16  forces replacement",
        "      known after apply: arn, default_network_acl_id, default_route_table_id, "
        "default_security_group_id, dhcp_options_id, enable_network_address_usage_metrics, id, "
        "ipv6_association_id, ipv6_cidr_block, ipv6_cidr_block_network_border_group, "
        "main_route_table_id, owner_id",
    ]


def test_texts_of_several_lines_are_told_by_their_difference() -> None:
    lines = plain(reviewed(application=recorded("user_data_changed")))
    start = lines.index("      user_data")
    assert lines[start + 1 : start + 6] == [
        "        @@ -1,4 +1,4 @@",
        "         #!/bin/bash",
        "         set -eu",
        "        -fetch release-a1.tar.gz",
        "        +fetch release-b2.tar.gz",
    ]


def test_a_rename_is_told_with_its_remedy() -> None:
    assert (
        "      This looks like a rename to aws_cloudwatch_log_group.mysql_logs_errors: a `moved` "
        "entry keeps it instead of destroying it"
    ) in plain(reviewed(database=recorded("renamed")))


def test_a_secret_is_masked_on_both_sides() -> None:
    change = entry(
        "aws_ssm_parameter",
        ["update"],
        {"value": "old-secret"},
        {"value": "new-secret"},
        before_sensitive={"value": True},
        after_sensitive={"value": True},
    )
    lines = one(change)
    assert f"      value  {MASK}" in lines
    assert "secret" not in "".join(lines).replace(MASK, "")


def test_the_same_change_of_many_is_told_once() -> None:
    before, after = {"tags_all": {"Owner": "us"}}, {"tags_all": {"Owner": "them"}}
    changes = [entry("aws_x", ["update"], before, after, name=f"n{n}") for n in range(70)]
    review = reviewed(network=plan(*changes), storage=plan(*changes[:69]))
    assert plain(review) == [
        "  ~ network: aws_x.n0",
        "  ~ network: aws_x.n1",
        "  ~ network: aws_x.n10",
        "    and the same of 136 more: 67 in network, 69 in storage",
        "      routine: it stays, and serves meanwhile",
        "      tags_all.Owner  us → them",
    ]


def test_of_what_is_not_routine_every_resource_is_named() -> None:
    changes = [
        update("aws_db_instance", {"instance_class": "db.t3.micro"}, instance_class="db.r7g.large")
        | {"address": f"aws_db_instance.n{n}"}
        for n in range(40)
    ]
    lines = plain(reviewed(database=plan(*changes)))
    assert [line for line in lines if line.startswith("  ~ ")] == sorted(
        f"  ~ database: aws_db_instance.n{n}" for n in range(40)
    )
    assert sum("instance_class" in line for line in lines) == 1


def test_many_new_resources_are_listed_and_counted() -> None:
    new = [entry("aws_iam_x", ["create"], None, {"size": n}, name=f"n{n:03}") for n in range(100)]
    lines = plain(reviewed(network=plan(*new)))
    assert sum(line.startswith("  + ") for line in lines) == 30
    assert lines[-2:] == [
        "    and 70 more, all routine: 70 aws_iam_x to create",
        "    every attribute of every change: `plan --out <folder>`, then `review <folder>`",
    ]
    assert "      size  1" in plain(reviewed(network=plan(*new[:20])))


def test_long_values_are_shortened_where_they_differ() -> None:
    same = "a" * 2_000
    (*_, old, new) = one(update("aws_iam_x", {"text": same + "old"}, text=same + "new"))
    assert old.endswith("aold (2,003 characters)")
    assert new.endswith("anew (2,003 characters)")
    assert len(old) < 400


def test_only_outputs_may_change() -> None:
    content = {**plan(), "output_changes": {"url": {"actions": ["create"]}}}
    assert plain(reviewed(edge=content)) == ["    edge: only outputs change: url"]


def test_nothing_is_printed_without_changes() -> None:
    assert plain(reviewed(network=plan())) == []


def test_a_value_cannot_steer_the_terminal() -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07[red]x[/]"
    text = at_a_terminal(reviewed(network=plan(update("aws_x", {}, name=hostile))), 140)
    assert "\x1b[2J" not in text
    assert "\x07" not in text
    assert "\\x1b[2J\\x1b]0;owned\\x07[red]x[/]" in "".join(bare(text))


@pytest.mark.parametrize("width", [40, 80, 140])
def test_lines_fit_the_terminal_but_for_addresses(width: int) -> None:
    for review in (many(200), reviewed(database=recorded("renamed"))):
        lines = bare(at_a_terminal(review, width))
        counts = next(n for n, line in enumerate(lines) if " to create" in line and ";" in line)
        heads = ("  + ", "  ~ ", "  - ", "-/+ ")
        assert [
            line for line in lines[:counts] if len(line) > width and not line.startswith(heads)
        ] == []


def test_the_counts_have_the_colours_of_the_risks_and_what_blocks_is_repeated() -> None:
    text = at_a_terminal(reviewed(database=recorded("deletion_protection_off")), 140)
    assert bare(text)[-2:] == [
        "1 to update; 1 blocking",
        "blocking: database: aws_db_instance.mysql_primary: deletion protection is switched off: "
        "the next plan can destroy it",
    ]
    assert "\x1b[1;31m1 blocking\x1b[0m" in text
