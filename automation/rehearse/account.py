"""The emulated account of an environment, and Terraform at work there."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import boto3
import botocore.session
from botocore.config import Config
from rich.console import Console

from automation.bootstrap.bootstrap import create_or_update
from automation.emulator.process import CREDENTIALS, NO_CONFIGURATION, Emulator
from automation.errors import CommandError
from automation.terraform.pool import LIMIT, StackPool
from automation.terraform.program import without_user_overrides
from automation.terraform.stacks import Stack
from automation.terraform.workspace import Workspace
from config import Settings

# Seconds between two looks at a stack: nobody throttles here.
_PAUSE = 0.1


def emulator_of(
    settings: Settings, workspace: Path, *, port: int = 0, keep: bool = False
) -> Emulator:
    """The account of an environment, with the hosted zone that it expects there."""
    zone = settings.dns.hosted_zone_id
    return Emulator(
        account_id=settings.account_id,
        region=settings.region,
        port=port,
        hosted_zones={zone: settings.domain} if zone else {},
        keep=keep,
        workspace=workspace,
    )


def start_account(emulator: Emulator, settings: Settings) -> None:
    """Start the account, with the state bucket of its environment."""
    emulator.start()
    bootstrap_account(emulator, settings)


def pool_of(
    workspace: Workspace,
    stacks: Sequence[Stack],
    emulator: Emulator,
    *,
    data: Path,
    console: Console,
    when: str,
    limit: int = LIMIT,
) -> StackPool:
    """The stacks in the emulated account; `when` tells of an emulator that ends too early."""

    def watch() -> None:
        if not emulator.alive:
            raise CommandError(f"the emulator ended {when}; its log: {emulator.log}")

    return workspace.pool(
        stacks,
        data=data,
        console=console,
        environ=terraform_environment(emulator, workspace.installation.environ),
        watch=watch,
        limit=limit,
    )


def terraform_environment(emulator: Emulator, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment in which Terraform takes the emulator for AWS."""
    return without_user_overrides(emulator.isolate(environ))


def session(emulator: Emulator) -> boto3.Session:
    """A session in the emulated account, whatever the user's own configuration says."""
    core = botocore.session.Session(session_vars=NO_CONFIGURATION)
    core.set_config_variable("ca_bundle", str(emulator.bundle))
    core.set_config_variable("ignore_configured_endpoint_urls", True)
    core.set_credentials(*CREDENTIALS.values())
    proxies = {"https": emulator.url, "http": emulator.url}
    core.set_default_client_config(Config(proxies=proxies))
    return boto3.Session(botocore_session=core, region_name=emulator.region)


def bootstrap_account(emulator: Emulator, settings: Settings) -> None:
    """Make the state bucket of an environment, as in any account."""
    create_or_update(session(emulator), settings, pause=_PAUSE)
