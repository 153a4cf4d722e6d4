"""Answers as the contract asks for, and shows the environment that it was given."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        ready = os.environ.get("BROKEN") != "yes" or self.path != "/readyz"
        moved = os.environ.get("REDIRECTS") == self.path
        body = json.dumps(dict(os.environ)).encode()
        self.send_response(301 if moved else 200 if ready else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


address = (os.environ.get("BIND", "0.0.0.0"), int(os.environ["PORT"]))  # noqa: S104
ThreadingHTTPServer(address, Handler).serve_forever()
