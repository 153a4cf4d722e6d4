"""Logs of instances, read from CloudWatch Logs in order of time, and followed.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import ClientError

from automation.aws.clients import Clients
from automation.command import parse_time
from automation.errors import UserError
from config import Settings
from config.application import (
    APPLICATION_LOG_GROUP,
    LOG_FOLDER,
    SYSTEM_LOG_GROUP,
    SYSTEM_LOGS,
)

if TYPE_CHECKING:
    from types_boto3_logs.type_defs import FilteredLogEventTypeDef

# Seconds between two looks, and for how long an event may be on its way: agents send every five
# seconds, and an instance that ends may send its last lines late.
PAUSE, LATE = 5.0, 120
_AGO = re.compile(r"(\d{1,5})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SYSTEM = {PurePosixPath(path).stem: path for path in SYSTEM_LOGS}
# As many streams are told where nothing was found.
_STREAMS = 10
# A terminal would obey them.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, kw_only=True)
class LogQuery:
    """Whose events of which time; `pattern` is one of CloudWatch Logs."""

    since: datetime
    until: datetime | None = None
    process: str | None = None
    instance: str | None = None
    pattern: str | None = None

    @property
    def group(self) -> str:
        """The log group of the process, as `Naming.path` completes its name."""
        return SYSTEM_LOG_GROUP if self.process in _SYSTEM else APPLICATION_LOG_GROUP


@dataclass(frozen=True, kw_only=True)
class InstanceEvent:
    """An event, and whose it is: the instance's, and of which of its files."""

    id: str
    at: datetime
    instance: str
    process: str
    message: str

    @classmethod
    def of(cls, event: "FilteredLogEventTypeDef") -> Self:
        """As CloudWatch Logs has it."""
        instance, process = _parts(event.get("logStreamName", ""))
        return cls(
            id=event.get("eventId", ""),
            at=datetime.fromtimestamp(event.get("timestamp", 0) / 1000, UTC),
            instance=instance,
            process=process,
            message=event.get("message", "").rstrip("\n"),
        )

    def to_json(self) -> dict[str, str]:
        """The event as values that JSON can hold."""
        return {
            "timestamp": _shown(self.at),
            "instance": self.instance,
            "process": self.process,
            "message": self.message,
            "id": self.id,
        }

    def __str__(self) -> str:
        message = _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", self.message)
        return f"{_shown(self.at)} {self.instance} {self.process}: {message}"


class InstanceLogs:
    """The events of a query. Every method raises `UserError` for a group or a pattern that is none.

    Events come in order of time; while they are followed, one that arrives late comes late.
    """

    def __init__(self, clients: Clients, settings: Settings, query: LogQuery) -> None:
        self._logs = clients.logs
        self._settings = settings
        self._query = query
        self.group = settings.naming.path(query.group)

    def read(self) -> Iterator[InstanceEvent]:
        """All until the query's end, or now."""
        return self._events(self._query.since)

    def follow(self, pause: Callable[[float], None] = time.sleep) -> Iterator[InstanceEvent]:
        """The same, and then what is added, for ever; each event once."""
        since = self._query.since
        seen: dict[str, datetime] = {}
        while True:
            for event in self._events(since):
                if event.id not in seen:
                    seen[event.id] = event.at
                    yield event
            # By what has come, not by the clock of this machine, which may be wrong.
            newest = max(seen.values(), default=since)
            since = max(since, newest - timedelta(seconds=LATE))
            seen = {id_: at for id_, at in seen.items() if at >= since}
            pause(PAUSE)

    def streams(self) -> str:
        """The newest streams of the group, for who found nothing."""
        pages = self._logs.get_paginator("describe_log_streams").paginate(
            logGroupName=self.group, orderBy="LastEventTime", descending=True
        )
        with self._refusals():
            names = [
                each.get("logStreamName", "")
                for page in islice(pages, 1)
                for each in page["logStreams"]
            ]
        more = ", ..." if len(names) > _STREAMS else ""
        shown = ", ".join(names[:_STREAMS])
        return f"its newest streams are {shown}{more}" if names else "it has no streams yet"

    def _events(self, since: datetime) -> Iterator[InstanceEvent]:
        query = self._query
        given: dict[str, Any] = {"startTime": _milliseconds(since)}
        if query.until is not None:
            given["endTime"] = _milliseconds(query.until)
        if query.pattern is not None:
            given["filterPattern"] = query.pattern
        if query.instance is not None:
            given["logStreamNamePrefix"] = _stream(query.instance, query.process)
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=self.group, **given
        )
        with self._refusals():
            for page in pages:
                for event in map(InstanceEvent.of, page["events"]):
                    if query.process in (None, event.process):
                        yield event

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            if code == "ResourceNotFoundException":
                raise UserError(
                    f"there is no log group {self.group}: "
                    f"run `python -m automation deploy --env {self._settings.environment}`"
                ) from error
            if code == "InvalidParameterException":
                reason = error.response.get("Error", {}).get("Message", "")
                raise UserError(f"CloudWatch Logs does not take --filter: {reason}") from error
            raise


def moment(text: str, option: str, now: datetime) -> datetime:
    """A time, in ISO 8601 or as an age such as 1h; raises `UserError`."""
    if found := _AGO.fullmatch(text):
        return now - timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        return parse_time(text, option)
    except UserError as error:
        raise UserError(f"{error}, or an age such as 30m, 1h or 2d") from None


def _shown(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def _milliseconds(at: datetime) -> int:
    return max(0, int(at.timestamp() * 1000))


def _stream(instance: str, process: str | None) -> str:
    """How the names of the streams of an instance begin, or of one of its files.

    The agent appends each file's path to what its configuration says, as it publishes several.
    https://github.com/aws/amazon-cloudwatch-agent/blob/main/plugins/inputs/logfile/logfile.go
    """
    if process is None:
        return instance
    return f"{instance}_{_flat(_SYSTEM.get(process, f'{LOG_FOLDER}/{process}.log'))}"


def _flat(path: str) -> str:
    return re.sub(r"[^.\-_#A-Za-z0-9]", "_", path)


def _parts(stream: str) -> tuple[str, str]:
    """The instance whose stream it is, and the process."""
    instance, _, file = stream.partition("_")
    system = next((name for name, path in _SYSTEM.items() if _flat(path) == file), None)
    return instance, system or file.removeprefix(_flat(f"{LOG_FOLDER}/")).removesuffix(".log")
