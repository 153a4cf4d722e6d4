"""What a rehearsal asks of the emulated account."""

from collections.abc import Mapping

import boto3
import botocore.session
from botocore.config import Config

from automation.bootstrap.bootstrap import bootstrap
from automation.emulator.environment import CREDENTIALS
from automation.emulator.process import NO_CONFIGURATION, Emulator
from automation.terraform import without_choices
from config import Settings

# The provider's work is mostly to read its own schema, and a fifth of that to collect garbage.
# https://go.dev/doc/gc-guide
_SWIFT = {"GOGC": "400"}
# Seconds between two looks at a stack: nobody throttles here.
_PAUSE = 0.1


def terraform_environment(emulator: Emulator, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment in which Terraform takes the emulator for AWS."""
    return {**_SWIFT, **without_choices(emulator.isolate(environ))}


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
    bootstrap(session(emulator), settings, pause=_PAUSE)
