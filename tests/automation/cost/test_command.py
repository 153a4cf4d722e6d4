"""`cost` says what a month costs, tier by tier, and what is not in it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from automation.cost import command, load
from automation.cost.command import month_of, run_cost, show, to_json
from automation.terraform.stacks import Stack, ordered, read
from tests.automation.consoles import Consoles


@pytest.fixture(autouse=True)
def synthesized(monkeypatch: pytest.MonkeyPatch, output_of: Callable[[str], Path]) -> None:
    monkeypatch.setattr(command, "stacks_of", lambda name: ordered(read(output_of(name))))


def stack(tmp_path: Path, resources: Mapping[str, Any]) -> Stack:
    file = tmp_path / "cdk.tf.json"
    file.write_text(json.dumps({"resource": resources}), encoding="utf-8")
    return Stack("own", file)


def test_says_what_each_tier_costs() -> None:
    consoles = Consoles()
    code = run_cost(
        "prod",
        as_json=False,
        renew=False,
        console=consoles.console,
        progress=consoles.progress,
    )
    assert code == 0
    printed = " ".join(" ".join(consoles.lines).split())
    assert "network NAT gateway 3 0.045 hour 98.55" in printed
    assert "prod: 762.99 dollars a month, at prices of us-west-2 from 2024-07-18" in printed
    assert "Of us-east-1 are the prices of: storage of databases" in printed


def test_says_it_to_machines(capsys: pytest.CaptureFixture[str]) -> None:
    consoles = Consoles()
    run_cost("dev", as_json=True, renew=False, console=consoles.console, progress=consoles.progress)
    found = json.loads(capsys.readouterr().out)
    assert found["dollars"] == 125.27
    assert found["complete"] is True
    assert round(sum(tier["dollars"] for tier in found["tiers"]), 2) == 125.27
    for line in (line for tier in found["tiers"] for line in tier["lines"]):
        assert line["page"].startswith("https://aws.amazon.com/")
        assert line["date"]


def test_a_total_without_all_of_it_is_no_total(tmp_path: Path) -> None:
    own = stack(tmp_path, {"aws_msk_cluster": {"a": {}}, "aws_kms_key": {"b": {}}})
    month = month_of("prod", "us-west-2", [own], load())
    assert to_json(month)["complete"] is False
    assert to_json(month)["unpriced"] == ["aws_msk_cluster: no price"]
    consoles = Consoles()
    show(month, consoles.console)
    printed = " ".join(" ".join(consoles.lines).split())
    assert "own aws_msk_cluster ? no price" in printed
    assert "own at least 1.00" in printed
    assert "prod: at least 2.00 dollars a month" in printed
    assert "Not in it: aws_msk_cluster: no price" in printed


def test_prices_of_another_region_are_told(tmp_path: Path) -> None:
    month = month_of("prod", "eu-west-1", [stack(tmp_path, {})], load())
    assert (
        "The prices are of us-west-2, not of eu-west-1: cost --refresh --env prod renews them"
        in list(month.notes())
    )


def test_what_is_assumed_to_be_used_counts(tmp_path: Path) -> None:
    content = {
        **{name: dict(section) for name, section in load().sections.items()},
        "nat_gb": {**load().sections["nat_gb"], "assumed": 100},
        "traces": {**load().sections["traces"], "assumed": 1},
    }
    file = {"region": "us-west-2", "hours_a_month": 730, "metrics_of_an_instance": 7, "free": []}
    month = month_of(
        "prod", "us-west-2", [stack(tmp_path, {})], type(load())({**file, "price": content})
    )
    assert to_json(month)["dollars"] == 5.5
    assert month.together.unpriced == ("traces that X-Ray records: no price",)
