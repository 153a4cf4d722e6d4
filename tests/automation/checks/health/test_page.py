import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from automation.checks.health.edge import Page, page_checks, visit
from automation.emulator.proxy import Authority
from tests.automation.checks.health.conftest import Look

PAGE = b"<html>" + b"text " * 1000


class Handler(BaseHTTPRequestHandler):
    status = 200
    compresses = True

    def do_GET(self) -> None:
        encoded = self.compresses and "gzip" in self.headers["Accept-Encoding"]
        content = gzip.compress(PAGE) if encoded else PAGE
        self.send_response(self.status)
        if encoded:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def domain(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A site of this machine, which browsers that look at the environment trust."""
    authority = Authority()
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    file.write_text(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("no_proxy", "localhost")
    monkeypatch.setattr(Handler, "status", 200)
    monkeypatch.setattr(Handler, "compresses", True)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = authority.context("localhost").wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever).start()
        yield f"localhost:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("status", [200, 503])
@pytest.mark.parametrize("compresses", [True, False])
def test_a_page_comes_as_the_application_sent_it(
    domain: str, monkeypatch: pytest.MonkeyPatch, status: int, compresses: bool
) -> None:
    monkeypatch.setattr(Handler, "status", status)
    monkeypatch.setattr(Handler, "compresses", compresses)
    sent = gzip.compress(PAGE) if compresses else PAGE
    page = visit(domain)
    assert (page.status, page.encoding) == (status, "gzip" if compresses else "")
    assert abs(page.size - len(sent)) < 10


def test_nobody_at_home_is_an_error_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "localhost")
    with pytest.raises(OSError, match="refused"):
        visit("localhost:9")


@pytest.mark.parametrize(
    ("page", "warns", "detail"),
    [
        (Page(200, 4096, "gzip"), False, "gzip, 4096 bytes, status 200"),
        (Page(200, 999), False, "no encoding, 999 bytes, status 200"),
        (Page(200, 1000), True, "no encoding, 1000 bytes, status 200"),
    ],
)
def test_a_long_page_that_is_not_compressed_is_a_warning(
    look: Look, page: Page, warns: bool, detail: str
) -> None:
    found = look(page_checks(lambda _: page))["first page: compressed"]
    assert (found.ok, found.warning, found.detail) == (True, warns, detail)
    assert found.remedy.startswith("have the application compress text") is warns


def test_a_site_that_cannot_be_reached_from_here_is_a_warning(look: Look) -> None:
    def nobody(_: str) -> Page:
        raise ConnectionRefusedError("refused")

    found = look(page_checks(nobody))["first page: compressed"]
    assert found.warning
    assert found.detail == "not known: refused"
