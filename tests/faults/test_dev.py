"""All of dev is bootstrapped and deployed on a bad day: some minutes."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from automation.checks.configuration import check_platform
from automation.emulator import Emulator
from automation.rehearse.account import session
from automation.terraform.stacks import Synthesis, ordered, read
from config import load
from tests.automation.accounts import Account
from tests.automation.deploy.deploying import Deploying, share_provider
from tests.faults.proxy import TRANSIENT, Faulty, never, sometimes
from tests.faults.test_bootstrap import bootstrap

pytestmark = [pytest.mark.overnight, pytest.mark.rehearsal, pytest.mark.terraform, pytest.mark.slow]


def test_a_fifth_of_all_calls_fails_and_dev_is_deployed_all_the_same(
    tmp_path: Path, output_of: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    dev = load("dev")

    def synthesize(environment: str, output: Path) -> Synthesis:
        shutil.copytree(output_of(environment), output, dirs_exist_ok=True)
        return Synthesis(environment, output, read(output), 0)

    with (
        Emulator(
            account_id=dev.account_id, region=dev.region, workspace=tmp_path / "emulator"
        ) as real,
        Faulty(real, sometimes(0.2, "dev", *TRANSIENT), tmp_path / "faulty") as faulty,
    ):
        account = Account(faulty, dev, tmp_path)
        bootstrap(account, monkeypatch)
        account.enter(monkeypatch)
        workspace = share_provider(tmp_path / "workspace")
        deploying = Deploying(account, workspace, synthesizer=synthesize)
        said = deploying.deploy(yes=True)
        stacks = ordered(read(output_of("dev")))
        tiers = [stack.name for stack in stacks]
        print(said.errors, said.output)
        assert said.code == 0
        assert said.outcomes == dict.fromkeys(tiers, "done")
        happened = len(faulty.forwarder.happened)
        assert happened - faulty.count(None) > happened / 10
        # What the states hold is what is declared, no less and no more, and so does the account.
        faulty.forwarder.rule = never
        assert deploying.plan().outcomes == dict.fromkeys(tiers, "no changes")
        failed = [each for each in check_platform(session(real), dev, stacks) if not each.ok]
        assert failed == []
