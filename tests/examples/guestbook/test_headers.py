import gzip
import http.client

import pytest
from guestbook.headers import policy

from automation.app.database import HOST
from tests.examples.guestbook.site import Site


@pytest.mark.parametrize(
    ("base", "sources"),
    [
        ("", "'self'"),
        ("/static", "'self'"),
        ("https://cdn.example/static", "'self' https://cdn.example"),
    ],
)
def test_assets_may_come_from_where_they_are(base: str, sources: str) -> None:
    directives = policy(base).split("; ")
    assert f"style-src {sources}" in directives
    assert f"img-src {sources}" in directives
    assert "script-src 'none'" in directives


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "gzip"), ("identity", None)])
def test_pages_come_compressed_for_who_accepts_that(
    site: Site, accepted: str, encoding: str | None
) -> None:
    connection = http.client.HTTPConnection(HOST, site.port, timeout=30)
    connection.request("GET", "/", headers={"Accept-Encoding": accepted})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert answer.headers["Content-Encoding"] == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Cache-Control"] == "no-store"
    text = gzip.decompress(content) if encoding else content
    assert b"</html>" in text
    assert answer.headers["Content-Length"] == str(len(content))
    assert len(content) < len(text) or not encoding
