"""The emulated account of an environment, and Terraform at work there."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import boto3
import botocore.session
from botocore.config import Config
from rich.console import Console

from automation.bootstrap import create_or_update
from automation.bootstrap.account import GitHub
from automation.emulator import CREDENTIALS, NO_CONFIGURATION, Emulator
from automation.errors import CommandError
from automation.terraform.pool import LIMIT, StackPool, Workspace
from automation.terraform.program import without_user_overrides
from automation.terraform.stacks import Stack
from config import Settings

# Whose workflows plan and deploy: the roles are what counts, not who trusts whom.
_WORKFLOWS = GitHub("rehearsal/rehearsal", ("repo:rehearsal/rehearsal:ref:refs/heads/main",))
# Seconds between two looks at a stack: nobody throttles here.
_PAUSE = 0.1


def emulator_of(
    settings: Settings,
    workspace: Path,
    *,
    port: int = 0,
    keep: bool = False,
    lenient: bool = False,
) -> Emulator:
    """The account of an environment, with the hosted zone that it expects there."""
    zone = settings.dns.hosted_zone_id
    return Emulator(
        account_id=settings.account_id,
        region=settings.region,
        port=port,
        hosted_zones={zone: settings.domain} if zone else {},
        keep=keep,
        lenient=lenient,
        workspace=workspace,
    )


def start_account(emulator: Emulator, settings: Settings) -> None:
    """Start the account, with the state bucket and the workflows' roles of an environment."""
    emulator.start()
    bootstrap_account(emulator, settings, github=_WORKFLOWS)


def role_of(emulator: Emulator, settings: Settings, purpose: str) -> dict[str, str]:
    """The variables by which a workflow signs as the role that plans or deploys."""
    made = emulator.client("sts").assume_role_with_web_identity(
        RoleArn=f"arn:aws:iam::{settings.account_id}:role/{settings.naming.name(purpose)}",
        RoleSessionName=purpose,
        WebIdentityToken="rehearsal",
    )["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        "AWS_SESSION_TOKEN": made["SessionToken"],
    }


def watching(emulator: Emulator, when: str) -> Callable[[], None]:
    """Raises when called once the emulator has ended, or refuses what is retried whatever it says.

    `when` tells of either.
    """

    def watch() -> None:
        if not emulator.alive:
            raise CommandError(f"the emulator ended {when}; its log: {emulator.log}")
        if emulator.stubborn.exists():
            refusal = emulator.stubborn.read_text(encoding="utf-8")
            raise CommandError(f"Terraform was ended {when}: {refusal}")

    # What ended an earlier one.
    emulator.stubborn.unlink(missing_ok=True)
    return watch


def pool_of(
    workspace: Workspace,
    stacks: Sequence[Stack],
    emulator: Emulator,
    *,
    data: Path,
    console: Console,
    when: str,
    role: Mapping[str, str] | None = None,
    limit: int = LIMIT,
    locks: bool = True,
) -> StackPool:
    """The stacks in the emulated account; `when` tells of an emulator that ends too early.

    Whoever has no `role` is the account's root user, who may do everything.
    """
    return workspace.pool(
        stacks,
        data=data,
        console=console,
        environ={**terraform_environment(emulator, workspace.installation.environ), **(role or {})},
        watch=watching(emulator, when),
        limit=limit,
        locks=locks,
    )


def terraform_environment(emulator: Emulator, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment in which Terraform takes the emulator for AWS."""
    return without_user_overrides(emulator.isolate(environ))


def session(emulator: Emulator, role: Mapping[str, str] | None = None) -> boto3.Session:
    """A session in the emulated account, whatever the user's own configuration says."""
    core = botocore.session.Session(session_vars=NO_CONFIGURATION)
    core.set_config_variable("ca_bundle", str(emulator.bundle))
    core.set_config_variable("ignore_configured_endpoint_urls", True)
    core.set_credentials(*(role or CREDENTIALS).values())
    proxies = {"https": emulator.url, "http": emulator.url}
    core.set_default_client_config(Config(proxies=proxies))
    return boto3.Session(botocore_session=core, region_name=emulator.region)


def bootstrap_account(
    emulator: Emulator, settings: Settings, *, github: GitHub | None = None
) -> None:
    """Make the state bucket of an environment, as in any account."""
    create_or_update(session(emulator), settings, github=github, pause=_PAUSE)
