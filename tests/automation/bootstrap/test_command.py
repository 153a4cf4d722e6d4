import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import boto3
import pytest

from automation.bootstrap import command
from automation.bootstrap.command import BootstrapCommand, BootstrapRequest
from automation.bootstrap.stack import Confirmation
from automation.emulator import Emulator
from automation.errors import CommandError, UserError
from config import Settings
from tests.automation.bootstrap import runs
from tests.automation.consoles import Consoles


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@dataclass
class Typed:
    """The command as a user types it, with their answers."""

    consoles: Consoles = field(default_factory=Consoles)

    def __call__(self, *, answers: str | None = None, **options: Any) -> int:
        request = BootstrapRequest("dev", **options)
        terminal = StringIO() if answers is None else Terminal(answers)
        return BootstrapCommand(
            request,
            console=self.consoles.console,
            progress=self.consoles.progress,
            confirmation=Confirmation(request.yes, self.consoles.progress, terminal),
            look_up={"acme/shop": "12/34"}.get,
            pause=runs.PAUSE,
        ).run()

    @property
    def last_line(self) -> str:
        return self.consoles.lines[-1]


@pytest.fixture
def typed(emulator: Emulator, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Typed:
    environ = emulator.isolate()
    for name in set(os.environ) - set(environ):
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(command, "settings_of", lambda _: settings)
    return Typed()


def exists(session: boto3.Session, settings: Settings) -> bool:
    stacks = session.client("cloudformation").describe_stacks()["Stacks"]
    return runs.name(settings) in {stack["StackName"] for stack in stacks}


def test_creation_streams_events_and_says_what_there_is(typed: Typed, settings: Settings) -> None:
    assert typed() == 0
    streamed = typed.consoles.errors.getvalue()
    assert "StateBucket CREATE_COMPLETE" in streamed
    assert "termination protection  on" in typed.consoles.lines
    assert typed.last_line == f"{runs.name(settings)}: created"


def test_environments_in_one_account_are_told(typed: Typed) -> None:
    assert typed() == 0
    told = "dev shares the account 123456789012 with options, prod, staging: names and tags"
    assert told in typed.consoles.errors.getvalue()


def test_a_second_run_says_that_nothing_changed(typed: Typed, settings: Settings) -> None:
    typed()
    assert typed() == 0
    assert typed.last_line == f"{runs.name(settings)}: up to date, nothing to change"


def test_without_a_terminal_an_update_needs_yes(typed: Typed) -> None:
    typed()
    with pytest.raises(UserError) as refusal:
        typed(github="acme/shop")
    assert str(refusal.value) == (
        "nobody can be asked without a terminal: give `bootstrap --yes`; nothing changed"
    )
    assert typed(github="acme/shop", yes=True) == 0


def test_whose_ids_nobody_knows_gets_no_roles(typed: Typed) -> None:
    with pytest.raises(UserError) as refusal:
        typed(github="acme/secret")
    assert str(refusal.value) == (
        "--github: nobody tells the ids of acme/secret and its owner: give --github-ids, as "
        "`gh api repos/acme/secret --jq '\"\\(.owner.id)/\\(.id)\"'` prints them"
    )
    assert typed(github="acme/secret", github_ids="12/56", yes=True) == 0


def test_an_update_is_shown_and_made_when_the_user_agrees(typed: Typed, settings: Settings) -> None:
    typed()
    assert typed(github="acme/shop", answers="no\n") == 1
    assert typed.last_line == f"{runs.name(settings)}: declined, nothing changed"
    assert typed(github="acme/shop", answers="yes\n") == 0
    shown = typed.consoles.errors.getvalue()
    assert "Make these changes? (yes/no) " in shown
    assert "Add     PlanRole" in shown
    assert typed.last_line == f"{runs.name(settings)}: updated"


def test_json_is_all_that_is_printed(
    typed: Typed, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(as_json=True) == 0
    answer = json.loads(capsys.readouterr().out)
    assert typed.consoles.lines == []
    assert answer["stack"] == runs.name(settings)
    assert (answer["action"], answer["ok"], answer["status"]) == (
        "created",
        True,
        "CREATE_COMPLETE",
    )
    assert answer["termination_protection"]
    assert answer["outputs"]["StateBucket"] == settings.naming.bucket("tfstate")


def test_status_of_a_stack_that_is_ready(typed: Typed, settings: Settings) -> None:
    typed()
    assert typed(status=True) == 0
    assert typed.last_line == f"{runs.name(settings)}: ready"


def test_status_says_when_there_is_none_and_changes_nothing(
    typed: Typed, aws: boto3.Session, settings: Settings
) -> None:
    assert typed(status=True) == 1
    assert typed.last_line == f"{runs.name(settings)}: there is no stack: run bootstrap"
    assert not exists(aws, settings)


def test_status_of_a_creation_that_failed(
    typed: Typed, aws: boto3.Session, settings: Settings
) -> None:
    bucket = runs.take(aws, settings)
    with pytest.raises(CommandError, match="could not be created: AccessLogBucket"):
        typed()
    aws.client("s3").delete_bucket(Bucket=bucket)
    assert typed(status=True) == 1
    assert typed.last_line == (
        f"{runs.name(settings)}: its creation or deletion failed: run bootstrap, which makes it "
        "anew"
    )


def test_deletion_needs_the_prefix_typed(
    typed: Typed, aws: boto3.Session, settings: Settings
) -> None:
    typed()
    assert typed(delete=True, answers="yes\n") == 1
    assert exists(aws, settings)
    with pytest.raises(UserError, match="give `bootstrap --yes`; nothing changed"):
        typed(delete=True)
    assert typed(delete=True, answers=f"{settings.naming.prefix}\n") == 0
    assert typed.last_line == (
        f"{runs.name(settings)}: deleted; the bucket {settings.naming.bucket('tfstate')}, its log "
        "bucket and its key are retained"
    )
    assert not exists(aws, settings)
    assert typed(delete=True, yes=True) == 0
    assert typed.last_line == (
        f"{runs.name(settings)}: there is none, so there is nothing to delete"
    )


def test_two_wishes_at_once_are_refused(typed: Typed) -> None:
    with pytest.raises(UserError) as refusal:
        typed(status=True, delete=True)
    assert str(refusal.value) == "--status and --delete exclude each other: give one of them"


@pytest.mark.parametrize("options", [{"github": "acme"}, {"branches": ("main",)}])
def test_faulty_options_are_refused_before_aws_is_asked(
    options: dict[str, Any], typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "connect", pytest.fail)
    with pytest.raises(UserError, match="owner/name"):
        typed(**options)


def test_another_account_is_refused(
    typed: Typed, aws: boto3.Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = settings.model_copy(update={"account_id": "210987654321"})
    monkeypatch.setattr(command, "settings_of", lambda _: other)
    with pytest.raises(UserError, match="belongs to 210987654321"):
        typed()
    assert not exists(aws, settings)


def test_missing_credentials_are_one_line(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(UserError, match="no AWS credentials"):
        typed()


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_ctrl_c_says_that_cloudformation_goes_on(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    act: Callable[..., None] = interrupt
    monkeypatch.setattr(command, "create_or_update", act)
    assert typed() == 130
    assert typed.consoles.errors.getvalue() == (
        "interrupted: CloudFormation goes on; run it again to follow\n"
    )
