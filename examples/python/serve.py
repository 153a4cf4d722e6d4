"""A WSGI application, and a server for it: nothing but Python's own library."""

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

Start = Callable[[str, list[tuple[str, str]]], object]


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """One page, and the two questions that the platform asks."""
    path = environ["PATH_INFO"]
    if path == "/healthz":
        return answer(start_response, "200 OK", "alive\n")
    if path == "/readyz":
        ready = database_listens()
        status = "200 OK" if ready else "503 Service Unavailable"
        return answer(start_response, status, "ready\n" if ready else "no database\n")
    if path == "/":
        return answer(start_response, "200 OK", f"Hello from {os.environ['APP_VERSION']}\n")
    return answer(start_response, "404 Not Found", "not found\n")


def answer(start_response: Start, status: str, text: str) -> Iterable[bytes]:
    """Plain text."""
    body = text.encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]


def database_listens() -> bool:
    """Whether it could be reached; a driver would ask it something."""
    try:
        socket.create_connection((os.environ["DB_HOST"], int(os.environ["DB_PORT"])), 2).close()
    except OSError:
        return False
    return True


def log(level: str, message: str) -> None:
    """One line of JSON, as CloudWatch reads it."""
    print(json.dumps({"level": level, "message": message}), flush=True)


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each request; those that are open are answered before it ends."""

    daemon_threads = False


class Handler(WSGIRequestHandler):
    """Requests go to the same log."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log what the server says of a request."""
        log("INFO", format % args)


def main() -> int:
    """Serve until SIGTERM."""
    port = int(os.environ["PORT"])
    host = os.environ.get("HOST", "0.0.0.0")  # noqa: S104 (the load balancer comes from outside)
    with make_server(host, port, application, Server, Handler) as server:
        # `shutdown` waits for the loop, which runs in this very thread.
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
        log("INFO", f"listening on {port}")
        server.serve_forever()
    log("INFO", "ended")
    return 0


if __name__ == "__main__":
    sys.exit(main())
