"""What is no plan, or no plan that is known here, is refused in a line."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.errors import UserError
from automation.terraform import plan as terraform_plan
from tests.automation.review.reviewing import entry, plan, recorded, reviewed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no JSON"),
        ('{"format_version": "1.2", "resource_changes": [', "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is no plan"),
        ("{}", "is no plan"),
        ('{"format_version": 1}', "is no plan"),
        ('{"format_version": "1.0", "values": {}}', "is a state, not a plan"),
        (json.dumps({**plan(), "errored": True}), "is of a plan that failed"),
        ('{"version": 4, "lineage": "a", "resources": []}', "is a state, not a plan"),
        ('{"@level": "info"}\n{"@level": "info"}', "is the log that `terraform plan -json` prints"),
        ("Terraform will perform the following actions:\n  + aws_vpc.v {\n  }", "is no JSON"),
        ("Running show\n{broken", "is no JSON"),
        (
            json.dumps({**plan(), "format_version": "2.0", "terraform_version": "2.1.0"}),
            "was made by a Terraform that is newer than this review knows: "
            "format 2.0, Terraform 2.1.0: plan with Terraform 1.x",
        ),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "network.json").write_text(text)
    with pytest.raises(UserError) as refused:
        terraform_plan.read(tmp_path)
    assert str(tmp_path / "network.json") in str(refused.value)
    assert message in str(refused.value)


def test_a_folder_without_plans_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no plans: make them with `plan --out`"):
        terraform_plan.read(tmp_path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "network.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(UserError, match="cannot be read"):
        terraform_plan.read(tmp_path)


TEXT = json.dumps(plan(entry("aws_x", ["create"], None, {"name": "größer"})), ensure_ascii=False)


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.replace("\n", "\r\n").encode(),
        f"[command]/bin/terraform show -json\n{TEXT}\n::debug::exited\n::set x::{{}}".encode(),
        f"Some {{notice}}\n{{not JSON\n{{}}\n{TEXT}".encode(),
        f"\n\n  {TEXT}".encode(),
    ],
)
def test_a_plan_is_read_whatever_shell_or_wrapper_wrote_it(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "network.json").write_bytes(raw)
    assert terraform_plan.read(tmp_path) == {"network": json.loads(TEXT)}


def test_a_saved_plan_is_told_from_what_terraform_shows_of_it(tmp_path: Path) -> None:
    (tmp_path / "network.json").write_bytes(b"PK\x03\x04" + bytes(40))
    with pytest.raises(UserError, match="is a saved plan, which only Terraform reads: write what"):
        terraform_plan.read(tmp_path)


def test_minor_versions_only_add() -> None:
    newer = {**recorded("tag_only"), "format_version": "1.9", "terraform_version": "1.30.0"}
    found = terraform_plan.parse(json.dumps({**newer, "something": "new"}), "it")
    assert len(reviewed(platform=found).changes) == 1


def test_an_action_that_is_not_known_is_refused() -> None:
    with pytest.raises(UserError, match="newer than this review knows: the action") as refused:
        reviewed(network=plan(entry("aws_vpc", ["transmogrify"], {}, {})))
    assert "the plan of network" in str(refused.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"resource_changes": [{}]},
        {"resource_changes": [{"address": "a", "type": "b"}]},
        {"resource_changes": ["a"]},
        {"resource_changes": {"a": "b"}},
        {"resource_changes": 5},
        {"resource_changes": [entry("a", ["update"], "text", {})]},
        {"resource_changes": [entry("a", ["update"], {}, {}, replace_paths=5)]},
        {"output_changes": {"a": 1}},
        {"output_changes": ["a"]},
    ],
)
def test_a_malformed_plan_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="the plan of network is malformed"):
        reviewed(network={**plan(), **wrong})


def test_plans_that_read_from_each_other_are_refused() -> None:
    with pytest.raises(UserError, match="read from each other"):
        reviewed(a=plan(upstreams=["b"]), b=plan(upstreams=["a"]))


@settings(max_examples=60)
@given(st.data())
def test_whatever_is_broken_in_a_plan_is_refused_or_read(data: st.DataObject) -> None:
    broken = recorded("single_nat")
    tree: Any = broken
    while isinstance(tree, (dict, list)) and tree:
        keys = sorted(tree) if isinstance(tree, dict) else list(range(len(tree)))
        key = data.draw(st.sampled_from(keys))
        if data.draw(st.booleans()) or not isinstance(tree[key], (dict, list)):
            tree[key] = data.draw(st.sampled_from([None, 1, "text", [], {}, [None], {"a": None}]))
            break
        tree = tree[key]
    with suppress(UserError):
        reviewed(network=terraform_plan.parse(json.dumps(broken), "it"))
