"""An HTTP proxy that is every AWS host: it answers in their place, with certificates of its own.

moto's proxy closes each connection after one request and runs `openssl` for each new host; with
four Terraforms at a time most of its time went into that.
"""

import datetime
import logging
import ssl
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

import trustme

from automation.emulator.calls import Response

log = logging.getLogger(__name__)

# The AWS SDK for Go lets go of a request's body as the answer comes. Should it come before the
# thread that sent the body has looked for the body's end, as it can here but hardly over a network,
# then that thread closes the connection and the call, though it was answered, is made once more.
HASTY = "aws-sdk-go"
LATENCY = 0.01
_LIFETIME = datetime.timedelta(days=7)


class Authority:
    """Signs a certificate for every host that a client asks for, as long as one emulator lives.

    moto ships the private key of its own authority with every copy, so whoever trusts that one
    while Terraform downloads a provider can be deceived by anybody; this one's never leaves the
    process.
    """

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name="Terrace emulator", path_length=0)

    @property
    def pem(self) -> str:
        """The certificate that clients have to trust."""
        return self._authority.cert_pem.bytes().decode("ascii")

    def context(self, host: str) -> ssl.SSLContext:
        """What a server needs to be the host; hosts of one domain share it."""
        return _context(self, "*." + host.partition(".")[2] if host.count(".") > 1 else host)

    def issue(self, host: str) -> trustme.LeafCert:
        """A certificate with its private key."""
        # A common name has 64 characters at most: hosts are named by the alternative names alone.
        expiry = datetime.datetime.now(datetime.UTC) + _LIFETIME
        return self._authority.issue_cert(host, not_after=expiry)

    def sign(self, host: str) -> str:
        """A certificate and its private key, as PEM."""
        issued = self.issue(host)
        (certificate,) = issued.cert_chain_pems
        return (certificate.bytes() + issued.private_key_pem.bytes()).decode("ascii")


@cache
def _context(authority: Authority, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue(host).configure_cert(context)
    return context


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
