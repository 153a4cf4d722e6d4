"""The emulated account, deployed to by other means than the rehearsal."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from automation import PROJECT
from automation.checks.configuration import check_platform
from automation.emulator import Emulator
from automation.rehearse.account import bootstrap_account, session, terraform_environment
from automation.terraform import program
from automation.terraform.processes import Processes
from automation.terraform.program import Terraform
from automation.terraform.providers import Installation, install
from automation.terraform.runner import StackRunner
from automation.terraform.stacks import Stack, ordered, read, synthesize
from config import load
from tests.processes import run
from tests.programs import framework_cli

pytestmark = [pytest.mark.rehearsal, pytest.mark.terraform, pytest.mark.slow]


@dataclass(frozen=True)
class Account:
    """An emulated account that awaits the stacks of dev."""

    emulator: Emulator
    installation: Installation
    stacks: dict[str, Stack]
    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        return terraform_environment(self.emulator, self.installation.environ)

    def runner(self, stack: str, user: str) -> StackRunner:
        """Terraform over a stack, with data of its user's own."""
        found = program.find()
        return StackRunner(
            self.stacks[stack],
            terraform=Terraform(found.program, found.version, self.environ),
            installation=self.installation,
            processes=Processes(),
            data=self.folder / user / stack,
        )


@pytest.fixture
def account(tmp_path: Path, output_of: Callable[[str], Path]) -> Iterator[Account]:
    settings = load("dev")
    stacks = read(output_of("dev"))
    installation = install(program.find(), stacks, PROJECT / ".terrace")
    with Emulator(
        account_id=settings.account_id, region=settings.region, workspace=tmp_path / "emulator"
    ) as emulator:
        bootstrap_account(emulator, settings)
        yield Account(emulator, installation, {stack.name: stack for stack in stacks}, tmp_path)


@pytest.mark.overnight
def test_of_two_applies_at_once_one_is_told_of_the_lock(account: Account) -> None:
    first, second = account.runner("security", "first"), account.runner("security", "second")
    for runner in (first, second):
        assert runner.init().ok
    assert first.plan().changed
    applied: list[bool] = []
    applying = threading.Thread(target=lambda: applied.append(first.apply().ok))
    applying.start()
    while not _locked(account):
        assert applying.is_alive()
    refused = second.plan()
    applying.join()
    assert applied == [True]
    assert not refused.ok
    assert any("Error acquiring the state lock" in str(problem) for problem in refused.problems)
    # The state is whole: nothing is left to do, and nobody holds the lock.
    after = second.plan()
    assert after.ok
    assert not after.changed
    assert not _locked(account)


def _locked(account: Account) -> bool:
    settings = load("dev")
    objects = account.emulator.client("s3").list_objects_v2(
        Bucket=settings.naming.bucket("tfstate"), Prefix="dev-349081/security/"
    )
    return any(each["Key"].endswith(".tflock") for each in objects.get("Contents", ()))


def test_the_command_of_the_framework_deploys_every_stack(account: Account, tmp_path: Path) -> None:
    tools = PROJECT / ".venv" / "bin"
    cli = framework_cli()
    environ = {
        **account.environ,
        "APP_ENV": "dev",
        "CI": "1",
        "PATH": f"{tools}:{account.environ['PATH']}",
    }
    deploy = ["deploy", "*", "--auto-approve", "--skip-provider-lock", f"--output={tmp_path}/out"]
    finished = run(cli, *deploy, only=environ)
    assert finished.returncode == 0, finished.stdout[-5000:] + finished.stderr[-5000:]
    stacks = ordered(read(tmp_path / "out"))
    findings = check_platform(session(account.emulator), load("dev"), stacks)
    assert [finding for finding in findings if not finding.ok] == []
    # What the CLI deployed is what `main.py` synthesizes.
    ours = synthesize("dev", tmp_path / "again").stacks
    deployed = {stack.name: stack.file.read_bytes() for stack in read(tmp_path / "out")}
    assert deployed == {stack.name: stack.file.read_bytes() for stack in ours}
