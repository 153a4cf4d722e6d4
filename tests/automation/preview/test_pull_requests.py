"""What `preview` says of pull requests to this very project: of production, by real plans."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from automation.emulator import Emulator
from automation.preview.base import Base
from automation.preview.head import Head, ReviewPolicy
from automation.preview.synthesis import Comparison
from automation.rehearse.account import bootstrap_account, pool_of
from automation.review import Review
from automation.terraform.pool import StackPool, prepare
from automation.terraform.stacks import Stack, synthesize
from config import load
from tests.automation.consoles import Consoles
from tests.automation.preview.projects import whole_project
from tests.automation.preview.pull_requests import CASES, ENVIRONMENT, SETTINGS, Change, edit
from tests.automation.preview.several_changes import GATE, SEVERAL
from tests.promises import SHIPPED

pytestmark = [pytest.mark.overnight, pytest.mark.rehearsal, pytest.mark.terraform, pytest.mark.slow]
JUDGE = ReviewPolicy(title="A change", approvals=(), today=date(2026, 1, 1))
Found = tuple[Review, tuple[str, ...]]


@dataclass(frozen=True)
class Platform:
    """Production as it is here, applied to an emulated account: minutes, once for all changes."""

    stacks: dict[str, Stack]
    base: Base
    pool_of: Callable[[str, dict[str, Stack]], StackPool]
    folder: Path

    def preview(self, name: str, change: Change) -> Found:
        """What a preview makes of a change, and its remarks."""
        project = whole_project(self.folder / name)
        change(project)
        head = stacks_of(project)
        comparison = Comparison(self.stacks, head, same_providers=True)
        planned = Head(comparison, self.base, self.pool_of("head", head), JUDGE.losses).plan()
        return JUDGE.review(planned.plans, sorted(planned.affected)), planned.remarks


@contextmanager
def applied(folder: Path) -> Iterator[Platform]:
    settings = load(ENVIRONMENT)
    stacks = stacks_of(whole_project(folder / "base"))
    workspace = prepare(tuple(stacks.values()))
    with Emulator(
        account_id=settings.account_id, region=settings.region, workspace=folder / "emulator"
    ) as emulator:
        bootstrap_account(emulator, settings)

        def pool(side: str, stacks: dict[str, Stack]) -> StackPool:
            return pool_of(
                workspace,
                tuple(stacks.values()),
                emulator,
                data=folder / "data" / side,
                console=Consoles().progress,
                when="meanwhile",
            )

        base = Base(stacks, pool("base", stacks))
        base.apply(stacks)
        yield Platform(stacks, base, pool, folder)


def stacks_of(project: Path) -> dict[str, Stack]:
    found = synthesize(ENVIRONMENT, project / "cdktf.out", project=project)
    return {stack.name: stack for stack in found.stacks}


def test_each_change_has_its_action_and_risk(tmp_path: Path, subtests: pytest.Subtests) -> None:
    with applied(tmp_path) as platform:
        for name, (change, expected) in CASES.items():
            with subtests.test(name):
                found, remarks = platform.preview(name, change)
                seen = {(each.action, each.type, each.risk) for each in found.changes}
                assert seen == expected
                assert found.missing == remarks == ()
        with subtests.test("tag"):
            another_tag_reaches_everything(platform)
        # These may change what others find: what is read of a change is applied before.
        for name in SEVERAL if os.environ.get("CHANGES") else GATE:
            change, matters, routine = SEVERAL[name]
            with subtests.test(name):
                several_changes_are_told_apart(*platform.preview(name, change), matters, routine)
        with subtests.test("network"):
            another_network_is_not_followed_any_further(platform)


def several_changes_are_told_apart(
    found: Review,
    remarks: tuple[str, ...],
    matters: set[tuple[str, str, str]],
    routine: set[tuple[str, str]],
) -> None:
    """What matters is told, and nothing else is called more than routine."""
    seen = {(each.action, each.type, each.risk) for each in found.changes}
    assert {each for each in seen if each[2] != "routine"} == matters
    assert {each[:2] for each in seen if each[2] == "routine"} >= routine
    assert found.missing == remarks == ()


def another_tag_reaches_everything(platform: Platform) -> None:
    found, _ = platform.preview("tag", edit(SETTINGS, 'owner = "platform"', 'owner = "shop"'))
    assert len(found.changes) > 100
    assert {stack.name for stack in found.stacks} >= set(SHIPPED)
    assert {each.action for each in found.changes} == {"update"}
    assert {each.risk for each in found.changes} == {"routine"}


def another_network_is_not_followed_any_further(platform: Platform) -> None:
    found, remarks = platform.preview("network", edit(SETTINGS, "10.0.0.0/16", "10.1.0.0/16"))
    assert {stack.name for stack in found.stacks} == {"network"}
    replaced = {each.type: each.risk for each in found.changes if each.action == "replace"}
    assert replaced["aws_vpc"] == "blocking"
    # Those that read of it, and those that read of them in turn.
    assert {"application", "database", "monitoring"} <= set(found.missing)
    (remark,) = remarks
    assert remark.startswith("What follows from network is not planned, as it destroys aws_subnet.")
    assert ", aws_vpc.vpc_" in remark
