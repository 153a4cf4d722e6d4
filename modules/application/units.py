"""The systemd units of the application, which may do little more than run and use the network."""

from collections.abc import Sequence

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
    """The web process on the port that is the unit's instance; restarted, but ever more slowly."""
    return _unit(
        description="The web application on port %i",
        limits=("StartLimitIntervalSec=0",),
        service=(
            "ExecStart=/usr/local/bin/run-process web",
            "Environment=PORT=%i",
            "Restart=always",
            "RestartSec=1",
            "RuntimeDirectory=application-%i",
            "RuntimeDirectoryPreserve=restart",
            "KillMode=mixed",
            f"TimeoutStopSec={stop_seconds}",
            "LimitNOFILE=65536",
            f"StandardOutput=append:{LOGS}/web.log",
        ),
        install=("[Install]", "WantedBy=multi-user.target"),
    )


def release(*, port: int, seconds: int) -> str:
    """The release command, to be started once and waited for."""
    return _unit(
        description="The release command of the web application",
        service=(
            "Type=oneshot",
            "ExecStart=/usr/local/bin/run-process release",
            f"Environment=PORT={port}",
            f"TimeoutStartSec={seconds}",
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
        "After=network-online.target",
        *limits,
    )
    lines = (*unit, "", "[Service]", *service, *_SURROUNDINGS, *_CONFINED)
    return "\n".join((*lines, "", *install)).rstrip() + "\n"
