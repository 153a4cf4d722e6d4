"""Answers beside a worker and what is done at set times; each says what it was told."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(dict(os.environ)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def web() -> None:
    address = ("0.0.0.0", int(os.environ["PORT"]))  # noqa: S104
    ThreadingHTTPServer(address, Handler).serve_forever()


def worker() -> None:
    """Works until it is asked to end, and ends what it is at."""
    told = signal.sigwait([signal.SIGTERM])
    print(signal.Signals(told).name, flush=True)


def tidy() -> None:
    sys.exit(os.environ.get("TIDYING_FAILS", "0") != "0")


name = sys.argv[1]
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM] if name == "worker" else [])
print(name, os.environ["API_KEY"], os.environ.get("PORT", "no port"), flush=True)
{"web": web, "worker": worker, "tidy": tidy}[name]()
