"""An HTTP proxy that is every AWS host: it answers in their place, with certificates of its own.

moto's proxy closes each connection after one request and runs `openssl` for each new host; with
four Terraforms at a time most of its time went into that.
"""

import logging
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from automation.emulator.calls import Response
from automation.emulator.certificates import Authority

log = logging.getLogger(__name__)

# The AWS SDK for Go lets go of a request's body as the answer comes. Should it come before the
# thread that sent the body has looked for the body's end, as it can here but hardly over a network,
# then that thread closes the connection and the call, though it was answered, is made once more.
HASTY = "aws-sdk-go"
LATENCY = 0.01


class Answering(Protocol):
    """Whatever takes AWS's place."""

    def emulates(self, host: str) -> bool:
        """Whether a host is one of AWS's that can be answered for."""

    def answer(self, method: str, url: str, headers: Any, body: bytes) -> Response:
        """Status, headers and body."""


class Proxy(ThreadingHTTPServer):
    """Listens on loopback only."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, dispatcher: Answering) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.authority = Authority()
        self.dispatcher = dispatcher

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """A client that went away, such as a Terraform that was killed, is no failure."""
        log.info("connection lost", exc_info=True)


class Handler(BaseHTTPRequestHandler):
    """One connection: a CONNECT, then the requests inside it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Proxy
    _host = ""

    def do_CONNECT(self) -> None:
        """Become the host, if it is AWS's; nothing else is reachable through here."""
        host = self.path.rpartition(":")[0]
        if not self.server.dispatcher.emulates(host):
            self._refuse(host)
            return
        self.wfile.write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
        context = self.server.authority.context(host)
        # From here on all is inside TLS: read and written as on any other connection.
        self.request = context.wrap_socket(self.connection, server_side=True)
        self.setup()
        self._host = host
        self.close_connection = False

    def finish(self) -> None:
        """The server knows only the socket below TLS, which this one has replaced."""
        super().finish()
        self.request.close()

    def _refuse(self, host: str) -> None:
        log.error("refused a connection to %s", host)
        self.send_error(403, f"the emulator reaches no other host: {host}")

    def _answer(self) -> None:
        body = self._body()
        start = time.perf_counter()
        if not self._host:
            self._refuse(self.path)
            return
        url = f"https://{self.headers['Host']}{self.path}"
        status, headers, content = self.server.dispatcher.answer(
            self.command, url, self.headers, body
        )
        if body and HASTY in self.headers.get("User-Agent", ""):
            time.sleep(max(0, LATENCY - (time.perf_counter() - start)))
        self._send(status, headers, content.encode() if isinstance(content, str) else content)
        target = self.headers.get("X-Amz-Target") or body[:120].partition(b"&")[0]
        took = (time.perf_counter() - start) * 1000
        log.info("%s %s %s %d %.0f ms", self.command, url, target, status, took)

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _chunk(self) -> bytes:
        """The next chunk; the empty last one is followed by trailers, which are not needed."""
        size = int(self.rfile.readline().partition(b";")[0], 16)
        chunk = self.rfile.read(size)
        while (line := self.rfile.readline()) not in (b"\r\n", b"\n", b""):
            log.debug("trailer %r", line)
        return chunk

    def _send(self, status: int, headers: dict[str, Any], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value.decode() if isinstance(value, bytes) else str(value))
        length = len(content)
        if self.command == "HEAD":
            given = {name.lower(): value for name, value in headers.items()}
            length = int(given.get("content-length", length))
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815
