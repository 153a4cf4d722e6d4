"""The systemd units of the application, which may do little more than run and use the network."""

from collections.abc import Mapping, Sequence

from config.app import Process

TEMPLATE = "application@.service"
RELEASE = "application-release.service"
LOGS = "/var/log/application"
STATE = "/var/lib/application"
# A just-in-time compiler, as Node has one, needs memory that is writable and executable: that is
# not forbidden here. It also tries system calls that it can do without, for which processes would
# be killed without a word unless the call may fail.
# https://www.freedesktop.org/software/systemd/man/252/systemd.exec.html
_CONFINED = (
    "DynamicUser=yes",
    "User=application",
    "StateDirectory=application",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "ProtectProc=invisible",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "PrivateDevices=yes",
    "PrivateTmp=yes",
    "LockPersonality=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
    "UMask=0077",
)
_SURROUNDINGS = (
    "WorkingDirectory=/opt/application/current/app",
    # Without one of their own it would be /, where the AWS CLI fails to keep what it caches.
    # https://github.com/aws/aws-cli/issues/9075
    f"Environment=HOME={STATE}",
    "EnvironmentFile=/etc/application/environment",
)


def web(*, stop_seconds: int) -> str:
    """The web process on the port that is the unit's instance."""
    return _serving(
        "web",
        "The web application on port %i",
        runtime="application-%i",
        stop_seconds=stop_seconds,
        more=("Environment=PORT=%i",),
    )


def beside(process: Process) -> Mapping[str, str]:
    """The units of another line of the Procfile, by their file; the last one is to be started.

    It is what web is, but for the port. What has a schedule runs to its end, on one instance.
    """
    name = process.name
    unit, about = f"application-process-{name}", f"The process {name} of the web application"
    failure = f"ExecStopPost=/usr/local/bin/report-failure {name}"
    if process.schedule is None:
        service = _serving(
            name, about, runtime=unit, stop_seconds=process.stop_seconds, more=(failure,)
        )
        return {f"{unit}.service": service}
    service = _unit(
        description=about,
        service=(
            "Type=oneshot",
            # As root, who may look at the settings of the boot.
            f"ExecCondition=+/usr/local/sbin/claim-run {name}",
            f"ExecStart=/usr/local/bin/run-process {name}",
            *_ending(process.stop_seconds),
            f"StandardOutput=append:{LOGS}/{name}.log",
            failure,
        ),
    )
    timer = (
        *("[Unit]", f"Description={about}, by the clock", "", "[Timer]"),
        *(f"OnCalendar={each}" for each in process.calendar),
        # The minute that systemd takes otherwise would be another one on each instance.
        "AccuracySec=1s",
        *("", "[Install]", "WantedBy=timers.target"),
    )
    return {f"{unit}.service": service, f"{unit}.timer": "\n".join(timer) + "\n"}


def _serving(
    name: str, description: str, *, runtime: str, stop_seconds: int, more: Sequence[str]
) -> str:
    """What runs for as long as the instance does; restarted, but ever more slowly."""
    return _unit(
        description=description,
        limits=("StartLimitIntervalSec=0",),
        service=(
            f"ExecStart=/usr/local/bin/run-process {name}",
            *more,
            "Restart=always",
            "RestartSec=1",
            f"RuntimeDirectory={runtime}",
            "RuntimeDirectoryPreserve=restart",
            *_ending(stop_seconds),
            "LimitNOFILE=65536",
            f"StandardOutput=append:{LOGS}/{name}.log",
        ),
        install=("[Install]", "WantedBy=multi-user.target"),
    )


def _ending(seconds: int) -> Sequence[str]:
    return "KillMode=mixed", f"TimeoutStopSec={seconds}"


def release(*, port: int, seconds: int) -> str:
    """The release command, to be started once and waited for."""
    return _unit(
        description="The release command of the web application",
        service=(
            "Type=oneshot",
            "ExecStart=/usr/local/bin/run-process release",
            f"Environment=PORT={port}",
            f"TimeoutStartSec={seconds}",
            # Another instance takes over a minute after it.
            "TimeoutStopSec=10",
            f"StandardOutput=append:{LOGS}/release.log",
        ),
    )


def _unit(
    *,
    description: str,
    service: Sequence[str],
    limits: Sequence[str] = (),
    install: Sequence[str] = (),
) -> str:
    unit = (
        "[Unit]",
        f"Description={description}",
        "Wants=network-online.target",
        # Units are stopped the other way round: the agent ships the last lines and traces.
        "After=network-online.target amazon-cloudwatch-agent.service",
        *limits,
    )
    lines = (*unit, "", "[Service]", *service, *_SURROUNDINGS, *_CONFINED)
    return "\n".join((*lines, "", *install)).rstrip() + "\n"
