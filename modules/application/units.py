"""The systemd units of the application, which may do little more than run and use the network."""

from collections.abc import Mapping, Sequence

from config.app import Process

TEMPLATE = "application@.service"
RELEASE = "application-release.service"
CREDENTIALS = "application-credentials.service"
CLAIM = "application-claim@.service"
LOGS = "/var/log/application"
STATE = "/var/lib/application"
# Where root alone looks: the tokens by which processes get credentials.
TOKENS = "application-credentials"
_CREDENTIALS_URL = "http://127.0.0.1:18082"
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
_METADATA = ("169.254.169.254", "fd00:ec2::254")
# A just-in-time compiler, as Node has one, needs memory that is writable and executable: that is
# not forbidden here. It also tries system calls that it can do without, for which processes would
# be killed without a word unless the call may fail.
# https://www.freedesktop.org/software/systemd/man/252/systemd.exec.html
_CONFINED = (
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
# What is asked to end has not failed: by default that is not so for what runs to its end, nor for
# runtimes that end with a code of their own, as Java's does.
# https://www.freedesktop.org/software/systemd/man/252/systemd.service.html#SuccessExitStatus=
_ASKED = "SuccessExitStatus=143 SIGTERM"
_SURROUNDINGS = (
    "DynamicUser=yes",
    "User=application",
    "StateDirectory=application",
    "WorkingDirectory=/opt/application/current/app",
    # Without one of their own it would be /, where the AWS CLI fails to keep what it caches.
    # https://github.com/aws/aws-cli/issues/9075
    f"Environment=HOME={STATE}",
    "EnvironmentFile=/etc/application/environment",
    # The instance's role is root's: each process has its own, of which it gets credentials by the
    # variables that every SDK knows.
    # https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    f"IPAddressDeny={' '.join(_METADATA)}",
    "Environment=AWS_EC2_METADATA_DISABLED=true",
    "Environment=AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=%d/token",
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

    It is what web is, but for the port. What has a schedule runs to its end, on one instance: that
    which claims the run, with root's rights and nothing of the application's around it.
    """
    name = process.name
    unit, about = f"application-process-{name}", f"The process {name} of the web application"
    failure = f"ExecStopPost=/usr/local/bin/report-failure {name}"
    if process.schedule is None:
        service = _serving(
            name, about, runtime=unit, stop_seconds=process.stop_seconds, more=(_ASKED, failure)
        )
        return {f"{unit}.service": service}
    service = _process(
        "web",
        description=about,
        service=(
            "Type=oneshot",
            f"ExecStart=/usr/local/bin/run-process {name}",
            *_ending(process.stop_seconds),
            _ASKED,
            f"StandardOutput=append:{LOGS}/{name}.log",
            failure,
        ),
    )
    timer = (
        *("[Unit]", f"Description={about}, by the clock", "", "[Timer]"),
        f"Unit={CLAIM.replace('@', f'@{name}')}",
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
    return _process(
        "web",
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
    return _process(
        "release",
        description="The release command of the web application",
        service=(
            "Type=oneshot",
            # A kernel that cannot close the metadata service leaves it open without a word.
            f"ExecStartPre=/bin/bash -c '! curl -so /dev/null -m 1 http://{_METADATA[0]}/'",
            "ExecStart=/usr/local/bin/run-process release",
            f"Environment=PORT={port}",
            f"TimeoutStartSec={seconds}",
            # Another instance takes over a minute after it.
            "TimeoutStopSec=10",
            f"StandardOutput=append:{LOGS}/release.log",
        ),
    )


def claim() -> str:
    """Of all instances on which a timer elapses, has one run the process that is its name."""
    return _unit(
        description="Who runs the process %i of the web application",
        service=(
            "Type=oneshot",
            "ExecStart=/usr/local/sbin/claim-run %i",
            _ASKED,
            f"StandardOutput=append:{LOGS}/%i.log",
            "ExecStopPost=/usr/local/bin/report-failure %i",
        ),
    )


def credentials(*, roles: str, region: str) -> str:
    """What hands the application its credentials; `roles` is how the ARNs of its roles begin."""
    folder = f"/run/{TOKENS}"
    return _unit(
        description="Credentials of the web application",
        limits=("StartLimitIntervalSec=0",),
        service=(
            # It listens by the time that its first process has ended.
            "Type=forking",
            f"ExecStart=/usr/local/sbin/hand-out-credentials {roles}",
            f"Environment=AWS_DEFAULT_REGION={region} HOME={folder}",
            "Restart=always",
            "RestartSec=1",
            f"RuntimeDirectory={TOKENS}",
            "RuntimeDirectoryMode=0700",
            "RuntimeDirectoryPreserve=yes",
            f"WorkingDirectory={folder}",
            f"StandardOutput=append:{LOGS}/credentials.log",
            # What clients that went away leave of Python is nothing that an alarm is to count.
            "StandardError=journal",
            *_CONFINED,
        ),
    )


def _process(
    role: str,
    *,
    description: str,
    service: Sequence[str],
    limits: Sequence[str] = (),
    install: Sequence[str] = (),
) -> str:
    """A unit of the application's, with the credentials of a role."""
    return _unit(
        description=description,
        service=(
            *service,
            f"Environment=AWS_CONTAINER_CREDENTIALS_FULL_URI={_CREDENTIALS_URL}/{role}",
            f"LoadCredential=token:/run/{TOKENS}/{role}",
            *_SURROUNDINGS,
            *_CONFINED,
        ),
        limits=limits,
        install=install,
        needs=(CREDENTIALS,),
    )


def _unit(
    *,
    description: str,
    service: Sequence[str],
    limits: Sequence[str] = (),
    install: Sequence[str] = (),
    needs: Sequence[str] = (),
) -> str:
    wants = " ".join(("network-online.target", *needs))
    unit = (
        "[Unit]",
        f"Description={description}",
        f"Wants={wants}",
        # Units are stopped the other way round: the agent ships the last lines and traces.
        f"After={wants} amazon-cloudwatch-agent.service",
        *limits,
    )
    return "\n".join((*unit, "", "[Service]", *service, "", *install)).rstrip() + "\n"
