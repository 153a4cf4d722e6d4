"""What the commands refuse, before anything is changed."""

import fcntl
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from automation.deploy import DeployCommand, DeployRequest, PlanCommand
from automation.errors import UserError
from config import load
from tests.automation.accounts import Account, emulated
from tests.automation.consoles import Consoles
from tests.automation.deploy.deploying import Deploying


def refused(
    tmp_path: Path, command: type[PlanCommand | DeployCommand] = PlanCommand, **asked: object
) -> str:
    """What the command says, in one line."""
    request = DeployRequest(workspace=tmp_path / "workspace", **{"environment": "dev", **asked})  # type: ignore[arg-type]
    consoles = Consoles()
    with pytest.raises(UserError) as refusal:
        command(request, console=consoles.console, progress=consoles.progress).run()
    assert not (tmp_path / "workspace" / "deployment" / "dev" / "out").exists()
    return str(refusal.value)


@pytest.mark.parametrize(
    ("tier", "hint"),
    [
        ("storge", "did you mean storage?"),
        ("kubernetes", "use any of security, storage, dns, application"),
    ],
)
def test_an_unknown_tier(deploying: Deploying, tier: str, hint: str) -> None:
    for ask in (
        partial(deploying.plan, tiers=(tier,)),
        partial(deploying.deploy, tiers=(tier,), yes=True),
        partial(deploying.deploy, unlock=tier, yes=True),
    ):
        with pytest.raises(UserError) as refusal:
            ask()
        assert str(refusal.value) == f'there is no tier "{tier}": {hint}'
    assert not (deploying.workspace / "runs").exists()


def test_faulty_settings(tmp_path: Path) -> None:
    assert "set --env to one of: dev, options, prod, staging" in refused(tmp_path, environment="qa")


def test_nobody_to_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert refused(tmp_path, DeployCommand) == (
        "deploy asks before it changes anything, and there is nobody to ask: "
        "add --yes, or apply reviewed plans with `deploy --plans`"
    )


def test_what_unlocks_does_nothing_else(tmp_path: Path) -> None:
    for asked in ({"tiers": ("dns",)}, {"plans": tmp_path}):
        assert refused(tmp_path, DeployCommand, unlock="dns", **asked).startswith(
            "`deploy --unlock` "
        )


def test_plans_that_are_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path, DeployCommand, plans=tmp_path / "none") == (
        f"{tmp_path / 'none'} has no saved plans: make them with `plan --out`"
    )


def test_a_folder_that_plans_cannot_be_kept_in(tmp_path: Path) -> None:
    file = tmp_path / "passwd"
    file.touch()
    assert refused(tmp_path, PlanCommand, out=file) == (
        f"--out: received {file}; give a folder that you may write to: {file} is no folder"
    )


def test_no_credentials(tmp_path: Path, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert refused(tmp_path).startswith("no AWS credentials: set AWS_PROFILE")
    assert account.emulator.alive


def test_the_credentials_of_another_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = load("dev").model_copy(update={"account_id": "210987654321"})
    with emulated(tmp_path, other) as account:
        account.enter(monkeypatch)
        assert refused(tmp_path) == (
            "the credentials are of account 210987654321, and dev belongs to 123456789012: use "
            "that account's, or correct account_id in environments/dev.toml"
        )


def test_no_state_bucket(tmp_path: Path, account: Account) -> None:
    assert refused(tmp_path, environment="staging") == (
        "there is no state bucket staging-349081-tfstate-123456789012: "
        "run `python -m automation bootstrap --env staging`. If app_id or account_id was changed, "
        "that is another platform: destroy the old one first, as it was"
    )
    assert account.emulator.alive


@pytest.mark.terraform
def test_two_deployments_from_one_folder_do_not_meet(deploying: Deploying) -> None:
    folder = deploying.workspace / "deployment" / "dev"
    folder.mkdir(parents=True)
    with (folder / "running").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(UserError) as refusal:
            deploying.plan()
    assert str(refusal.value) == ("dev is being deployed from this folder: wait for that to end")


@pytest.mark.terraform
def test_upstreams_that_were_never_deployed(deploying: Deploying) -> None:
    with pytest.raises(UserError) as refusal:
        deploying.deploy(tiers=("dns",), yes=True)
    assert str(refusal.value) == (
        "dns reads outputs of security, which has not been deployed with them: "
        "run `python -m automation deploy security dns --env dev`"
    )
    assert [entry["what"] for entry in deploying.log()] == ["run", "end"]
    assert deploying.log()[-1]["how"] == "refused"


@pytest.mark.terraform
def test_a_state_that_was_not_saved(deploying: Deploying) -> None:
    folder = deploying.workspace / "deployment" / "dev" / "out" / "stacks" / "security"
    folder.mkdir(parents=True)
    (folder / "errored.tfstate").write_text("{}")
    with pytest.raises(UserError) as refusal:
        deploying.deploy(yes=True)
    assert str(refusal.value) == (
        f"security: an earlier run could not save its state: in {folder} run "
        "`terraform state push errored.tfstate`, then remove the file"
    )


@pytest.mark.terraform
def test_rights_that_are_not_current(deploying: Deploying, monkeypatch: pytest.MonkeyPatch) -> None:
    with deploying.account.protected() as role:
        for name, value in role.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(UserError) as refusal:
            deploying.deploy(yes=True)
    assert str(refusal.value) == (
        "the rights of dev-349081-deploy are not current (given for another deletion_protection): "
        "run `python -m automation bootstrap --env dev`; nothing changed"
    )
    assert not (deploying.workspace / "runs").exists()


@pytest.mark.terraform
def test_a_lock_that_nobody_holds(deploying: Deploying) -> None:
    with pytest.raises(UserError) as refusal:
        deploying.deploy(unlock="dns", yes=True)
    assert str(refusal.value) == "dns is not locked: repeat `deploy` without --unlock"


def test_the_package_does_not_need_the_emulator() -> None:
    program = "import sys, automation.deploy.command; print('moto' in sys.modules)"
    answer = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "False\n"
