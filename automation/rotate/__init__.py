"""The secret between CloudFront and the load balancer: its settings, and whether it is deployed."""

import copy
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from automation.aws.clients import Clients
from automation.aws.states import States
from automation.checks import lookups
from automation.errors import UserError
from automation.terraform.stacks import Stack, key_of
from config import Settings
from config.application import ORIGIN_HEADER

if TYPE_CHECKING:
    from types_boto3_cloudfront.type_defs import DistributionTypeDef

# Where constructs are that hold the secret, or read it from another stack.
_CONSTRUCT = "origin-secret"
_VERSION = "aws_secretsmanager_secret_version"
_COUNT = "secret_string_wo_version"
_SECRET = re.compile(rf"{_CONSTRUCT}_(origin-[0-9]+)_")
_SETTING = "application.origin_secret_version"


class Origin:
    """Of an environment's stacks those that know the secret; looks, and changes nothing."""

    def __init__(
        self, stacks: Sequence[Stack], *, states: States, clients: Clients, settings: Settings
    ) -> None:
        self._stacks = [each for each in stacks if _CONSTRUCT in json.dumps(each.content)]
        self._states = states
        self._clients = clients
        self._settings = settings

    @property
    def tiers(self) -> tuple[str, ...]:
        """Those that a new value goes through, in the order of a deployment."""
        return tuple(stack.name for stack in self._stacks)

    @property
    def deployed(self) -> Mapping[str, int]:
        """How often each of the secrets was written; none where nothing is deployed."""
        return dict(each for stack in self._stacks for each in self._written(stack))

    def check(self) -> None:
        """Raises `UserError` unless all of the last rotation is through.

        A rotation overwrites the secret before the current one: were CloudFront to send that one
        still, the load balancer would turn every request away.
        """
        environment, version = self._settings.environment, _SETTING
        deploy = f"`python -m automation deploy {' '.join(self.tiers)} --env {environment}`"
        number = self._settings.application.origin_secret_version
        deployed = self.deployed
        if not deployed:
            raise UserError(f"the origin's secret of {environment} is not deployed: run {deploy}")
        if deployed != dict(each for stack in self._stacks for each in declared(stack)):
            raise UserError(
                f"{version} is {number} in the settings of {environment}, and another one is "
                f"deployed: run {deploy} before the next rotation"
            )
        distribution = self._distribution()
        if distribution["Status"] != "Deployed":
            raise UserError(
                "CloudFront is still spreading a change, and may send the earlier secret "
                "meanwhile: repeat rotate in some minutes"
            )
        current = lookups.origin_secret(self._clients, self._settings, version=number)
        sent = {
            header["HeaderValue"]
            for origin in distribution["DistributionConfig"]["Origins"]["Items"]
            for header in origin.get("CustomHeaders", {}).get("Items", [])
            if header["HeaderName"] == ORIGIN_HEADER
        }
        if sent != {current}:
            raise UserError(
                f"CloudFront does not send the secret of {version} {number} yet: run {deploy} "
                "before the next rotation"
            )

    def _distribution(self) -> "DistributionTypeDef":
        id_ = lookups.distribution_id(self._clients, self._settings)
        return self._clients.cloudfront.get_distribution(Id=id_)["Distribution"]

    def _written(self, stack: Stack) -> Iterator[tuple[str, int]]:
        if self._states.read(key_of(stack)) is None:
            return
        for resource in self._states.document(stack.name)["resources"]:
            secret = _SECRET.search(resource["name"])
            if resource["mode"] == "managed" and resource["type"] == _VERSION and secret:
                for instance in resource["instances"]:
                    yield secret[1], instance["attributes"][_COUNT]


def declared(stack: Stack) -> Iterator[tuple[str, int]]:
    """How often each of the secrets that a stack has is to have been written."""
    for name, resource in stack.content.get("resource", {}).get(_VERSION, {}).items():
        if secret := _SECRET.search(name):
            yield secret[1], resource[_COUNT]


class SettingsFile:
    """A file of `environments/`; `key` names a number in one of its tables."""

    def __init__(self, file: Path, *, table: str, key: str) -> None:
        self._file = file
        self._table, self._key = table, key
        # Without translation, so that lines end as they did.
        self._before = file.read_bytes().decode("utf-8")

    def write(self, number: int) -> None:
        """Raises `UserError` where it cannot be written without a change of anything else."""
        wanted = copy.deepcopy(tomllib.loads(self._before))
        wanted.setdefault(self._table, {})[self._key] = number
        for text in self._candidates(number):
            if _holds(text, wanted):
                self._file.write_bytes(text.encode("utf-8"))
                return
        raise UserError(
            f"{self._file.name} is written in a way that rotate does not know: set "
            f"{self._table}.{self._key} = {number} in it, and run `deploy`"
        )

    def restore(self) -> None:
        """Write what the file held."""
        self._file.write_bytes(self._before.encode("utf-8"))

    def _candidates(self, number: int) -> Iterator[str]:
        """The text with the number in each place that may be the right one."""
        before, key = self._before, self._key
        for found in re.finditer(rf"\b{key}[ \t]*=[ \t]*(\+?[0-9][0-9_]*)", before):
            yield f"{before[: found.start(1)]}{number}{before[found.end(1) :]}"
        end = "\r\n" if "\r\n" in before else "\n"
        header = rf"^[ \t]*\[[ \t]*{self._table}[ \t]*\][^\n]*\n"
        for found in re.finditer(header, before, flags=re.MULTILINE):
            yield f"{before[: found.end()]}{key} = {number}{end}{before[found.end() :]}"
        gap = "" if before.endswith("\n") else end
        yield f"{before}{gap}{end}[{self._table}]{end}{key} = {number}{end}"
        yield f"{self._table}.{key} = {number}{end}{before}"


def _holds(text: str, wanted: object) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False
