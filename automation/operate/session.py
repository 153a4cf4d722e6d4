"""Sessions on instances over Session Manager, through AWS's plugin as the AWS CLI calls it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from automation.errors import UserError

if TYPE_CHECKING:
    from types_boto3_ssm.client import SSMClient

PLUGIN = "session-manager-plugin"
_REMEDY = (
    "install it as https://docs.aws.amazon.com/systems-manager/latest/userguide/"
    "session-manager-working-with-install-plugin.html says"
)
# The variable in which the AWS CLI hands a session's token to plugins that are newer than this: the
# arguments of a process are for everybody to see.
# https://github.com/aws/session-manager-plugin
_RESPONSE, _ARGUMENTS_ONLY = "AWS_SSM_START_SESSION_RESPONSE", (1, 2, 497, 0)
_VERSION_SECONDS = 10
# What a terminal sends to all that runs in it, and the plugin alone is to heed.
_FROM_TERMINAL = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)
# https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html
_PORT_FORWARDING = "AWS-StartPortForwardingSessionToRemoteHost"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class SessionPlugin:
    """The program that holds a session's connection."""

    path: str
    version: str

    @classmethod
    def find(cls) -> Self:
        """The one on PATH; raises `UserError` when there is none, or it does not run."""
        path = shutil.which(PLUGIN)
        if path is None:
            raise UserError(f"{PLUGIN} is not on PATH: {_REMEDY}")
        try:
            said = subprocess.run(  # noqa: S603
                [path, "--version"],
                capture_output=True,
                text=True,
                check=True,
                timeout=_VERSION_SECONDS,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise UserError(f"{path} does not run ({error}): {_REMEDY}") from error
        return cls(path, said.stdout.strip())

    @property
    def reads_environment(self) -> bool:
        """Whether it takes the session's token from a variable."""
        if not re.fullmatch(r"\d+(\.\d+){0,3}", self.version):
            return False
        numbers = [int(each) for each in self.version.split(".")]
        return tuple(numbers + [0] * (4 - len(numbers))) > _ARGUMENTS_ONLY

    def __str__(self) -> str:
        return f"{PLUGIN} {self.version}"


@dataclass(frozen=True)
class ManagedSession:
    """A session that Session Manager has opened, and what it was asked for."""

    ssm: "SSMClient"
    request: Mapping[str, Any]
    response: Mapping[str, str]

    @classmethod
    def shell(cls, ssm: "SSMClient", instance: str) -> Self:
        """A shell, as the account's preferences have it: of ssm-user, unless they say otherwise."""
        return cls._start(ssm, {"Target": instance})

    @classmethod
    def tunnel(cls, ssm: "SSMClient", instance: str, *, host: str, port: int, local: int) -> Self:
        """A port of this machine that leads through an instance to one of another host."""
        given = {"host": [host], "portNumber": [str(port)], "localPortNumber": [str(local)]}
        document = {"DocumentName": _PORT_FORWARDING, "Parameters": given}
        return cls._start(ssm, {"Target": instance, **document})

    @classmethod
    def _start(cls, ssm: "SSMClient", request: Mapping[str, Any]) -> Self:
        answer: Mapping[str, Any] = ssm.start_session(**request)
        told = ("SessionId", "TokenValue", "StreamUrl")
        return cls(ssm, request, {name: answer[name] for name in told})

    def hold(self, plugin: SessionPlugin) -> tuple[int, bool]:
        """Run the plugin until the session ends; its exit code, and whether Ctrl-C was pressed.

        Whatever else ends the command ends the session, too.
        """
        interrupts: list[int] = []
        try:
            with _heeded_by_plugin(interrupts):
                code = self._run(plugin)
        except BaseException:
            self._terminate()
            raise
        return (code if code >= 0 else 128 - code), bool(interrupts)

    def _run(self, plugin: SessionPlugin) -> int:
        response, environment = json.dumps(self.response), dict(os.environ)
        if plugin.reads_environment:
            environment[_RESPONSE], response = response, _RESPONSE
        meta = self.ssm.meta
        profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or ""
        request = json.dumps(self.request)
        process = subprocess.Popen(  # noqa: S603
            [
                *(plugin.path, response, meta.region_name, "StartSession"),
                *(profile, request, meta.endpoint_url),
            ],
            env=environment,
        )
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise

    def _terminate(self) -> None:
        """Nobody is left to end the session: that it cannot be is no reason to hide why."""
        try:
            self.ssm.terminate_session(SessionId=self.response["SessionId"])
        except (BotoCoreError, ClientError):
            return


@contextmanager
def _heeded_by_plugin(interrupts: list[int]) -> Iterator[None]:
    """Leave a terminal's signals to the plugin, which has its own use for them."""

    def note(number: int, _: object) -> None:
        if number == signal.SIGINT:
            interrupts.append(number)

    before = {number: signal.signal(number, note) for number in _FROM_TERMINAL}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def local_port(wanted: int | None, usual: int) -> int:
    """A free port of this machine: the wanted one, or else the usual one, or else any.

    Raises `UserError` when the wanted one is taken.
    """
    for port in (wanted,) if wanted is not None else (usual, 0):
        with socket.socket() as tried:
            try:
                tried.bind((LOOPBACK, port))
            except OSError as error:
                reason = error.strerror
                continue
            return int(tried.getsockname()[1])
    raise UserError(f"--port: received {wanted}; give one that is free ({reason})")
