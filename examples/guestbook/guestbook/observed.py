"""What is noted of every request: a number, a line in the log, a span and metrics."""

import logging
import re
import time
from uuid import uuid4

from opentelemetry.trace import Span
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guestbook import telemetry
from guestbook.logs import request_id

log = logging.getLogger(__name__)

_ACCEPTABLE = re.compile(r"[A-Za-z0-9._=;-]{8,128}")
# A load balancer asks for them all the time.
_QUIET = frozenset(("/healthz", "/readyz"))


class Observed:
    """Surrounds the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever happens."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        token = request_id.set(number_of(headers))
        try:
            with telemetry.request_span(scope["method"], route_of(scope), headers) as span:
                await self._answer(scope, receive, send, span)
        finally:
            request_id.reset(token)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, span: Span) -> None:
        status, start = 500, time.perf_counter()

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", request_id.get().encode()))
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as error:
            # The visitor has got an answer by now.
            span.record_exception(error)
            log.exception("request failed")
        seconds = time.perf_counter() - start
        method, route = scope["method"], route_of(scope)
        telemetry.record(span, method=method, route=route, status=status, seconds=seconds)
        if scope["path"] not in _QUIET or status >= 400:
            _note(scope, status, seconds)


def number_of(headers: Headers) -> str:
    """The number that the load balancer or the caller gave the request, else a new one.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
    """
    for name in ("x-request-id", "x-amzn-trace-id"):
        if _ACCEPTABLE.fullmatch(headers.get(name, "")):
            return headers[name]
    return uuid4().hex


def route_of(scope: Scope) -> str:
    """The path without what differs from one visitor to the next: metrics have few of them."""
    path: str = scope["path"]
    first = "/" + path.split("/", 2)[1]
    return first if first in ("/", "/healthz", "/readyz", "/static") else "other"


def _note(scope: Scope, status: int, seconds: float) -> None:
    fields = {
        "method": scope["method"],
        # The query string is left out: visitors may have put anything there.
        "path": scope["path"],
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
    }
    log.log(_level(scope, status), "request", extra={"fields": fields})


def _level(scope: Scope, status: int) -> int:
    """A check that says "not ready" has done what it is for: whoever is not tells why elsewhere."""
    if status < 500:
        return logging.INFO
    return logging.WARNING if scope["path"] in _QUIET and status == 503 else logging.ERROR
