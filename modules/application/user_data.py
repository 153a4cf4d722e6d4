"""What an instance does as it boots for the first time."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.app import Process
from modules.application import units

_BOOT = Path(__file__).with_name("boot")
_COMMENT = re.compile(r"^ *# (?!shellcheck ).*\n", re.MULTILINE)
_START = "/usr/local/sbin/start-application"
# The security group of the instances lets nobody reach it.
_TRIAL_PORTS = (18080, 18081)
_POLL_SECONDS = 5
# Amazon Linux 2023 logs to the journal alone; rsyslog writes the files that the agent can read.
# https://docs.aws.amazon.com/linux/al2023/ug/journald.html
_PACKAGES = ("amazon-cloudwatch-agent", "logrotate", "rsyslog")
# https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-retries.html
_MAX_ATTEMPTS = 12
# Beyond what the sample takes at most to end: five seconds of serving on, then those of requests
# that are open (examples/guestbook/guestbook/server.py).
_STOP_SECONDS = 40


@dataclass(frozen=True, kw_only=True)
class Boot:
    """The release that an instance brings into service, and what it needs for that.

    `artifacts_bucket` and `assets_bucket` are what S3 takes as a bucket's name, an access point's
    alias for one. `database` is anything that another database would not have. `hook` is the
    group's lifecycle hook that waits for the instance.
    """

    release: str
    packages: Sequence[str]
    artifacts_bucket: str
    assets_bucket: str
    assets_path: str
    static_directory: str
    database: str
    region: str
    port: int
    health_path: str
    ready_seconds: int
    release_seconds: int
    wait_seconds: int
    # How the ARNs of the roles of its processes begin.
    roles: str
    group: str
    hook: str
    agent_parameter: str
    environment: Mapping[str, str]
    secrets: Mapping[str, str]
    processes: Sequence[Process] = ()

    def settings(self) -> str:
        """For the shell: what is to be brought into service, and how."""
        python = re.compile(r"python3\.\d+")
        settings = {
            "RELEASE": self.release,
            "PACKAGES": " ".join((*_PACKAGES, *self.packages)),
            "AGENT_PARAMETER": self.agent_parameter,
            "ARTIFACTS": self.artifacts_bucket,
            "ASSETS": self.assets_bucket,
            "ASSETS_PATH": self.assets_path,
            "STATIC": self.static_directory,
            "DATABASE": self.database,
            "PORT": self.port,
            "TRIAL_PORT": next(each for each in _TRIAL_PORTS if each != self.port),
            "PYTHON": next(filter(python.fullmatch, self.packages), "python3"),
            "RELEASE_SECONDS": self.release_seconds,
            "WAIT_SECONDS": self.wait_seconds,
            "HEALTH_PATH": self.health_path,
            "READY_SECONDS": self.ready_seconds,
            "POLL_SECONDS": _POLL_SECONDS,
            "PROCESSES": " ".join([*each][-1] for each in self._processes()),
            "GROUP": self.group,
            "HOOK": self.hook,
            "export AWS_DEFAULT_REGION": self.region,
            # A minute of throttling passes.
            "export AWS_MAX_ATTEMPTS": _MAX_ATTEMPTS,
        }
        return _lines(f"{name}={shlex.quote(str(value))}" for name, value in settings.items())

    def _processes(self) -> Iterator[Mapping[str, str]]:
        """The units of each process beside web."""
        return map(units.beside, self.processes)

    def files(self) -> Mapping[str, tuple[str, str]]:
        """Mode and content of what is written before anything runs, by path."""
        secrets = _lines(f"{name} {arn}" for name, arn in self.secrets.items())
        release = units.release(port=self.port, seconds=self.release_seconds)
        return {
            "/etc/application/release": ("0644", self.settings()),
            "/etc/application/environment": ("0600", _variables(self.environment)),
            "/etc/application/secrets": ("0644", secrets),
            f"/etc/systemd/system/{units.TEMPLATE}": (
                "0644",
                units.web(stop_seconds=_STOP_SECONDS),
            ),
            f"/etc/systemd/system/{units.RELEASE}": ("0644", release),
            f"/etc/systemd/system/{units.CREDENTIALS}": (
                "0644",
                units.credentials(roles=self.roles, region=self.region),
            ),
            "/etc/application/logrotate": ("0644", _script("application.logrotate")),
            **{
                f"/etc/systemd/system/{each}": ("0644", _script(each))
                for each in ("application-logs.service", "application-logs.timer")
            },
            **{
                f"/etc/systemd/system/{name}": ("0644", unit)
                for each in self._processes()
                for name, unit in each.items()
            },
            "/usr/local/bin/run-process": ("0755", _script("run-process")),
            "/usr/local/sbin/hand-out-credentials": ("0755", _script("hand-out-credentials")),
            **self._helpers(),
            _START: ("0755", _script("start-application")),
        }

    def _helpers(self) -> Mapping[str, tuple[str, str]]:
        """What only processes beside web need."""
        found = {}
        if self.processes:
            found["/usr/local/bin/report-failure"] = ("0755", _script("report-failure"))
        if any(each.schedule for each in self.processes):
            found["/usr/local/sbin/claim-run"] = ("0755", _script("claim-run"))
            found[f"/etc/systemd/system/{units.CLAIM}"] = ("0644", units.claim())
        return found


def user_data(*, agent_content_hash: str, boot: Boot) -> str:
    """A cloud-init document that starts the CloudWatch agent, then the application.

    The hash stands in it so that a change of the agent's configuration rolls the instances, which
    read it only as they boot.
    """
    lines = [
        "#cloud-config",
        f"# Release {boot.release[:12]}, CloudWatch agent configuration {agent_content_hash}",
        "write_files:",
        *(_file(path, mode, content) for path, (mode, content) in boot.files().items()),
        f"runcmd: {json.dumps([[_START]])}",
    ]
    return "\n".join(lines) + "\n"


def _file(path: str, mode: str, content: str) -> str:
    lines = [f"  - path: {path}", f'    permissions: "{mode}"', "    content: |"]
    lines += [f"      {line}" if line else "" for line in content.splitlines()]
    return "\n".join(lines)


def _script(name: str) -> str:
    """Without the lines that are comments, since user data has little room."""
    return _COMMENT.sub("", (_BOOT / name).read_text(encoding="utf-8"))


def _variables(variables: Mapping[str, str]) -> str:
    """An environment file of systemd's.

    https://www.freedesktop.org/software/systemd/man/252/systemd.exec.html#EnvironmentFile=
    """
    return _lines(f'{name}="{_escaped(value)}"' for name, value in variables.items())


def _escaped(value: str) -> str:
    # The dollar of Terraform's references has to stay as it is.
    return re.sub(r'([\\"`]|\$(?!\{TfToken\[))', r"\\\1", value)


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
