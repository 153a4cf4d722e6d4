"""An AWS account on this machine, against which Terraform rehearses: starts and stops it.

It gives the environment variables that point programs at the emulator.
"""

import contextlib
import json
import os
import select
import shlex
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import botocore.session
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.loaders import create_loader

from automation import WORKSPACE
from automation.errors import CommandError, UserError
from automation.programs import for_python
from automation.terraform.program import PRODUCTS

# Where Terraform downloads providers, if it has to: nothing else is exempt.
DOWNLOADS = (
    *(product.registry for product in PRODUCTS),
    "releases.hashicorp.com",
    "github.com",
    "objects.githubusercontent.com",
    "release-assets.githubusercontent.com",
)
# No secret: any key opens the emulator.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "rehearsal", "AWS_SECRET_ACCESS_KEY": "rehearsal"}
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


def variables(*, url: str, bundle: Path, region: str) -> dict[str, str]:
    """For Terraform, `cdktf`, the AWS CLI and boto3.

    They also turn the user's own AWS configuration off, endpoints included.
    """
    proxies = {**dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY"), url), "NO_PROXY": ",".join(DOWNLOADS)}
    trusted = ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
    return {
        **proxies,
        **{name.lower(): value for name, value in proxies.items()},
        **dict.fromkeys(trusted, str(bundle.resolve())),
        **CREDENTIALS,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "CHECKPOINT_DISABLE": "1",
    }


def without_aws(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment without what leads to the user's own AWS account, or past the emulator."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith("AWS_") and name.upper() not in _PROXIES
    }


def system_roots() -> str:
    """The roots that this machine trusts, for the hosts that are exempt."""
    named = os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile
    # Python from python.org or pyenv may know of none; Debian, Fedora and macOS have these.
    usual = (
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/cert.pem",
    )
    for file in (*named, *usual):
        if file and Path(file).is_file():
            return Path(file).read_text(encoding="utf-8").rstrip() + "\n"
    return ""


PROJECT = Path(__file__).parent.parent.parent
_FOLDER = WORKSPACE / "emulator"
# The server's exit code for it.
PORT_TAKEN = 3
_START_SECONDS = 60
_STOP_SECONDS = 5
# botocore's way to say that neither the environment nor a file decides anything: a profile of the
# user's may not even exist, and FIPS endpoints are none that the emulator answers for.
NO_CONFIGURATION = {
    name: (None, None, default, conversion)
    for name, (_, _, default, conversion) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
} | {
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
    "s3": (None, None, {}, None),
}

# AWS's models, each read once: without it every client would read its service's again.
_MODELS = create_loader()


class Emulator:
    """An AWS account in memory, reachable on loopback for as long as the context lasts.

    `keep` lets it outlive the program that started it; `stop` then is up to the caller.
    A `lenient` one forgives what AWS refuses, so that strictness can be measured.
    `hosted_zones` are the Route 53 zones, by id, that the account has from the start.
    """

    def __init__(
        self,
        *,
        account_id: str,
        region: str,
        port: int = 0,
        hosted_zones: Mapping[str, str] | None = None,
        keep: bool = False,
        lenient: bool = False,
        workspace: Path = _FOLDER,
    ) -> None:
        self.account_id = account_id
        self.region = region
        self.port = port
        self._zones = dict(hosted_zones or {})
        self._keep = keep
        self._lenient = lenient
        self._folder = workspace
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._keep:
            self.stop()

    @property
    def url(self) -> str:
        """The proxy's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Every request, and what went wrong with it."""
        return self._folder / "emulator.log"

    @property
    def calls(self) -> Path:
        """Every call by AWS's model, a line of JSON each."""
        return self._folder / "calls.jsonl"

    @property
    def stubborn(self) -> Path:
        """Tells of a refusal that is retried in vain, while there is one."""
        return self._folder / "refused-again.txt"

    @property
    def bundle(self) -> Path:
        """What clients trust: the system's roots and the emulator's own authority."""
        return self._folder / "ca-bundle.pem"

    @property
    def pid(self) -> int | None:
        """The server's process id, while there is one."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """Whether the server's process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point Terraform, `cdktf`, the AWS CLI and boto3 at the emulator."""
        return variables(url=self.url, bundle=self.bundle, region=self.region)

    def isolate(self, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
        """An environment with these variables, and without the user's for AWS and proxies."""
        return {**without_aws(environ), **self.environment}

    def client(self, service: str, *, region: str | None = None) -> Any:
        """A botocore client of the emulated account, whatever the caller's environment says."""
        session = botocore.session.Session(session_vars=NO_CONFIGURATION)
        session.register_component("data_loader", _MODELS)
        session.set_config_variable("ignore_configured_endpoint_urls", True)
        return session.create_client(
            service,
            region_name=region or self.region,
            verify=str(self.bundle),
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(
                proxies={"https": self.url, "http": self.url},
                retries={"mode": "standard", "total_max_attempts": 2},
            ),
        )

    def start(self) -> None:
        """Start the server and wait until it listens; raises `UserError` when the port is taken."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self.stubborn.unlink(missing_ok=True)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                self._command(),
                cwd=PROJECT,
                # moto imports boto3, which stops at a profile that does not exist.
                env=for_python(without_aws(os.environ)),
                stdin=subprocess.DEVNULL if self._keep else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                # Ctrl-C must reach Terraform, which still has requests to make, but not this.
                start_new_session=True,
            )
        ready = self._first_line(self._process)
        self.port = ready["port"]
        self.bundle.write_text(system_roots() + ready["ca"], encoding="utf-8")

    def stop(self) -> None:
        """End the server; all that it held is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    def _command(self) -> Sequence[str]:
        module = [sys.executable, "-m", "automation.emulator.server"]
        options = [f"--port={self.port}", f"--account-id={self.account_id}"]
        options += [f"--record={self.calls.resolve()}", f"--stubborn={self.stubborn.resolve()}"]
        options += [f"--hosted-zone={id_}={name}" for id_, name in self._zones.items()]
        options += ["--lenient"] if self._lenient else []
        return [*module, *options, *(() if self._keep else ("--until-stdin-closes",))]

    def _first_line(self, process: subprocess.Popen[bytes]) -> Any:
        """What the server says when it is ready."""
        assert process.stdout is not None  # noqa: S101
        readable, _, _ = select.select([process.stdout], [], [], _START_SECONDS)
        line = process.stdout.readline() if readable else b""
        if line:
            return json.loads(line)
        # It has closed its output and is about to end, or it is stuck.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
        self.stop()
        if process.returncode == PORT_TAKEN:
            raise UserError(f"port {self.port} is taken: free it, or leave `rehearse --port` out")
        raise CommandError(f"the emulator did not start:\n{self.log.read_text().strip()}")


_SERVER = "automation.emulator.server"


@dataclass(frozen=True)
class RunningEmulator:
    """An emulator that was left running."""

    environment: str
    pid: int
    url: str

    def write(self, file: Path) -> None:
        """Remember it."""
        file.write_text(json.dumps(vars(self)), encoding="utf-8")

    @property
    def stop_command(self) -> str:
        """How to end it."""
        return f"python -m automation rehearse --env {self.environment} --stop"

    def stop(self) -> None:
        """End it; all that it holds is gone."""
        os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while _runs(self.pid) and time.monotonic() < deadline:
            time.sleep(0.05)


def find(file: Path) -> RunningEmulator | None:
    """The emulator that a file remembers, if it still runs."""
    try:
        kept = RunningEmulator(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return kept if _runs(kept.pid) else None


def exports(wanted: Mapping[str, str], environ: Mapping[str, str]) -> Iterator[str]:
    """Lines for a shell that has `environ`, after which it has `wanted`."""
    superfluous = sorted(set(environ) - set(wanted))
    if superfluous:
        yield f"unset {' '.join(superfluous)}"
    for name, value in wanted.items():
        if environ.get(name) != value:
            yield f"export {name}={shlex.quote(value)}"


def _runs(pid: int) -> bool:
    """Whether a process is an emulator: after a while another one may have its id."""
    answer = subprocess.run(  # noqa: S603
        ["ps", "-ww", "-o", "stat=", "-o", "command=", "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return _SERVER in answer.stdout and not answer.stdout.lstrip().startswith("Z")
