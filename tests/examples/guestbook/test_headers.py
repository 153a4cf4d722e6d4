import pytest
from guestbook.headers import policy


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
