"""One JSON object for each line of the log, on standard output."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

from opentelemetry import trace

request_id: ContextVar[str] = ContextVar("request_id", default="")


class JsonFormatter(logging.Formatter):
    """Puts what every line tells before what its `extra` adds under `fields`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; line breaks are escaped, so that nobody can forge a second one."""
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_context(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def _context() -> dict[str, str]:
    """What belongs to the request that is being answered."""
    context = {"request_id": request_id.get()} if request_id.get() else {}
    span = trace.get_current_span().get_span_context()
    return {**context, "trace_id": f"{span.trace_id:032x}"} if span.is_valid else context


def configure() -> None:
    """Send everything from INFO on to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # Each request has a line of its own already, and these would name every start and stop.
    for name in ("uvicorn", "botocore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Who finds no collector is no less able to serve; the agent's own alarms tell of it.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
